using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// The first part: a creator with 500 videos, of whom nobody asks to flip 500 toggles. After each request all 500
/// videos are checked for remix and for training, and every answer is compared with what the registry promises.
/// </summary>
internal sealed class SwitchScenario(ConsentRegistryClient registry, IAnsiConsole console, string creator)
{
    /// <summary>How many videos the creator has.</summary>
    public const int Videos = 500;

    /// <summary>How many chapters this part has.</summary>
    public const int Chapters = 6;

    /// <summary>Who wants to use them.</summary>
    public const string Requester = "studio";

    private const int DeniedEvery = 5;
    private const string Remix = "remix";
    private const string Training = "training";

    // Older than every setting of the story.
    private static readonly DateTimeOffset Published = new(2024, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Chapter> told = [];
    private readonly VideoToRegister[] videos =
    [
        .. Enumerable
            .Range(1, Videos)
            .Select(number => new VideoToRegister(creator, $"video-{number:000}") { PublishedAt = Published }),
    ];

    /// <summary>Whether everything so far was as the registry promises.</summary>
    public bool IsAsPromised => told.TrueForAll(chapter => chapter.IsAsPromised);

    /// <summary>Tells this part.</summary>
    /// <param name="bar">How far the story is; null where nobody watches.</param>
    /// <param name="cancellation">Ends the story.</param>
    public async Task TellAsync(ProgressTask? bar, CancellationToken cancellation)
    {
        var silence = Expectation.Every(allowed: false, Reasons.NoConsent);
        var remixed = Expectation.Every(allowed: true, Reasons.CreatorDefault);
        var chosen = new Expectation(at => at % DeniedEvery != 0, Reasons.VideoOverride);
        var stopped = Expectation.Every(allowed: false, Reasons.Lockdown);

        await ChapterAsync(
            "The platform registers 500 videos",
            "silence is never consent",
            changes: Videos,
            silence,
            silence,
            bar,
            RegisterAsync,
            cancellation
        );
        await ChapterAsync(
            "One switch: remix, for videos from now on",
            "nothing is widened after the fact",
            changes: 1,
            silence,
            silence,
            bar,
            () =>
                OutcomeOf(
                    registry.Settings.SetDefaultAsync(creator, Remix, new(Effect.Allow), cancellation: cancellation)
                ),
            cancellation
        );
        await ChapterAsync(
            "One switch: remix, for all videos",
            "the creator's explicit word",
            changes: 1,
            remixed,
            silence,
            bar,
            () =>
                OutcomeOf(
                    registry.Settings.SetDefaultAsync(
                        creator,
                        Remix,
                        new(Effect.Allow) { AppliesTo = AppliesTo.All },
                        cancellation: cancellation
                    )
                ),
            cancellation
        );
        var before = await ChapterAsync(
            "One request: 500 exceptions for training",
            $"every {DeniedEvery}th is a deny; remix is a choice of its own",
            changes: Videos,
            remixed,
            chosen,
            bar,
            () => OutcomeOf(registry.Settings.ChangeAsync(creator, Exceptions(), cancellation: cancellation)),
            cancellation
        );
        await ChapterAsync(
            "Emergency: one lockdown",
            "it beats every setting at once",
            changes: 1,
            stopped,
            stopped,
            bar,
            () => OutcomeOf(registry.Stops.SetLockdownAsync(creator, cancellation: cancellation)),
            cancellation
        );
        var after = await ChapterAsync(
            "The lockdown is lifted",
            "exactly the settings that stood before",
            changes: 1,
            remixed,
            chosen,
            bar,
            () => OutcomeOf(registry.Stops.LiftLockdownAsync(creator, cancellation: cancellation)),
            cancellation
        );
        if (!before.SequenceEqual(after))
            told[^1].Broken.Add("some decisions are not those from before the lockdown");

        async Task<Outcome> RegisterAsync()
        {
            var batch = await registry.Videos.RegisterAsync(videos, cancellation: cancellation);
            return new(batch.Results.Sum(item => item.Changes ?? 0), batch.EffectiveEverywhere);
        }
    }

    // One thing happens, in one request; then every video is checked, in one request for each purpose.
    private async Task<IReadOnlyList<Answered>> ChapterAsync(
        string title,
        string why,
        int changes,
        Expectation remix,
        Expectation training,
        ProgressTask? bar,
        Func<Task<Outcome>> happen,
        CancellationToken cancellation
    )
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = await happen();
        var chapter = new Chapter(told.Count + 1, title, why, outcome.Changes, Stopwatch.GetElapsedTime(start));
        told.Add(chapter);
        if (outcome.Changes != changes)
            chapter.Broken.Add($"{changes} changes were expected");
        if (!outcome.EffectiveEverywhere)
            chapter.Broken.Add("the change is not in force everywhere");

        var remixes = await CheckAsync(chapter, Remix, remix, cancellation);
        var trainings = await CheckAsync(chapter, Training, training, cancellation);
        (chapter.Remix, chapter.Training) = (
            remixes.Count(answer => answer.Allowed),
            trainings.Count(answer => answer.Allowed)
        );
        bar?.Increment(1);
        console.MarkupLineInterpolated(
            $"{chapter.Number}. {title}, in {Milliseconds(chapter.Took)}: of {Videos} checks each, remix {chapter.Remix} allowed, training {chapter.Training} allowed: {why}."
        );
        foreach (var broken in chapter.Broken)
            console.MarkupLineInterpolated($"   [red]Not as promised: {broken}.[/]");
        return [.. remixes, .. trainings];
    }

