using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Soak.Staleness;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak.Failover;

/// <summary>
/// Three nodes over a cluster of PostgreSQL servers that fails over again and again, while consent is withdrawn and
/// given back and is checked through every node. Then every acknowledged change has to be in the one log, and no answer
/// may be one that an acknowledged change makes impossible.
/// </summary>
internal static class FailoverRun
{
    private const int Writers = 4;

    /// <summary>
    /// How long one fault may take to mend, and the log to take in what waits, before the run gives up: many times
    /// what it takes.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs, and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        if (FailoverOptions.Parse(words) is not { } options)
        {
            Console.Error.WriteLine($"failover {FailoverOptions.Usage}");
            return 2;
        }
        var summary = await RunAsync(options, Console.Out);
        Console.Write(summary);
        return summary.Passed ? 0 : 1;
    }

    /// <param name="options">How it goes.</param>
    /// <param name="progress">Is told of each fault.</param>
    public static async Task<FailoverSummary> RunAsync(FailoverOptions options, TextWriter progress)
    {
        await using var cluster = await Cluster.StartAsync(options.Mode);
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = TimeSpan.FromSeconds(15),
        };
        var token = cluster.AdminToken();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var (recording, tally) = (new Recording(), new Tally());
        var summary = new FailoverSummary(options, cluster.Ttl, tally);
        var client = new ChangeClient(http, cluster.Nodes);
        var checkpoints = new Checkpoints(http, cluster.Nodes);
        var probes = cluster.Nodes.Select((node, number) => new Probe(number, http, node)).ToList();
        var checking = new StalenessOptions
        {
            Seed = options.Seed,
            Nodes = cluster.Nodes.Count,
            Writers = Writers,
            Rest = TimeSpan.FromMilliseconds(50),
        };
        var stage = new Stage(Writers);
        var checkers = cluster
            .Nodes.Select((url, node) => new Checker(node, checking, url, stage, recording, tally))
            .ToList();
        using var stop = new CancellationTokenSource();
        List<Task> all =
        [
            .. Enumerable
                .Range(0, Writers)
                .Select(number =>
                    new Writer(
                        number,
                        options.Seed,
                        client,
                        () => TimeSpan.Zero,
                        checkers,
                        stage,
                        recording,
                        tally
                    ).RunAsync(stop.Token)
                ),
            .. checkers.Select(checker => checker.RunAsync(token, stop.Token)),
            .. probes.Select(probe => probe.RunAsync(stop.Token)),
            checkpoints.WatchAsync(stop.Token),
        ];
        await TryAsync(summary, DriveAsync(options, cluster, probes, summary, progress));
        await stop.CancelAsync();
        foreach (var task in all)
            await TryAsync(summary, task);
        checkers.ForEach(checker => checker.Dispose());

        summary.StaleAllows = [.. StaleAllows.Find(recording)];
        summary.OldAnswers = [.. OldAnswers.Find(recording)];
        (summary.Made, summary.Unique) = (client.Made.Count, probes.Sum(probe => probe.Acknowledged.Count));
        // What is lost makes the registry stop, so that there is no whole log to look at.
        if (options.Mode == FailoverMode.Asynchronous)
            summary.Lost = await LostAsync(cluster, client, probes);
        else
            await TryAsync(summary, ReadLogAsync(cluster, http, client, probes, checkpoints, summary));
        cluster.IsKept = !summary.Passed;
        if (cluster.IsKept)
            await progress.WriteLineAsync($"The logs, and what is left of the cluster, are in {cluster.Folder}.");
        return summary;
    }

    private static async Task DriveAsync(
        FailoverOptions options,
        Cluster cluster,
        IReadOnlyList<Probe> probes,
        FailoverSummary summary,
        TextWriter progress
    )
    {
        var timeline = await TimelineAsync(cluster);
        foreach (var fault in ClusterFault.From(options.Seed, options.Faults, options.Kinds))
        {
            foreach (var probe in probes)
                (_, _) = (probe.Changes.TakeLongest(), probe.Checks.TakeLongest());
            var server = await cluster.BreakAsync(fault.Kind);
            await Task.Delay(fault.Lasts * cluster.Ttl);
            await cluster.MendAsync(server);
            await EventuallyAsync($"A primary and its standbys after {fault.Kind}", cluster.IsCompleteAsync);
            var mended = Stopwatch.GetTimestamp();
            foreach (var probe in probes)
            {
                await EventuallyAsync(
                    $"A change and a check through the node of {probe.Creator} after {fault.Kind}",
                    () => Task.FromResult(probe.Changes.LastSuccess > mended && probe.Checks.LastSuccess > mended)
                );
            }
            var now = await TimelineAsync(cluster);
            progress.WriteLine(
                summary.Add(
                    fault,
                    server,
                    [.. probes.Select(probe => probe.Changes.TakeLongest())],
                    [.. probes.Select(probe => probe.Checks.TakeLongest())],
                    now - timeline
                )
            );
            timeline = now;
        }
    }

    /// <summary>Grows with each promotion.</summary>
    private static async Task<int> TimelineAsync(Cluster cluster)
    {
        var timeline = "";
        await EventuallyAsync(
            "The timeline of the primary",
            async () =>
            {
                // A connection that was there before may lead to the server that was the primary before.
                await using var source = NpgsqlDataSource.Create($"{cluster.Database};Pooling=false");
                await using var command = source.CreateCommand("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)");
                try
                {
                    timeline = (string)(await command.ExecuteScalarAsync())!;
                    return true;
                }
                catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
                {
                    return false;
                }
            }
        );
        return int.Parse(timeline, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <returns>What was acknowledged, and neither waits for the log nor is in it.</returns>
    private static async Task<IReadOnlyList<string>> LostAsync(
        Cluster cluster,
        ChangeClient client,
        IReadOnlyList<Probe> probes
    )
    {
        await using var source = NpgsqlDataSource.Create(cluster.Database);
        var (versions, videos) = (new HashSet<(string, long)>(), new HashSet<(string, string)>());
        await using (
            var command = source.CreateCommand(
                "SELECT creator, version FROM consent.inbox UNION SELECT creator, version FROM consent.history"
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                versions.Add((reader.GetString(0), reader.GetInt64(1)));
        }
        await using (
            var command = source.CreateCommand(
                "SELECT creator, video FROM consent.video_override WHERE creator LIKE 'probe-%'"
            )
        )
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                videos.Add((reader.GetString(0), reader.GetString(1)));
        }
        return
        [
            .. client.Made.Where(made => !versions.Contains(made.Key)).Select(Describe),
            .. probes.SelectMany(probe =>
                probe
                    .Acknowledged.Where(change => !videos.Contains((change.Creator, change.Video)))
                    .OrderBy(change => change.At)
                    .Select(change => change.ToString())
            ),
        ];
    }

    /// <summary>
    /// Finds out whether the log has every acknowledged change once and in order, and agrees with every checkpoint that
    /// was published.
    /// </summary>
    private static async Task ReadLogAsync(
        Cluster cluster,
        HttpClient http,
        ChangeClient client,
        IReadOnlyList<Probe> probes,
        Checkpoints checkpoints,
        FailoverSummary summary
    )
    {
        await using var source = NpgsqlDataSource.Create(cluster.Database);
        await EventuallyAsync(
            "A log with all changes",
            async () =>
            {
                await using var command = source.CreateCommand(
                    "SELECT NOT EXISTS (SELECT FROM consent.inbox) AND (SELECT max(size) "
                        + "FROM consent.tree_head) = (SELECT max(seq) + 1 FROM consent.history)"
                );
                return await command.ExecuteScalarAsync() is true;
            }
        );
        var export = cluster.PathOf("log.ndjson");
        await using (var file = File.Create(export))
        await using (var body = await http.GetStreamAsync($"{cluster.Nodes[0]}/v1/log/export"))
            await body.CopyToAsync(file);

        var logged = LoggedChanges.Read(export);
        summary.Lost =
        [
            .. client.Made.Where(made => !logged.Contains(made.Key.Stream, made.Key.Version)).Select(Describe),
        ];
        summary.NotOnce =
        [
            .. probes.SelectMany(probe =>
                probe
                    .Acknowledged.Where(change => logged.CountOf(change.Creator, change.Video) != 1)
                    .OrderBy(change => change.At)
                    .Select(change =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{change}: {logged.CountOf(change.Creator, change.Video)} times"
                        )
                    )
            ),
        ];
        summary.OutOfOrder = [.. logged.OutOfOrder];

        var files = await checkpoints.WriteAsync(cluster.PathOf("checkpoints"));
        summary.Checkpoints = files.Count;
        var (code, told) = await ConsentCommand.RunAsync(
            ["verify", export, .. files.SelectMany(file => new[] { "--checkpoint", file })],
            token: ""
        );
        summary.Verified = code;
        summary.Verification = told;
    }

    private static string Describe(KeyValuePair<(string Stream, long Version), string> made) =>
        string.Create(CultureInfo.InvariantCulture, $"{made.Key.Stream} version {made.Key.Version}: {made.Value}");

    private static async Task TryAsync(FailoverSummary summary, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e)
            when (e is TimeoutException or InvalidOperationException or HttpRequestException or NpgsqlException)
        {
            summary.Failures.Add(e.Message);
        }
    }

    private static async Task EventuallyAsync(string what, Func<Task<bool>> isSo)
    {
        for (var started = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(BetweenLooks))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"{what} did not come within {Patience}.");
        }
    }
}
