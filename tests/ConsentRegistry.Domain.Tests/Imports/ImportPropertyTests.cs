using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Tests.Decisions;
using ConsentRegistry.Domain.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Imports;

/// <summary>
/// Whatever is said to restrict makes no answer looser, for anybody, for any video, now or later: compared in whole
/// registries with several creators, grants and sources.
/// </summary>
public sealed class ImportPropertyTests
{
    private const int Worlds = 1_000;

    private static readonly VideoKey Later = CaseRunner.Key("ana", "later");

    private static readonly Requester[] Requesters =
    [
        .. Scenarios.Requesters.Append("nobody-named-them").Select(Requester.Parse),
    ];

    private static readonly Gen<Operation[]> Rows = Gen.Choose(1, 4)
        .SelectMany(count => Gen.OneOf(Scenarios.AnySetDefault, Scenarios.AnySetOverride).ArrayOf(count));

    [Fact]
    public void What_restricts_makes_no_answer_looser()
    {
        var told = new HashSet<Direction>();
        ForAll(
            (world, creator, proposals) =>
            {
                var plan = ImportWorld.Plan(world.Before, creator, proposals);
                told.UnionWith(plan.Proposals.Select(one => one.Direction).OfType<Direction>());
                ImportWorld.Apply(world.After, creator, plan);
                world.Compare();
            }
        );
        Assert.Equal(Enum.GetValues<Direction>(), told.Order());
    }

    [Fact]
    public void The_order_of_denies_among_the_rows_means_nothing() =>
        ForAll(
            (world, creator, proposals) =>
            {
                var first = proposals.OrderBy(one => one.Effect == Effect.Deny).ToList();
                var last = proposals.OrderBy(one => one.Effect != Effect.Deny).ToList();
                Assert.Equal(
                    ImportWorld.Plan(world.Before, creator, first).Changes.ToHashSet(),
                    ImportWorld.Plan(world.Before, creator, last).Changes.ToHashSet()
                );
            }
        );

    [Fact]
    public void What_was_imported_stands_and_is_not_imported_again() =>
        ForAll(
            (world, creator, proposals) =>
            {
                var plan = ImportWorld.Plan(world.After, creator, proposals, takesWidening: true);
                ImportWorld.Apply(world.After, creator, plan);
                // An allow for the future begins anew at each moment, unless one like it stands.
                Assert.All(
                    ImportWorld
                        .Plan(world.After, creator, proposals)
                        .Proposals.Where(one => one.Failure is null && IsMade(one)),
                    one => Assert.Equal(Direction.Unchanged, one.Direction)
                );
                bool IsMade(JudgedProposal one) =>
                    plan.Proposals.Any(made => made.IsTaken && made.Proposal.Key == one.Proposal.Key);
            }
        );

    private static void ForAll(Action<Pair, CreatorId, IReadOnlyList<Proposal>> holds) =>
        Prop.ForAll(
                Scenarios.Arbitrary,
                Rows.ToArbitrary(),
                (scenario, rows) =>
                {
                    var valid = Scenarios.Valid([.. scenario.Operations, .. rows], scenario.Questions);
                    var operations = valid.Operations[..^rows.Length];
                    var creator = CreatorId.Parse(rows[0].CreatorId!);
                    var pair = new Pair(CaseRunner.Play(operations), CaseRunner.Play(operations));
                    var proposals = valid
                        .Operations[^rows.Length..]
                        .Select(row => ProposalOf(row, pair.Before))
                        .Where(one => one.ExpiresAt is null || one.ExpiresAt > pair.Before.Now)
                        .ToList();
                    holds(pair, creator, proposals);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Worlds));

    private static Proposal ProposalOf(Operation row, World world) =>
        new(
            new(
                row.Video is { } video ? CaseRunner.Key(video.CreatorId, video.VideoId) : null,
                Purpose.Parse(row.Purpose!),
                row.Requester is { } requester ? Requester.Parse(requester) : null
            ),
            Wording.Parse<Effect>(row.Effect!),
            row.Conditions is { } conditions ? ConditionWords.Parse(conditions) : null,
            row.ExpiresInSeconds is { } seconds ? world.Now.Plus(TimeSpan.FromSeconds(seconds)) : null,
            row.AppliesTo == "all" ? AppliesTo.All : AppliesTo.Future
        );

