using System.Diagnostics;
using ConsentRegistry.Client;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Checks through the client's cache of decisions, which follows one node, whatever becomes of that node. The cache keeps
/// allows, which is outside the promise: what it answers is searched apart.
/// </summary>
internal sealed class CachedChecker : IAsyncDisposable
{
    private const int Loops = 2;

    /// <summary>For how long an allow may be answered again. No answer may be staler, whatever happens.</summary>
    public static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(30);

    /// <summary>Longer than any pause, as for other checks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int node;
    private readonly StalenessOptions options;
    private readonly Questions questions;
    private readonly CheckRecorder recorder;
    private readonly Tally tally;
    private readonly HttpClient http;
    private readonly DecisionCache cache;

    public CachedChecker(
        int node,
        StalenessOptions options,
        string url,
        Stage stage,
        Recording recording,
        Tally tally,
        string token
    )
    {
        (this.node, this.options, this.tally, questions, recorder) = (
            node,
            options,
            tally,
            new(stage),
            new(node, recording, tally)
        );
        http = new(new AccessTokenHandler(_ => new(token), new Counter(tally)))
        {
            BaseAddress = new(url),
            Timeout = Patience,
        };
        cache = new(new ConsentRegistryClient(http), new() { MaxStaleness = MaxStaleness });
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(loop => LoopAsync(loop, stop)));
        recorder.ThrowFailure();
    }

    public async ValueTask DisposeAsync()
    {
        await cache.DisposeAsync();
        http.Dispose();
    }

    private async Task LoopAsync(int loop, CancellationToken stop)
    {
        // Other questions than those of other checkers.
        var random = new Random(Seeds.Of(options.Seed, -1 - (node * Loops) - loop));
        while (!stop.IsCancellationRequested)
        {
            recorder.ThrowFailure();
            if (questions.Draw(random, 1) is [var drawn])
                await AskAsync(new(drawn.Key));
            await Task.Delay(options.Rest, CancellationToken.None);
        }
    }

    private async Task AskAsync(Question question)
    {
        var (creator, video, purpose, requester) = question.Key;
        var start = Stopwatch.GetTimestamp();
        try
        {
            tally.AskedCache();
            var decision = await cache.CheckAsync(
                new Client.Check(creator, video, purpose) { Requester = requester },
                CancellationToken.None
            );
            var answer =
                decision.Allowed ? CheckAnswer.Allowed
                : decision.Reason == Reasons.Indeterminate ? CheckAnswer.None
                : CheckAnswer.Denied;
            recorder.Record(question, Way.Cached, start, answer, decision.Version);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ConsentRegistryException)
        {
            recorder.Record(question, Way.Cached, start, answer: null);
            // A node that is being started again refuses at once.
            await Task.Delay(20, CancellationToken.None);
        }
        catch (Exception e)
        {
            recorder.Fail(e);
        }
    }

    /// <summary>Counts the checks that the cache has the registry answer.</summary>
    private sealed class Counter(Tally tally)
        : DelegatingHandler(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.RequestUri!.AbsolutePath == "/v1/checks")
                tally.MissedCache();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
