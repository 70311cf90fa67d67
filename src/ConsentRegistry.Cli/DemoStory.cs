using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli;

/// <summary>
/// The story that the registry was made for: a creator with 500 videos, of which not one toggle has to be flipped 500 times. Every answer
/// is compared with what the registry promises.
/// </summary>
internal sealed class DemoStory(ConsentRegistryClient registry, IAnsiConsole console)
{
    private const int Videos = 500;
    private const string Requester = "studio";

    // Nobody has heard of this creator, so that the story begins at the beginning however often it is told.
    private readonly string creator = $"demo-{DateTimeOffset.UtcNow.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture)}";
    private readonly List<Chapter> chapters = [];

    /// <summary>Tells the story; false if the registry answered otherwise than it promises.</summary>
    public async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        console.MarkupLineInterpolated($"A creator, [bold]{creator}[/], with {Videos} videos. A requester, [bold]{Requester}[/], who wants to remix them.");
        console.WriteLine();
        await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(progress => TellAsync(progress, cancellation));
        Summarize();
        return chapters.TrueForAll(chapter => chapter.AsPromised);
    }

    private async Task TellAsync(ProgressContext progress, CancellationToken cancellation)
    {
        await ChapterAsync(progress, "The platform registers 500 videos", "remix", allowed: 0, "silence is never consent", async () =>
        {
            var batch = await registry.Videos.RegisterAsync(
                [.. Ids.Select(id => new VideoToRegister(creator, id) { PublishedAt = new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero) })], cancellation: cancellation);
            return batch.Results.Count(item => item.Changes == 1);
        }, cancellation);
        await ChapterAsync(progress, "One switch, for videos from now on", "remix", allowed: 0, "nothing is widened after the fact", async () =>
            (await registry.Settings.SetDefaultAsync(creator, "remix", new(Effect.Allow), cancellation: cancellation)).Changes, cancellation);
        await ChapterAsync(progress, "One switch, for all videos", "remix", allowed: Videos, "the creator's explicit word", async () =>
            (await registry.Settings.SetDefaultAsync(creator, "remix", new(Effect.Allow) { AppliesTo = "all" }, cancellation: cancellation)).Changes, cancellation);
        await ChapterAsync(progress, "500 exceptions in one change: every other video denied", "remix", allowed: Videos / 2, "overrides are for single videos", async () =>
            (await registry.Settings.ChangeAsync(
                creator,
                [.. Ids.Select((id, at) => new SettingChange("setOverride", "remix") { Video = new(creator, id), Effect = at % 2 == 0 ? Effect.Deny : Effect.Allow })],
                cancellation: cancellation)).Changes, cancellation);
        await ChapterAsync(progress, "Emergency: one lockdown", "remix", allowed: 0, "beats every setting at once", async () =>
            (await registry.Stops.SetLockdownAsync(creator, cancellation: cancellation)).Changes, cancellation);
        await ChapterAsync(progress, "The lockdown is lifted", "remix", allowed: Videos / 2, "exactly the settings that stood before", async () =>
            (await registry.Stops.LiftLockdownAsync(creator, cancellation: cancellation)).Changes, cancellation);
        await ChapterAsync(progress, "And training? Nobody asked", "training", allowed: 0, "each purpose is a choice of its own", () => Task.FromResult(0), cancellation);
    }

    // One thing happens, in one request; then all 500 checks are asked.
    private async Task ChapterAsync(
        ProgressContext progress, string title, string purpose, int allowed, string why, Func<Task<int>> happen, CancellationToken cancellation)
    {
        const int perBatch = 50;
        var task = progress.AddTask(title, maxValue: Videos);
        var start = Stopwatch.GetTimestamp();
        var changes = await happen();
        var took = Stopwatch.GetElapsedTime(start);
        var seen = 0;
        foreach (var ids in Ids.Chunk(perBatch))
        {
            var batch = await registry.Checks.CheckAsync(
                [.. ids.Select(id => new Check(null, id, null))], new() { CreatorId = creator, Purpose = purpose, Requester = Requester }, cancellation);
            seen += batch.Results.Count(decision => decision.Allowed);
            task.Increment(ids.Length);
        }
        chapters.Add(new(title, changes, took, purpose, seen, allowed, why));
    }

    private void Summarize()
    {
        var table = new Table().RoundedBorder()
            .AddColumn("What happened")
            .AddColumn(new TableColumn("Changes").RightAligned())
            .AddColumn(new TableColumn("The request took").RightAligned())
            .AddColumn($"Allowed, of {Videos} checks")
            .AddColumn("Because");
        foreach (var chapter in chapters)
        {
            table.AddRow(
                Markup.Escape(chapter.Title),
                chapter.Changes.ToString(CultureInfo.InvariantCulture),
                $"{chapter.Took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms",
                $"{chapter.Purpose}: {chapter.Allowed}{(chapter.AsPromised ? "" : $" [red](promised: {chapter.Promised})[/]")}",
                Markup.Escape(chapter.Why));
        }
        console.WriteLine();
        console.Write(table);
        console.MarkupLine(chapters.TrueForAll(chapter => chapter.AsPromised)
            ? "[green]Every answer was as promised.[/]"
            : "[red]The registry did not answer as it promises.[/]");
    }

    private static IEnumerable<string> Ids => Enumerable.Range(1, Videos).Select(number => $"video-{number.ToString("000", CultureInfo.InvariantCulture)}");

    private sealed record Chapter(string Title, int Changes, TimeSpan Took, string Purpose, int Allowed, int Promised, string Why)
    {
        public bool AsPromised => Allowed == Promised;
    }
}
