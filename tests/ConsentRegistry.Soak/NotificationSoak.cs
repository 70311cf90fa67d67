using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak;

/// <summary>What came of a run.</summary>
/// <param name="Acknowledged">Changes that were acknowledged, each of which is one notification.</param>
/// <param name="Lost">Of those, how many the receivers were never told, both counted.</param>
/// <param name="Renamed">Notifications that came with more than one <c>webhook-id</c>.</param>
/// <param name="NotInInbox">Changes that are not exactly once in their creator's inbox.</param>
/// <param name="Messages">Messages that were sent, those sent again included.</param>
/// <param name="Unsigned">
/// Messages without a signature by their webhook's secret, by the words of the specification.
/// </param>
/// <param name="Foreign">What a verifier said to them that is not ours; null if it was not asked for.</param>
/// <param name="Nodes">How many nodes were killed.</param>
/// <param name="Databases">How often the database was.</param>
/// <param name="Seconds">How long the changes took.</param>
/// <param name="Tail">How long after the last one the receivers had everything.</param>
internal sealed record NotificationSummary(
    int Acknowledged,
    int Lost,
    int Renamed,
    long NotInInbox,
    int Messages,
    int Unsigned,
    ForeignVerdict? Foreign,
    int Nodes,
    int Databases,
    double Seconds,
    double Tail
)
{
    public bool Passed =>
        Lost == 0
        && Renamed == 0
        && NotInInbox == 0
        && Unsigned == 0
        && Foreign is null or { Refused: 0, Accepted: 0, Missing: null };

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {Acknowledged} notifications in {Seconds:0} s while {Nodes} nodes and {Databases} databases were killed; two receivers, of which one refuses every tenth message
            lost: {Lost}; with a second id: {Renamed}; not exactly once in their inbox: {NotInInbox}
            {Messages} messages for {2 * Acknowledged} wanted ({Messages
                - (2 * Acknowledged)} sent again); the last one {Tail:0.0} s after the last change
            not signed as the specification says: {Unsigned} of {Messages}
            {Foreign?.ToString() ?? "standardwebhooks (npm) was not asked"}
            {(Passed ? "passed" : "NOT passed")}
            """
        );
}

/// <summary>What the npm package <c>standardwebhooks</c> said.</summary>
/// <param name="Messages">Messages that it was given, and as many tampered ones.</param>
/// <param name="Refused">How many of them it refused.</param>
/// <param name="Accepted">How many tampered ones it accepted.</param>
/// <param name="Missing">Why it could not be asked; null if it was.</param>
internal sealed record ForeignVerdict(int Messages, int Refused, int Accepted, string? Missing)
{
    public override string ToString() =>
        Missing is null
            ? $"standardwebhooks (npm) refused {Refused} of {Messages} messages, and accepted {Accepted} of as many "
                + "tampered ones"
            : $"standardwebhooks (npm) could not be asked, so this run has not passed: {Missing}";
}

/// <summary>
/// Changes by many writers at once through two nodes, while the nodes and the database are killed again and again. Then
/// both receivers, one of which fails now and then, must have been told of every acknowledged change, and its creator's
/// inbox must have it once.
/// </summary>
internal static class NotificationSoak
{
    /// <summary>Notifications of a run that nobody wants otherwise.</summary>
    public const int DefaultNumber = 10_000;

    private const int Writers = 16;

    /// <summary>
    /// How long receivers may be told nothing new, once nothing is killed any more, before the rest counts as lost.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Prints what came of it.</summary>
    public static async Task<int> RunAsync(int number)
    {
        var summary = await RunAsync(number, TimeSpan.FromSeconds(2), asksForeign: true);
        Console.WriteLine(summary);
        return summary.Passed ? 0 : 1;
    }

    /// <summary>Runs it.</summary>
    /// <param name="number">How many changes.</param>
    /// <param name="betweenKills">How long nothing is killed.</param>
    /// <param name="asksForeign">
    /// Whether a verifier that is not ours is to have its say; a run that wants one and has none has not passed.
    /// </param>
    public static async Task<NotificationSummary> RunAsync(int number, TimeSpan betweenKills, bool asksForeign)
    {
        await using var scratch = await Scratch.CreateAsync();
        // The schedule in thousandths: what is tried again within days otherwise is within minutes here.
        await using var nodes = new Nodes(scratch, count: 2, _ => ["--Notifications:RetryScale=0.001"]);
        await nodes.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = TimeSpan.FromSeconds(15),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());
        await using var steady = await Receiver.StartAsync();
        var asked = 0;
        await using var flaky = await Receiver.StartAsync(
            (_, answer) =>
            {
                answer.Response.StatusCode = Interlocked.Increment(ref asked) % 10 == 0 ? 503 : 204;
                return Task.CompletedTask;
            }
        );
        var secrets = new[]
        {
            await CreateAsync(http, nodes, steady, "steady"),
            await CreateAsync(http, nodes, flaky, "flaky"),
        };

        var acknowledged = new ConcurrentBag<(string Creator, long Version)>();
        var started = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var killing = LogSoak.KillAgainAndAgainAsync(
            scratch,
            nodes,
            betweenKills,
            () => acknowledged.Count,
            stop.Token
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer => LogSoak.WriteAsync(http, nodes, writer, number / Writers, acknowledged))
        );
        await stop.CancelAsync();
        var (killed, databases) = await killing;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await nodes.EnsureRunningAsync();

        var ended = Stopwatch.GetTimestamp();
        var told = await ReceiveAllAsync([steady, flaky], acknowledged);
        var tail = Stopwatch.GetElapsedTime(ended).TotalSeconds;
        List<(string Secret, Received Message)> messages =
        [
            .. secrets
                .Zip(new[] { steady, flaky })
                .SelectMany(pair => pair.Second.All.Select(message => (pair.First, message))),
        ];
        return new(
            acknowledged.Count,
            told.Sum(one => acknowledged.Count(change => !one.ContainsKey(change))),
            told.Sum(one => one.Values.Count(ids => ids.Count > 1)),
            await CountNotInInboxAsync(scratch, acknowledged),
            messages.Count,
            messages.Count(one => !one.Message.IsSignedBy(one.Secret)),
            asksForeign ? await AskForeignAsync(messages) : null,
            killed,
            databases,
            seconds,
            tail
        );
    }

    private static async Task<string> CreateAsync(HttpClient http, Nodes nodes, Receiver receiver, string owner)
    {
        using var answer = await http.PostAsJsonAsync(
            $"{nodes.UrlOf(0)}/v1/webhooks",
            new
            {
                audience = "platform",
                owner,
                url = receiver.Url,
            }
        );
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["secret"]!.GetValue<string>();
    }

    /// <summary>Waits until every receiver has everything, or nothing new has come for too long.</summary>
    /// <returns>By receiver, with which ids each change came.</returns>
    private static async Task<Dictionary<(string Creator, long Version), HashSet<string>>[]> ReceiveAllAsync(
        Receiver[] receivers,
        ConcurrentBag<(string Creator, long Version)> acknowledged
    )
    {
        var (last, since) = (0, Stopwatch.GetTimestamp());
        while (true)
        {
            var told = receivers.Select(ToldOf).ToArray();
            var count = told.Sum(one => one.Count);
            if (
                Array.TrueForAll(told, one => acknowledged.All(one.ContainsKey))
                || (count == last && Stopwatch.GetElapsedTime(since) > Patience)
            )
                return told;
            if (count != last)
                (last, since) = (count, Stopwatch.GetTimestamp());
            await Task.Delay(200);
        }
    }

    // What was answered 503 was not taken: it has to come again.
    private static Dictionary<(string Creator, long Version), HashSet<string>> ToldOf(Receiver receiver)
    {
        var told = new Dictionary<(string, long), HashSet<string>>();
        foreach (var message in receiver.Taken)
        {
            var data = message.Json["data"]!;
            var change = (data["creatorId"]!.GetValue<string>(), data["version"]!.GetValue<long>());
            if (!told.TryGetValue(change, out var ids))
                told.Add(change, ids = new(StringComparer.Ordinal));
            ids.Add(message.Id);
        }
        return told;
    }

    private static async Task<ForeignVerdict> AskForeignAsync(IReadOnlyList<(string Secret, Received Message)> messages)
    {
        var (verifier, missing) = await Verifier.FindAsync();
        if (verifier is null)
            return new(messages.Count, 0, 0, missing);
        var said = await verifier.VerifyAsync(messages);
        var tampered = await verifier.VerifyAsync(
            messages.Select(one => (one.Secret, one.Message with { Body = [.. one.Message.Body, (byte)' '] }))
        );
        return new(
            messages.Count,
            said.Count(one => one != "accepted"),
            tampered.Count(one => one == "accepted"),
            null
        );
    }

    private static async Task<long> CountNotInInboxAsync(
        Scratch scratch,
        IReadOnlyCollection<(string Creator, long Version)> acknowledged
    )
    {
        await using var source = NpgsqlDataSource.Create(scratch.Postgres.ConnectionString);
        await using var command = source.CreateCommand(
            """
            SELECT count(*) FROM unnest($1, $2) AS made(creator, version)
            WHERE (SELECT count(*) FROM consent.notification n WHERE n.creator = made.creator
                AND (n.data->>'version')::bigint = made.version) <> 1
            """
        );
        command.Parameters.Add(new() { Value = acknowledged.Select(change => change.Creator).ToArray() });
        command.Parameters.Add(new() { Value = acknowledged.Select(change => change.Version).ToArray() });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