    /// <summary>A registry without an import, and with it.</summary>
    private sealed record Pair(World Before, World After)
    {
        /// <summary>Compares every answer that somebody could get, now and later.</summary>
        public void Compare()
        {
            foreach (var world in (World[])[Before, After])
                world.RegisterVideo(Later, world.Now, [], []);
            CompareNow(isLater: false);
            // Stops are lifted, and who asks is granted what they ask for. Grants of before are another matter: what
            // they attach ends with them.
            foreach (var world in (World[])[Before, After])
            {
                foreach (var creator in world.People.Keys.ToList())
                {
                    world.LiftHold(creator);
                    world.LiftLockdown(creator);
                    world[creator].Grants.Clear();
                    foreach (var video in world.Videos.Keys)
                    {
                        foreach (var purpose in world.Vocabulary.Purposes.Select(one => one.Purpose))
                            Grant(world, creator, video, purpose);
                    }
                }
            }
            foreach (var moment in Moments())
            {
                (Before.Now, After.Now) = (moment, moment);
                CompareNow(isLater: false);
            }
            foreach (var world in (World[])[Before, After])
            {
                foreach (var parent in world.Vocabulary.Purposes.Select(one => one.Purpose).ToList())
                {
                    if (parent.Depth < Limits.PurposeDepth)
                        world.RegisterPurpose(Purpose.Parse($"{parent}.later"), likeness: false);
                }
            }
            CompareNow(isLater: true);
        }

        private static void Grant(World world, CreatorId creator, VideoKey video, Purpose purpose) =>
            world.Grant(
                creator,
                new(video, video, purpose, Requesters[0]),
                new()
                {
                    Purpose = world.Vocabulary.Find(purpose),
                    VocabularyVersion = world.Vocabulary.Version,
                    ExpiresAt = Instant.Never,
                }
            );

        private List<Instant> Moments() =>
            [
                .. new[] { Before, After }
                    .SelectMany(world => world.People.Values)
                    .SelectMany(person =>
                        person
                            .Defaults.Values.SelectMany(one => one.Segments.Select(segment => segment.Choice))
                            .Concat(person.Overrides.Values.Select(one => one.Choice))
                    )
                    .Select(choice => choice.ExpiresAt)
                    .OfType<Instant>()
                    .Where(end => end > Before.Now)
                    .Append(Before.Now)
                    .Distinct()
                    .Order(),
            ];

        private void CompareNow(bool isLater)
        {
            foreach (var video in Before.Videos.Keys)
            {
                foreach (var purpose in Before.Vocabulary.Purposes.Select(one => one.Purpose))
                {
                    foreach (var requester in Requesters)
                    {
                        var was = Before.Decide(video, purpose, requester);
                        var becomes = After.Decide(video, purpose, requester);
                        // No purpose is used without approval: where nothing spoke, an ask widens nothing (R3).
                        var isNewAsk =
                            isLater && becomes.Effect == Effect.Ask && was.Reason == Domain.Decisions.Reason.NoConsent;
                        Assert.True(
                            becomes.Effect >= was.Effect || isNewAsk || IsGrantedOnly(isLater, was, becomes),
                            $"{video} {purpose} {requester}: {was.Effect} -> {becomes.Effect}"
                        );
                        if (!was.IsAllowed || !becomes.IsAllowed)
                            continue;
                        Assert.Equal(was.Obligations, was.Obligations & becomes.Obligations);
                        if (!isLater)
                            Assert.Equal(becomes.Excludes, was.Excludes | becomes.Excludes);
                    }
                }
            }
        }

        private static bool IsGrantedOnly(bool isLater, in Decision was, in Decision becomes) =>
            isLater
            && was.Reason == Domain.Decisions.Reason.NoConsent
            && becomes.Reason == Domain.Decisions.Reason.Grant;
    }
}
