using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Checks through one node, whatever becomes of it, in every kind of request. A check that a paused node holds is left
/// to be answered when the node goes on, and further ones are sent after it: they start while the node stands still,
/// and other nodes acknowledge.
/// </summary>
internal sealed class Checker : IDisposable
{
    private const int Loops = 4;

    /// <summary>Requests that may be unanswered at once.</summary>
    private const int MostOpen = 64;

    private const int MostInBatch = 24;

    /// <summary>After how long a loop sends its next check without waiting for the answer any longer.</summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Longer than any pause, so that what was sent before or during one is answered after it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int node;
    private readonly StalenessOptions options;
    private readonly string url;
    private readonly Questions questions;
    private readonly CheckRecorder recorder;
    private readonly StreamChecker stream;
    private readonly SemaphoreSlim open = new(MostOpen, MostOpen);
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        }
    )
    {
        Timeout = Patience,
    };

    public Checker(int node, StalenessOptions options, string url, Stage stage, Recording recording, Tally tally)
    {
        (this.node, this.options, this.url, questions, recorder) = (
            node,
            options,
            url,
            new(stage),
            new(node, recording, tally)
        );
        stream = new(new(url), options, questions, recorder);
    }

    public async Task RunAsync(string token, CancellationToken stop)
    {
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await Task.WhenAll(
            Enumerable
                .Range(0, Loops)
                .Select(loop => LoopAsync(RandomOf(loop), stop))
                .Append(stream.RunAsync(token, RandomOf(Loops), stop))
        );
        // Those that are still open belong to the recording as well.
        for (var i = 0; i < MostOpen; i++)
            await open.WaitAsync(CancellationToken.None);
        recorder.ThrowFailure();
    }

    /// <summary>
    /// Asks at once, in every way, and lets the answers come when they may: what is stale is so for milliseconds.
    /// </summary>
    public void AskAbout(IReadOnlyList<Key> keys)
    {
        List<Question> all = [.. keys.Select(key => new Question(key))];
        stream.Ask(all);
        foreach (
            var request in new CheckRequest[]
            {
                new(Way.Single, [all[0]]),
                new(Way.Batch, all),
                new(Way.AuthZen, [all[^1]]),
            }
        )
        {
            if (open.Wait(0, CancellationToken.None))
                _ = AskAsync(request);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        open.Dispose();
    }

    private Random RandomOf(int drawer) => new(Seeds.Of(options.Seed, (node * (Loops + 1)) + drawer));

    private async Task LoopAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            recorder.ThrowFailure();
            if (Draw(random) is not { } request)
            {
                await Task.Delay(20, CancellationToken.None);
                continue;
            }
            await open.WaitAsync(CancellationToken.None);
            await Task.WhenAny(AskAsync(request), Task.Delay(Impatience, CancellationToken.None));
            await Task.Delay(options.Rest, CancellationToken.None);
        }
    }

    private CheckRequest? Draw(Random random)
    {
        var way = random.Next(10) switch
        {
            < 4 => Way.Single,
            < 9 => Way.Batch,
            _ => Way.AuthZen,
        };
        var drawn = questions.Draw(random, way == Way.Batch ? random.Next(2, MostInBatch + 1) : 1);
        // AuthZEN has no words for how fresh its facts should be.
        return drawn.Count == 0 ? null : new(way, way == Way.AuthZen ? [new(drawn[0].Key)] : drawn);
    }

    private async Task AskAsync(CheckRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.PostAsync(url + request.Path, request.ToContent());
            var body = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : default;
            var end = Stopwatch.GetTimestamp();
            if ((int)answer.StatusCode is >= 400 and < 500)
                throw new InvalidOperationException(
                    $"A check was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
                );
            for (var i = 0; i < request.Questions.Count; i++)
                recorder.Record(
                    request.Questions[i],
                    request.Way,
                    start,
                    !answer.IsSuccessStatusCode ? null
                        : request.Way == Way.Batch ? body.GetProperty("results")[i]
                        : body,
                    end
                );
            if (!answer.IsSuccessStatusCode)
                await Task.Delay(20);
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            foreach (var question in request.Questions)
                recorder.Record(question, request.Way, start, answer: null);
            // A node that is being started again refuses at once.
            await Task.Delay(20);
        }
        catch (Exception e)
        {
            recorder.Fail(e);
        }
        finally
        {
            open.Release();
        }
    }
}
