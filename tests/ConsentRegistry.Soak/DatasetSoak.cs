using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ConsentRegistry.TestSupport;
using Parquet;
using Parquet.Schema;

namespace ConsentRegistry.Soak;

/// <summary>
/// A dataset of mixed rows and formats through <c>consent filter</c>, which is killed twice, and whose node is killed
/// once. Then <c>consent verify attestation</c> must agree, and the rows that are allowed must be those that consent
/// allows, each exactly once.
/// </summary>
internal static class DatasetSoak
{
    /// <summary>Rows of a run that nobody wants otherwise.</summary>
    public const int DefaultRows = 20_000_000;

    private const int Creators = 10;

    private const int VideosPerCreator = 1_000;

    private const string Purpose = "training.generative";

    private const int RowsPerGroup = 250_000;

    /// <summary>How long a run may write nothing before it is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(int rows)
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var nodes = new Nodes(scratch, count: 1);
        await nodes.StartAsync();
        using var http = new HttpClient { BaseAddress = new(nodes.UrlOf(0)) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());
        await PrepareAsync(http);
        var keys = scratch.PathOf("keys.json");
        await File.WriteAllTextAsync(keys, await http.GetStringAsync("/v1/log/keys"));
        var inputs = await WriteAsync(scratch, rows);
        var output = scratch.PathOf("run");
        string[] words =
        [
            "filter",
            .. inputs,
            "--purpose",
            Purpose,
            "--requester",
            "acme",
            "--url",
            nodes.UrlOf(0),
            "--output",
            output,
        ];
        var token = scratch.AdminToken();