    private async Task<List<Answered>> CheckAsync(
        Chapter chapter,
        string purpose,
        Expectation expected,
        CancellationToken cancellation
    )
    {
        var batch = await registry.Checks.CheckBatchAsync(
            [.. videos.Select(video => new Check(null, video.VideoId, null))],
            new()
            {
                CreatorId = creator,
                Purpose = purpose,
                Requester = Requester,
            },
            cancellation
        );
        var answers = batch
            .Results.Select(decision => new Answered(
                decision.Allowed,
                decision.Reason ?? decision.Error?.Code,
                decision.Detail
            ))
            .ToList();
        var wrong = answers
            .Where((answer, at) => answer.Allowed != expected.Allowed(at) || answer.Reason != expected.Reason)
            .ToList();
        if (wrong.Count > 0)
            chapter.Broken.Add(
                $"{wrong.Count} checks for {purpose} are answered otherwise, the first with "
                    + $"{(wrong[0].Allowed ? "allow" : "no allow")}, {wrong[0].Reason}"
            );
        return answers;
    }

    private SettingChange[] Exceptions() =>
        [
            .. videos.Select(
                (video, at) =>
                    SettingChange.SetOverride(
                        new(creator, video.VideoId),
                        Training,
                        at % DeniedEvery == 0 ? Effect.Deny : Effect.Allow
                    )
            ),
        ];

    /// <summary>Prints all of this part as a table.</summary>
    public void Summarize()
    {
        var table = new Table()
            .Border(
                console.Profile.Capabilities.Unicode && console.Profile.Capabilities.Ansi
                    ? TableBorder.Rounded
                    : TableBorder.Ascii
            )
            .AddColumn("What happened, in one request")
            .AddColumn(new TableColumn("Changes").RightAligned())
            .AddColumn(new TableColumn("It took").RightAligned())
            .AddColumn(new TableColumn("Remix allowed").RightAligned())
            .AddColumn(new TableColumn("Training allowed").RightAligned())
            .AddColumn("As promised");
        foreach (var chapter in told)
        {
            table.AddRow(
                Markup.Escape($"{chapter.Number}. {chapter.Title}"),
                Text(chapter.Changes),
                Milliseconds(chapter.Took),
                $"{Text(chapter.Remix)} of {Videos}",
                $"{Text(chapter.Training)} of {Videos}",
                chapter.IsAsPromised ? "[green]yes[/]" : "[red]no[/]"
            );
        }
        console.WriteLine();
        console.Write(table);
        console.MarkupLine(
            IsAsPromised
                ? $"[green]Every one of {told.Count * 2 * Videos} answers was as promised.[/]"
                : "[red]The registry did not answer as it promises.[/]"
        );
    }

    private static async Task<Outcome> OutcomeOf(Task<Change> request)
    {
        var change = await request;
        return new(change.Changes, change.EffectiveEverywhere);
    }

    private static string Milliseconds(TimeSpan time) =>
        $"{time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a request is said to have done.</summary>
    private readonly record struct Outcome(int Changes, bool EffectiveEverywhere);

    /// <summary>What is kept of an answer, to be compared.</summary>
    private readonly record struct Answered(bool Allowed, string? Reason, string? Detail);

    /// <summary>
    /// What the registry promises to answer: whether the video at a place is allowed, and the reason for all.
    /// </summary>
    private sealed record Expectation(Func<int, bool> Allowed, string Reason)
    {
        public static Expectation Every(bool allowed, string reason) => new(_ => allowed, reason);
    }

    private sealed record Chapter(int Number, string Title, string Why, int Changes, TimeSpan Took)
    {
        public int Remix { get; set; }

        public int Training { get; set; }

        public List<string> Broken { get; } = [];

        public bool IsAsPromised => Broken.Count == 0;
    }
}
