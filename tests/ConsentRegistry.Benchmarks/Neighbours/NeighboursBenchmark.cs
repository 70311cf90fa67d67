using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ConsentRegistry.Benchmarks.Load;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Benchmarks.Neighbours;

/// <summary>
/// How long the checks of others wait while callers do to a node what could stop it. Beside each, the same checks while
/// nothing else goes on.
/// </summary>
internal static class NeighboursBenchmark
{
    public const string Usage = "neighbours [--seconds n] [--write]";

    private const string Document = "docs/reference/performance.md";

    private const string Begin = "<!-- neighbours: written by ./dev bench neighbours -->";

    private const string End = "<!-- end of neighbours -->";

    /// <summary>
    /// The heap of the node: that of a small container, so that memory which is taken for nothing ends it.
    /// </summary>
    private const string HeapLimit = "0x40000000";

    private const string Calm = "calm";

    private const int Callers = 4;

    private const int UsualSeconds = 10;

    public static async Task<int> RunAsync(string[] words)
    {
        if (!TryRead(words, out var seconds, out var write))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        Environment.SetEnvironmentVariable("DOTNET_GCHeapHardLimit", HeapLimit);
        await using var scratch = await Scratch.CreateAsync();
        await using var nodes = new Nodes(scratch, 1);
        await nodes.StartAsync();
        var url = new Uri(nodes.UrlOf(0));
        await PrepareAsync(url, scratch);
        using var acts = new HostileActs(url, scratch.Token);
        await acts.PrepareAsync(CancellationToken.None);
        var others = new OtherChecks(
            url,
            [.. Enumerable.Range(0, Callers).Select(number => scratch.Token("platform", $"neighbour-{number}"))],
            Calm
        );

        var rows = new List<Row>();
        await others.RunAsync(TimeSpan.FromSeconds(2));
        foreach (var (what, counted, actAsync) in acts.All)
        {
            Console.Error.WriteLine($"Measuring: {what}");
            acts.TakeCount();
            // The calm first, so that what an act leaves to be done counts as its own.
            var calm = await others.RunAsync(TimeSpan.FromSeconds(seconds));
            using var ending = new CancellationTokenSource();
            var acting = actAsync(ending.Token);
            var during = await others.RunAsync(TimeSpan.FromSeconds(seconds));
            await ending.CancelAsync();
            await acting;
            rows.Add(RowOf($"{what} ({acts.TakeCount():N0} {counted})", during, calm));
            foreach (var failure in during.Failures.Concat(calm.Failures).Take(3))
                Console.Error.WriteLine($"  A check failed: {failure}");
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd}, {seconds} s each, {Callers} other callers, a node with a "
                + $"heap of 1 GiB; {Environment.ProcessorCount} cores for client, service and "
                + $"database.\n\n{Report.Table(rows)}"
        );
        Console.Write(text);
        if (write)
            await Report.WriteAsync(Path.Combine(Repository.Folder, Document), text, Begin, End);
        return rows.TrueForAll(row => row.Holds == true) ? 0 : 1;
    }

    private static async Task PrepareAsync(Uri url, Scratch scratch)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());
        (await http.PutAsJsonAsync($"/v1/creators/{Calm}/videos/v", new { })).EnsureSuccessStatusCode();
        (
            await http.PutAsJsonAsync(
                $"/v1/creators/{Calm}/consent/defaults/remix",
                new { effect = "allow", appliesTo = "all" }
            )
        ).EnsureSuccessStatusCode();
    }

    private static Row RowOf(string what, Waits during, Waits calm) =>
        new(
            what,
            Words(during),
            $"{Words(calm)} (calm)",
            string.Create(CultureInfo.InvariantCulture, $"{during.P99 / calm.P99:0.0} (p99)"),
            "0 failed",
            during.Failures.Count == 0
        );

    private static string Words(Waits waits) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {waits.P50:0.0}, p99 {waits.P99:0.0}, longest {waits.Longest:0} ms; {waits.Failures.Count:N0} of "
                + $"{waits.Milliseconds.Count:N0} failed"
        );

    private static bool TryRead(string[] words, out int seconds, out bool write)
    {
        (seconds, write) = (UsualSeconds, words.Contains("--write"));
        var rest = words.Where(word => word != "--write").ToArray();
        return rest is []
            || (
                rest is ["--seconds", var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out seconds)
                && seconds > 0
            );
    }
}
