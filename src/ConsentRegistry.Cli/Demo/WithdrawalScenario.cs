using System.Globalization;
using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// The end of the second part: the creator looks what a deny would do, withdraws, and sees who has stopped.
/// </summary>
internal sealed class WithdrawalScenario(
    ConsentRegistryClient registry,
    string creator,
    DemoConsole narrator,
    DemoContext telling
)
{
    /// <summary>How many chapters this has.</summary>
    public const int Chapters = 3;

    /// <summary>Tells this part.</summary>
    /// <param name="approved">What was approved and used before.</param>
    /// <param name="bar">How far the story is; null where nobody watches.</param>
    /// <param name="cancellation">Ends the story.</param>
    public async Task TellAsync(ApprovedUses approved, ProgressTask? bar, CancellationToken cancellation)
    {
        await LooksAsync(approved, cancellation);
        bar?.Increment(1);
        var recalls = await WithdrawsAsync(approved, cancellation);
        bar?.Increment(1);
        await SeesWhoHasStoppedAsync(recalls, cancellation);
        bar?.Increment(1);
    }

    private async Task LooksAsync(ApprovedUses approved, CancellationToken cancellation)
    {
        narrator.Begin(
            "The creator looks before withdrawing",
            "a dry run says what a deny would undo, and undoes nothing"
        );
        var before = await registry.Settings.GetAsync(creator, cancellation);
        var preview = await registry.Settings.PreviewAsync(
            creator,
            [SettingChange.SetDefault(ApprovalScenario.Remix, Effect.Deny)],
            cancellation: cancellation
        );
        var (grants, recalls) = (preview.RevokedGrants, preview.Recalls);
        narrator.Tell(
            "creator",
            $"a deny of {ApprovalScenario.Remix} would revoke {grants?.Count} grant with uses left, and recall what "
                + $"{approved.Studio} uses: "
                + string.Join(
                    ", ",
                    recalls?.First.Select(recall => $"{recall.Video.VideoId} for {recall.Purpose}") ?? []
                )
        );
        narrator.Promise(
            grants?.First.Select(grant => grant.Id).SequenceEqual([approved.Lasting.Id]) == true,
            "the grant is the one that is not spent"
        );
        narrator.Promise(
            recalls?.First.Contains(new(approved.Studio, approved.Lasting.Video, ApprovalScenario.Meme)) == true,
            $"who used {approved.Lasting.Video.VideoId} would be told to stop"
        );
        narrator.Promise(
            (await registry.Settings.GetAsync(creator, cancellation)).Version == before.Version
                && (
                    await registry.Checks.CheckAsync(
                        new(creator, approved.Lasting.Video.VideoId, ApprovalScenario.Meme),
                        cancellation
                    )
                ).Allowed,
            "nothing has changed"
        );
    }

    private async Task<IReadOnlyList<Recall>> WithdrawsAsync(ApprovedUses approved, CancellationToken cancellation)
    {
        narrator.Begin("The creator withdraws", "one deny reaches what was approved, and whoever relied on it");
        var change = await registry.Settings.SetDefaultAsync(
            creator,
            ApprovalScenario.Remix,
            new(Effect.Deny) { Reason = "Not in advertisements." },
            cancellation: cancellation
        );
        narrator.Tell("creator", $"sets {ApprovalScenario.Remix} to deny");
        var decision = await registry.Checks.CheckAsync(
            new(creator, approved.Lasting.Video.VideoId, ApprovalScenario.Meme),
            cancellation
        );
        narrator.Promise(
            change.RevokedGrants == 1
                && change.EffectiveEverywhere
                && decision is { Allowed: false, Effect: Effect.Deny },
            $"{change.RevokedGrants} grant is revoked with it, and the next check is denied"
        );
        await telling.CreatorHearsAsync(
            NotificationKinds.ConsentChanged,
            data => data.GetProperty("version").GetInt64() == change.Version,
            $"version {change.Version}, {ApprovalScenario.Remix} is deny",
            cancellation
        );

        ReceivedMessage? letter = null;
        foreach (var grant in new[] { approved.Lasting, approved.Spent })
        {
            letter = await telling.StudioHearsAsync(
                NotificationKinds.Recall,
                data => ApprovalScenario.IsAbout(data, grant.Video.VideoId),
                $"stop using {grant.Video.VideoId} for {grant.Purpose}",
                cancellation
            );
        }
        await telling.RefusesTamperedAsync(letter, cancellation);

        List<Recall> recalls = [];
        await DemoContext.EventuallyAsync(
            async () => (recalls = await ListAsync(cancellation)).Count >= 2,
            cancellation
        );
        narrator.Promise(
            recalls.Count == 2
                && recalls.TrueForAll(recall =>
                    recall is { Status: "open", Reason: Reasons.CreatorDefault } && recall.StopBy > recall.CreatedAt
                ),
            $"the studio has {recalls.Count} open recalls, to stop by "
                + $"{recalls.FirstOrDefault()?.StopBy.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC"
        );
        narrator.Promise(
            recalls.Exists(recall =>
                recall.Video == approved.Lasting.Video && recall.Made.Any(made => made.Video == approved.Made)
            ),
            $"a recall names what was made: {approved.Made.VideoId}"
        );
        return recalls;
    }

    private async Task SeesWhoHasStoppedAsync(IReadOnlyList<Recall> recalls, CancellationToken cancellation)
    {
        narrator.Begin("The studio stops", "and the creator sees who has not");
        var left = recalls.Count;
        foreach (var recall in recalls)
        {
            var statement = $"What was made of {recall.Video.VideoId} is taken down.";
            var answered = await registry.Recalls.AcknowledgeAsync(recall.Id, statement, cancellation: cancellation);
            narrator.Tell("studio", $"acknowledges: \"{statement}\"");
            var seen = await registry.Recalls.ListAsync(creator, cancellation: cancellation).ToListAsync(cancellation);
            var open = seen.Where(one => one.Status == "open").ToList();
            left--;
            narrator.Promise(
                answered.Status == "acknowledged"
                    && open.Count == left
                    && seen.Exists(one =>
                        one.Id == recall.Id && one is { Status: "acknowledged" } && one.Statement == statement
                    ),
                $"the creator sees that {recall.Requester} has stopped using {recall.Video.VideoId}, and who has not: {(open.Count == 0 ? "nobody is left" : string.Join(", ", open.Select(one => $"{one.Requester} {one.Video.VideoId}")))}"
            );
        }
        narrator.Promise(
            !await registry
                .Recalls.ListOwnAsync("open", cancellation: cancellation)
                .AnyAsync(recall => recall.Video.CreatorId == creator, cancellation),
            "nothing of this creator's is left to stop"
        );
    }

    // Another story may be told at the same time, to the same studio.
    private async Task<List<Recall>> ListAsync(CancellationToken cancellation) =>
        await registry
            .Recalls.ListOwnAsync(cancellation: cancellation)
            .Where(recall => recall.Video.CreatorId == creator)
            .ToListAsync(cancellation);
}