        var started = Stopwatch.GetTimestamp();
        var parts = rows / 100_000;
        await RunUntilAsync(words, token, () => CountParts(output) >= Math.Max(1, parts / 4));
        await RunUntilAsync(words, token, () => CountParts(output) >= Math.Max(2, parts / 2));
        var killing = KillNodeAsync(nodes, () => CountParts(output) >= Math.Max(3, parts * 3 / 4));
        var (code, memory) = await RunToEndAsync(words, token);
        await killing;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rows:N0} rows in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s, killed twice and its node once; the last "
                    + $"run ended with {code} and occupied {memory / 1024:N0} MiB at most"
            )
        );
        if (code != 0)
            return 1;
        var (verified, _) = await RunToEndAsync(["verify", "attestation", output, .. inputs, "--keys", keys], token);
        Console.WriteLine($"consent verify attestation: exit code {verified}");
        var expected = Enumerable.Range(0, rows).LongCount(IsAllowed);
        var allowed = await CountAllowedAsync(output);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{allowed:N0} rows are allowed, and {expected:N0} should be")
        );
        return verified == 0 && allowed == expected ? 0 : 1;
    }

    // Every third creator allows, and each of them denies for every fifth video.
    private static async Task PrepareAsync(HttpClient http)
    {
        for (var creator = 0; creator < Creators; creator++)
        {
            var name = $"c{creator}";
            await SendAsync(
                http,
                HttpMethod.Post,
                "/v1/videos/batch",
                new
                {
                    videos = Enumerable
                        .Range(0, VideosPerCreator)
                        .Select(video => new
                        {
                            creatorId = name,
                            videoId = $"v{video}",
                            identifiers = new[] { new { scheme = "url", value = UrlOf(creator, video) } },
                        }),
                }
            );
            await SendAsync(
                http,
                HttpMethod.Put,
                $"/v1/creators/{name}/consent/defaults/{Purpose}",
                new { effect = creator % 3 == 0 ? "allow" : "deny", appliesTo = creator % 3 == 0 ? "all" : null }
            );
            await SendAsync(
                http,
                HttpMethod.Post,
                $"/v1/creators/{name}/consent/changes",
                new
                {
                    changes = Enumerable
                        .Range(0, VideosPerCreator / 5)
                        .Select(video => new
                        {
                            op = "setOverride",
                            video = new { creatorId = name, videoId = $"v{video * 5}" },
                            purpose = Purpose,
                            effect = "deny",
                        }),
                }
            );
        }
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"{path}: {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"
            );
    }

    private static string UrlOf(int creator, int video) => $"https://videos.example/{creator}/{video}";

    // Some videos are not registered.
    private static (int Creator, int Video) VideoOf(int row)
    {
        var random = (uint)((row + 1) * 2_654_435_761L >> 7);
        return ((int)(random % Creators), (int)(random / Creators % (VideosPerCreator * 11 / 10)));
    }

    private static bool IsAllowed(int row)
    {
        var (creator, video) = VideoOf(row);
        return creator % 3 == 0 && video % 5 != 0 && video < VideosPerCreator;
    }

    // Three fifths NDJSON, a fifth CSV, a fifth Parquet; each with ids and with URLs in turns.
    private static async Task<string[]> WriteAsync(Scratch scratch, int rows)
    {
        var (lines, table, columns) = (
            scratch.PathOf("a.ndjson"),
            scratch.PathOf("b.csv"),
            scratch.PathOf("c.parquet")
        );
        var (second, third) = (rows * 3L / 5, rows * 4L / 5);
        await using (var writer = new StreamWriter(lines))
        {
            for (var row = 0; row < second; row++)
            {
                var (creator, video) = VideoOf(row);
                await writer.WriteLineAsync(
                    row % 2 == 0
                        ? $$"""{"creatorId":"c{{creator}}","videoId":"v{{video}}","n":{{row}}}"""
                        : $$"""{"url":"{{UrlOf(creator, video)}}","caption":"a \"text\"","n":{{row}}}"""
                );
            }
        }
        await using (var writer = new StreamWriter(table))
        {
            await writer.WriteLineAsync("creatorId,videoId,url,caption");
            for (var row = (int)second; row < third; row++)
            {
                var (creator, video) = VideoOf(row);
                await writer.WriteLineAsync(
                    row % 2 == 0 ? $"c{creator},v{video},,\"two\nlines\"" : $",,\"{UrlOf(creator, video)}\",{row}"
                );
            }
        }
        var schema = new ParquetSchema(
            new DataField<string>("creatorId"),
            new DataField<string>("videoId"),
            new DataField<string>("url"),
            new DataField<int>("n")
        );
        await using var file = File.Create(columns);
        await using var parquet = await ParquetWriter.CreateAsync(schema, file);
        foreach (var group in Enumerable.Range((int)third, rows - (int)third).Chunk(RowsPerGroup))
        {
            using var to = parquet.CreateRowGroup();
            var fields = schema.DataFields;
            await to.WriteAsync(fields[0], Column(group, row => row % 2 == 0 ? $"c{VideoOf(row).Creator}" : null));
            await to.WriteAsync(fields[1], Column(group, row => row % 2 == 0 ? $"v{VideoOf(row).Video}" : null));
            await to.WriteAsync(
                fields[2],
                Column(group, row => row % 2 == 0 ? null : UrlOf(VideoOf(row).Creator, VideoOf(row).Video))
            );
            await to.WriteAsync<int>(fields[3], group);
        }
        return [lines, table, columns];
    }

    private static List<string> Column(int[] rows, Func<int, string?> value) => rows.Select(value).ToList()!;

    private static int CountParts(string output)
    {
        var file = Path.Combine(output, "attestations.ndjson");
        return File.Exists(file) ? File.ReadLines(file).Count() : 0;
    }

    private static async Task RunUntilAsync(string[] words, string token, Func<bool> isEnough)
    {
        using var run = Start(words, token);
        await WaitForAsync(() => run.HasExited || isEnough());
        run.Kill();
        await run.WaitForExitAsync();
    }

    private static async Task KillNodeAsync(Nodes nodes, Func<bool> isTime)
    {
        await WaitForAsync(isTime);
        await nodes.KillAsync(0);
        await nodes.StartAsync(0);
    }

    private static async Task WaitForAsync(Func<bool> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Nothing was written within {Patience}.");
            await Task.Delay(BetweenLooks);
        }
    }

    private static async Task<(int Code, long Memory)> RunToEndAsync(string[] words, string token)
    {
        using var run = Start(words, token);
        var memory = 0L;
        while (!run.HasExited)
        {
            run.Refresh();
            try
            {
                memory = Math.Max(memory, run.PeakWorkingSet64 / 1024);
            }
            catch (InvalidOperationException)
            {
                // It has ended meanwhile.
            }
            await Task.Delay(BetweenLooks);
        }
        return (run.ExitCode, memory);
    }

    private static Process Start(string[] words, string token) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "consent.dll"), .. words])
            {
                Environment = { ["CONSENT_TOKEN"] = token },
            }
        )!;

    // By another reader than the one that wrote them.
    private static async Task<long> CountAllowedAsync(string output)
    {
        var allowed = 0L;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(output, "allowed")))
        {
            if (file.EndsWith(".parquet", StringComparison.Ordinal))
            {
                await using var reader = await ParquetReader.CreateAsync(file);
                allowed += reader.RowGroups.Sum(group => group.RowCount);
            }
            else if (file.EndsWith(".csv", StringComparison.Ordinal))
            {
                // The header is none, and a text of two lines is one row.
                allowed += File.ReadLines(file).Count(line => line != "lines\"") - 1;
            }
            else
            {
                allowed += File.ReadLines(file).LongCount();
            }
        }
        return allowed;
    }
}
