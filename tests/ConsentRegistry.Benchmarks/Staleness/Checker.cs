using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ConsentRegistry.Benchmarks.Staleness;

/// <summary>
/// Checks through one node, whatever becomes of it. A check that a paused node holds is left to be answered when the node goes on, and further ones
/// are sent after it: they start while the node stands still, and other nodes acknowledge.
/// </summary>
internal sealed class Checker(int node, StalenessOptions options, Nodes nodes, Stage stage, Recording recording, Tally tally) : IDisposable
{
    private const int Loops = 4;

    /// <summary>Requests that may be unanswered at once.</summary>
    private const int MostOpen = 64;

    private const int MostInBatch = 48;

    /// <summary>After how long a loop sends its next check without waiting for the answer any longer.</summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(100);

    /// <summary>Longer than any pause, so that what was sent before or during one is answered after it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim open = new(MostOpen, MostOpen);
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        Timeout = Patience,
    };

    /// <summary>Why a check failed that nobody waited for any longer.</summary>
    private Exception? failure;

    public async Task RunAsync(string token, CancellationToken stop)
    {
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(loop => LoopAsync(new(Seeds.Of(options.Seed, (node * Loops) + loop)), stop)));
        // Those that are still open belong to the recording as well.
        for (var i = 0; i < MostOpen; i++)
            await open.WaitAsync(CancellationToken.None);
        ThrowFailure();
    }

    /// <summary>Asks at once, and lets the answer come when it may: what is stale is so for milliseconds.</summary>
    public void AskAbout(IReadOnlyList<Key> keys)
    {
        if (open.Wait(0, CancellationToken.None))
            _ = AskAsync([.. keys.Select(key => new Question(key, Asked.Fast, null, 0))]);
    }

    public void Dispose()
    {
        http.Dispose();
        open.Dispose();
    }

    private async Task LoopAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var questions = Draw(random);
            if (questions.Count == 0)
            {
                await Task.Delay(20, CancellationToken.None);
                continue;
            }
            await open.WaitAsync(CancellationToken.None);
            await Task.WhenAny(AskAsync(questions), Task.Delay(Impatience, CancellationToken.None));
            ThrowFailure();
            await Task.Delay(options.Rest, CancellationToken.None);
        }
    }

    private void ThrowFailure()
    {
        if (Volatile.Read(ref failure) is { } cause)
            throw new InvalidOperationException("A check was answered as none may be.", cause);
    }

    // Every other request is a single check. What is asked for with minVersions is read before the check starts.
    private List<Question> Draw(Random random)
    {
        var count = random.Next(2) == 0 ? 1 : random.Next(2, MostInBatch + 1);
        var questions = new List<Question>(count);
        for (var i = 0; i < count; i++)
        {
            if (stage.Draw(random) is not { } subject)
                continue;
            var asked = random.Next(10) switch { 0 => Asked.Strong, 1 or 2 => Asked.MinVersions, _ => Asked.Fast };
            var versions = asked == Asked.MinVersions ? subject.Acknowledged.ToDictionary(StringComparer.Ordinal) : null;
            questions.Add(new(subject.Keys[random.Next(subject.Keys.Count)], asked, versions, versions?.GetValueOrDefault(subject.Creator) ?? 0));
        }
        return questions;
    }

    private async Task AskAsync(List<Question> questions)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var isBatch = questions.Count > 1;
            using var answer = await http.PostAsJsonAsync(
                nodes.UrlOf(node) + (isBatch ? "/v1/checks/batch" : "/v1/checks"), isBatch ? new { checks = questions.Select(question => question.ToBody()) } : questions[0].ToBody());
            var body = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : default;
            var end = Stopwatch.GetTimestamp();
            if ((int)answer.StatusCode is >= 400 and < 500)
                throw new InvalidOperationException($"A check was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            for (var i = 0; i < questions.Count; i++)
                Record(questions[i], start, end, !answer.IsSuccessStatusCode ? null : isBatch ? body.GetProperty("results")[i] : body);
            if (!answer.IsSuccessStatusCode)
                await Task.Delay(20);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            foreach (var question in questions)
                Record(question, start, Stopwatch.GetTimestamp(), null);
            // A node that is being started again refuses at once.
            await Task.Delay(20);
        }
        catch (Exception e)
        {
            Volatile.Write(ref failure, e);
            throw;
        }
        finally
        {
            open.Release();
        }
    }

    private void Record(Question question, long start, long end, JsonElement? decision)
    {
        var answer = decision is { } made ? AnswerOf(made) : CheckAnswer.None;
        long? version = decision is { } known && known.TryGetProperty("version", out var named) && named.ValueKind == JsonValueKind.Number ? named.GetInt64() : null;
        recording.Add(question.Key, new Check(start, end, answer, node, question.Asked, version, question.MinVersion));
        tally.Checked(answer);
    }

    private static CheckAnswer AnswerOf(JsonElement decision) =>
        decision.GetProperty("allowed").GetBoolean() ? CheckAnswer.Allowed
        : decision.TryGetProperty("reason", out var reason) && reason.GetString() != "indeterminate" ? CheckAnswer.Denied
        : CheckAnswer.None;

    private sealed record Question(Key Key, Asked Asked, Dictionary<string, long>? MinVersions, long MinVersion)
    {
        public object ToBody() => new
        {
            creatorId = Key.Creator,
            videoId = Key.Video,
            purpose = Key.Purpose,
            requester = Key.Requester,
            minVersions = MinVersions,
            consistency = Asked == Asked.Strong ? "strong" : null,
        };
    }
}
