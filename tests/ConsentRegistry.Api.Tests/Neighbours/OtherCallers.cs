using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>
/// Other callers, who check consent over HTTP all the time while a test does something hostile to the service. Each is
/// a platform of its own and has connections of its own. Half of their checks take the short way, half the usual one.
/// Start them first; then do the hostile thing, wait with <see cref="AreAnsweredAsync"/> while it goes on, and end with
/// <see cref="AssertUnharmedAsync"/>.
/// </summary>
internal sealed class OtherCallers : IAsyncDisposable
{
    /// <summary>How many of them there are.</summary>
    private const int Count = 4;

    /// <summary>Failures that are kept; more of them say nothing new.</summary>
    private const int MaxFailures = 20;

    /// <summary>A check that has no answer after this time has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Between two checks of a caller, so that they are not the load themselves.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SocketsHttpHandler handler = new();
    private readonly HttpMessageInvoker http;
    private readonly CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken
    );
    private readonly ConcurrentQueue<string> failures = new();
    private Task checking = Task.CompletedTask;
    private int answers;
    private int failed;
    private long longestTicks;

    private OtherCallers(string creator) => (Creator, http) = (creator, new(handler));

    /// <summary>Whose video they ask about.</summary>
    public string Creator { get; }

    /// <summary>How many checks were answered with 200 and a decision.</summary>
    public int Answers => Volatile.Read(ref answers);

    /// <summary>How many were not.</summary>
    public int Failed => Volatile.Read(ref failed);

    /// <summary>What the first failures were.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>How long a check waited at most for its answer or its failure.</summary>
    public TimeSpan LongestWait => new(Volatile.Read(ref longestTicks));

    /// <summary>Starts them; each has been answered once when this returns.</summary>
    /// <param name="app">The service. A creator is made in it whose video everybody may use for <c>remix</c>.</param>
    public static async Task<OtherCallers> StartAsync(RegistryApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var creator = RegistryApplication.NewId("near~");
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        var others = new OtherCallers(creator);
        others.checking = Task.WhenAll(
            Enumerable.Range(0, Count).Select(number => others.CheckAsync(app, $"neighbour-{number}"))
        );
        await others.AreAnsweredAsync(2 * Count);
        return others;
    }

    /// <summary>Waits until so many further checks were answered or have failed.</summary>
    public Task AreAnsweredAsync(int further)
    {
        var before = Answers + Failed;
        return Eventually.HoldsAsync(
            $"{further} further checks of others have an answer",
            () => Task.FromResult(Answers + Failed >= before + further)
        );
    }

    /// <summary>
    /// Ends them, tells the test's output how long they waited, and fails if one check was not answered with 200 and
    /// the right decision.
    /// </summary>
    public async Task AssertUnharmedAsync()
    {
        await EndAsync();
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"Checks of others: {Answers} answered, {Failed} failed; the longest wait was "
                + $"{LongestWait.TotalMilliseconds:F0} ms."
        );
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(Failed == 0, $"{summary}\n{string.Join('\n', failures)}");
        Assert.NotEqual(0, Answers);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        http.Dispose();
        ending.Dispose();
    }

    private async Task EndAsync()
    {
        await ending.CancelAsync();
        await checking;
    }

    private async Task CheckAsync(RegistryApplication app, string name)
    {
        var token = app.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, name);
        var client = new RegistryClient(http, app.Address, token);
        object[] questions =
        [
            new
            {
                creatorId = Creator,
                videoId = "v",
                purpose = "remix",
            },
            // No member of a plain check: this one takes the usual way.
            new
            {
                creatorId = Creator,
                videoId = "v",
                purpose = "remix",
                explain = false,
            },
        ];
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            var started = Stopwatch.GetTimestamp();
            var failure = await AskAsync(client, questions[number % questions.Length]);
            Note(Stopwatch.GetElapsedTime(started));
            if (failure is null)
            {
                Interlocked.Increment(ref answers);
            }
            else if (Interlocked.Increment(ref failed) <= MaxFailures)
            {
                failures.Enqueue($"{name}: {failure}");
            }
            await Task.Delay(Pause, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One check; null if it was answered as it has to be.</summary>
    private static async Task<string?> AskAsync(RegistryClient client, object question)
    {
        try
        {
            var answer = await client.PostAsync("/v1/checks", question).WaitAsync(Patience);
            return answer.Status == 200 && (bool?)answer["allowed"] == true ? null : $"{answer.Status} {answer.Text}";
        }
        // Whatever it is, it is what the caller met instead of an answer.
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private void Note(TimeSpan wait)
    {
        var longest = Volatile.Read(ref longestTicks);
        while (
            wait.Ticks > longest
            && Interlocked.CompareExchange(ref longestTicks, wait.Ticks, longest) is var seen
            && seen != longest
        )
            longest = seen;
    }
}
