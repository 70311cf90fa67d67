using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak;

/// <summary>
/// Changes by many writers at once through two nodes, whose sequencers compete, while the nodes and the database are
/// killed again and again. Then every acknowledged change must be in the log exactly once and in its creator's order,
/// and <c>consent verify</c> must agree.
/// </summary>
internal static class LogSoak
{
    /// <summary>Changes of a run that nobody wants otherwise.</summary>
    public const int DefaultChanges = 100_000;

    private const int Writers = 16;
    private const int CreatorsPerWriter = 8;

    /// <summary>
    /// How long one change may be tried before the run gives up: many times what any of the kills takes to mend.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(int changes)
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var nodes = new Nodes(scratch, count: 2);
        await nodes.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = TimeSpan.FromSeconds(15),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());

        var acknowledged = new ConcurrentBag<(string Creator, long Version)>();
        var started = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var killing = KillAgainAndAgainAsync(scratch, nodes, BetweenKills, () => acknowledged.Count, stop.Token);
        await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(writer => WriteAsync(http, nodes, writer, changes / Writers, acknowledged))
        );
        await stop.CancelAsync();
        var (killed, databases) = await killing;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{acknowledged.Count} changes by {Writers} writers in {seconds:0} s "
                    + $"({acknowledged.Count / seconds:0}/s), {killed} nodes and {databases} databases killed"
            )
        );

        await nodes.EnsureRunningAsync();
        var export = scratch.PathOf("log.ndjson");
        await ExportAsync(http, nodes, scratch, export);
        return Compare(acknowledged, export) ? Verify(export) : 1;
    }

    /// <summary>
    /// Kills one node, the other, and the database in turns, until it is told to stop; each is started again.
    /// </summary>
    /// <returns>How many nodes were killed, and how often the database was.</returns>
    public static async Task<(int Nodes, int Databases)> KillAgainAndAgainAsync(
        Scratch scratch,
        Nodes nodes,
        TimeSpan between,
        Func<int> progress,
        CancellationToken cancellation
    )
    {
        var (killed, databases) = (0, 0);
        while (!cancellation.IsCancellationRequested)
        {
            var before = progress();
            await Task.Delay(between, cancellation)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            // Something has to happen between two kills, or they are all there is.
            if (cancellation.IsCancellationRequested || progress() == before)
                continue;
            if ((killed + databases) % 3 == 2)
            {
                databases++;
                await scratch.Postgres.KillAsync();
                await scratch.Postgres.RestartAsync(CancellationToken.None);
            }
            else
            {
                var node = killed++ % nodes.Count;
                await nodes.KillAsync(node);
                await nodes.StartAsync(node);
            }
        }
        return (killed, databases);
    }

    /// <summary>Makes so many changes, one after the other, each of which is acknowledged in the end.</summary>
    public static async Task WriteAsync(
        HttpClient http,
        Nodes nodes,
        int writer,
        int count,
        ConcurrentBag<(string Creator, long Version)> acknowledged
    )
    {
        var creators = Enumerable.Range(0, CreatorsPerWriter).Select(_ => $"w{writer}-{Guid.NewGuid():N}").ToArray();
        for (var i = 0; i < count; i++)
        {
            var creator = creators[i % creators.Length];
            var version = await ChangeAsync(http, nodes, creator, i, key: Guid.NewGuid().ToString());
            acknowledged.Add((creator, version));
        }
    }

    /// <summary>Makes one change, however often it has to be tried: its idempotency key makes it happen once.</summary>
    private static async Task<long> ChangeAsync(HttpClient http, Nodes nodes, string creator, int number, string key)
    {
        var started = Stopwatch.GetTimestamp();
        for (var attempt = 0; Stopwatch.GetElapsedTime(started) < Patience; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Put,
                    $"{nodes.UrlOf(number + attempt)}/v1/creators/{creator}/videos/v{number}/consent/remix"
                )
                {
                    Content = JsonContent.Create(new { effect = "ask" }),
                };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await http.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.OK)
                    return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["version"]!.GetValue<long>();
                if (
                    answer.StatusCode
                    is not (
                        HttpStatusCode.ServiceUnavailable
                        or HttpStatusCode.Conflict
                        or HttpStatusCode.InternalServerError
                    )
                )
                    throw new InvalidOperationException(
                        $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"
                    );
            }
            catch (Exception e)
                when (e is HttpRequestException or TaskCanceledException or JsonException or IOException)
            {
                // Killed in the middle; the key tells whether it was made.
            }
            await Task.Delay(50);
        }
        throw new TimeoutException($"A change was not acknowledged within {Patience}.");
    }

    private static async Task ExportAsync(HttpClient http, Nodes nodes, Scratch scratch, string path)
    {
        await using var source = NpgsqlDataSource.Create(scratch.Postgres.ConnectionString);
        while (true)
        {
            await using var command = source.CreateCommand(
                "SELECT NOT EXISTS (SELECT FROM consent.inbox) AND (SELECT max(size) "
                    + "FROM consent.tree_head) = (SELECT max(seq) + 1 FROM consent.history)"
            );
            if (await command.ExecuteScalarAsync() is true)
                break;
            await Task.Delay(50);
        }
        await using var file = File.Create(path);
        await using var export = await http.GetStreamAsync($"{nodes.UrlOf(0)}/v1/log/export");
        await export.CopyToAsync(file);
    }

    private static bool Compare(ConcurrentBag<(string Creator, long Version)> acknowledged, string export)
    {
        var logged = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(export))
        {
            var entry = JsonNode.Parse(line)!;
            if (entry["kind"]!.GetValue<string>() != "entry")
                continue;
            var stream = JsonNode.Parse(entry["body"]!.GetValue<string>())!["stream"]!.GetValue<string>();
            if (!logged.TryGetValue(stream, out var versions))
                logged.Add(stream, versions = []);
            versions.Add(JsonNode.Parse(entry["leaf"]!.GetValue<string>())!["ver"]!.GetValue<long>());
        }
        var wrong = acknowledged
            .GroupBy(change => change.Creator, change => change.Version, StringComparer.Ordinal)
            .Count(creator => !logged.GetValueOrDefault(creator.Key, []).SequenceEqual(creator.Order()));
        Console.WriteLine(
            $"{logged.Count} streams in the log; creators whose acknowledged changes are not there exactly once and in "
                + $"order: {wrong}"
        );
        return wrong == 0;
    }

    private static int Verify(string export)
    {
        var cli = Path.Combine(AppContext.BaseDirectory, "consent.dll");
        using var verify = Process.Start(new ProcessStartInfo("dotnet", [cli, "verify", export]))!;
        verify.WaitForExit();
        Console.WriteLine($"consent verify: exit code {verify.ExitCode}");
        return verify.ExitCode;
    }
}
