using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>What holds in every registry, whatever it stores. R1 to R9 are those of docs/reference/rules.md.</summary>
public sealed class PropertyTests
{
    private const int Worlds = 600;

    // An operation takes a minute: beside a world with one more, the world without it at the same moment.
    private static readonly Operation Pause = new("wait", Seconds: 60);

    [Fact]
    public void R4_R9_A_further_deny_never_makes_an_answer_more_permissive() =>
        ForAll(
            Gen.OneOf(Scenarios.AnySetDefault, Scenarios.AnySetOverride),
            (scenario, change) =>
                Compare(
                    scenario,
                    Pause,
                    change with
                    {
                        Effect = "deny",
                        Conditions = null,
                        ExpiresInSeconds = null,
                        AppliesTo = null,
                    },
                    (before, after) => Assert.True(Rank(after) >= Rank(before), $"{before}\n{after}")
                )
        );

    [Fact]
    public void R3_An_allow_for_the_future_never_widens_the_answer_for_a_video_that_stands() =>
        ForAll(
            Scenarios.AnySetDefault,
            (scenario, change) =>
                Compare(scenario, Pause, change with { Effect = "allow", AppliesTo = "future" }, AssertNotWider)
        );

    [Fact]
    public void R4_The_order_in_which_settings_are_stored_means_nothing() =>
        ForAll(
            Gen.Choose(1, int.MaxValue),
            (scenario, seed) =>
                ForEachQuestion(
                    scenario,
                    (world, question) =>
                    {
                        var facts = new WorldFacts(world, Requester.Parse(question.Requester))
                        {
                            Arrange = groups =>
                            {
                                var shuffled = groups.ToArray();
                                new Random(seed).Shuffle(shuffled);
                                return shuffled;
                            },
                            ArrangeGrants = grants =>
                            {
                                var shuffled = grants.ToArray();
                                new Random(seed).Shuffle(shuffled);
                                return shuffled;
                            },
                        };
                        Assert.Equal(CaseRunner.CheckInFull(world, question), Decide(world, facts, question));
                    }
                )
        );

    [Fact]
    public void R5_Without_any_setting_everything_is_denied() =>
        ForAll(scenario =>
            ForEachQuestion(
                scenario,
                (world, question) =>
                {
                    foreach (var person in world.People.Values)
                    {
                        person.Defaults.Clear();
                        person.Overrides.Clear();
                    }
                    Assert.Equal("deny", CaseRunner.CheckInFull(world, question).Effect);
                }
            )
        );

    [Fact]
    public void R7_A_further_participant_never_widens_an_answer() =>
        ForAll(
            Gen.Elements(Scenarios.Creators)
                .SelectMany(c =>
                    Gen.Elements(Role.CoCreator, Role.Depicted)
                        .Select(r => new RegisteredParticipant(CreatorId.Parse(c), r))
                ),
            (scenario, participant) =>
                ForEachQuestion(scenario, (world, question) => Widen(world, question, [participant], []))
        );

    [Fact]
    public void R8_A_further_source_never_widens_an_answer() =>
        ForAll(
            Gen.Elements(Scenarios.Creators)
                .SelectMany(c => Gen.Elements("v1", "v2", "v3").Select(v => CaseRunner.Key(c, v))),
            (scenario, source) => ForEachQuestion(scenario, (world, question) => Widen(world, question, [], [source]))
        );

    [Fact]
    public void R4_R9_A_broad_allow_speaks_for_every_purpose_below_that_it_does_not_exclude() =>
        ForAll(scenario =>
            ForEachQuestion(
                scenario,
                (world, question) =>
                {
                    var broad = CaseRunner.CheckInFull(world, question);
                    if (!broad.Allowed)
                        return;
                    foreach (
                        var below in world
                            .Vocabulary.Purposes.Select(p => p.Purpose)
                            .Where(p => p.IsBelow(Purpose.Parse(question.Purpose)))
                    )
                    {
                        var narrow = CaseRunner.CheckInFull(world, question with { Purpose = below.Name });
                        Assert.True(
                            narrow.Allowed || broad.Excludes.Split(' ').Contains(below.Name),
                            $"{below}: {broad}\n{narrow}"
                        );
                    }
                }
            )
        );

    [Fact]
    public void R1_A_stop_denies_and_lifting_it_restores_exactly_what_stood() =>
        ForAll(
            Gen.Elements(true, false),
            (scenario, held) =>
                ForEachQuestion(
                    scenario,
                    (world, question) =>
                    {
                        var owner = CreatorId.Parse(question.CreatorId);
                        if ((held ? world[owner].Hold : world[owner].Lockdown) is not null)
                            return;
                        var before = CaseRunner.CheckInFull(world, question);
                        Purpose[] listed = [Purpose.Parse(question.Purpose)];
                        if (held)
                            world.Hold(owner, listed);
                        else
                            world.Lockdown(owner, listed);
                        Assert.Equal("deny", CaseRunner.CheckInFull(world, question).Effect);
                        if (held)
                            world.LiftHold(owner);
                        else
                            world.LiftLockdown(owner);
                        Assert.Equal(before, CaseRunner.CheckInFull(world, question));
                    }
                )
        );

    [Fact]
    public void R1_Where_anybody_concerned_was_erased_the_answer_is_deny() =>
        ForAll(scenario =>
            ForEachQuestion(
                scenario,
                (world, question) =>
                {
                    var video = CaseRunner.Key(question.CreatorId, question.VideoId);
                    var coCreators =
                        world
                            .Videos.GetValueOrDefault(video)
                            ?.Participants.Where(p => p.Role == Role.CoCreator)
                            .Select(p => p.Creator)
                        ?? [];
                    foreach (var concerned in coCreators.Append(video.Creator))
                    {
                        var wasErased = world[concerned].IsErased;
                        world[concerned].IsErased = true;
                        Assert.Equal("deny", CaseRunner.CheckInFull(world, question).Effect);
                        world[concerned].IsErased = wasErased;
                    }
                }
            )
        );

    [Fact]
    public void R9_An_allow_stays_as_it_is_until_the_moment_it_names() =>
        ForAll(
            Gen.Choose(0, 1_000),
            (scenario, thousandths) =>
                ForEachQuestion(
                    scenario,
                    (world, question) =>
                    {
                        var answer = CaseRunner.CheckInFull(world, question);
                        if (!answer.Allowed)
                            return;
                        var last = Math.Min(
                            answer.HoldsUntil - 1,
                            world.Now.Plus(TimeSpan.FromDays(1_000)).Microseconds
                        );
                        var start = world.Now;
                        world.Now = new(start.Microseconds + ((last - start.Microseconds) / 1_000 * thousandths));
                        Assert.Equal(answer, CaseRunner.CheckInFull(world, question));
                        world.Now = new(last);
                        Assert.Equal(answer, CaseRunner.CheckInFull(world, question));
                        world.Now = start;
                    }
                )
        );

    [Fact]
    public void R2_Time_alone_never_makes_an_answer_more_permissive() =>
        ForAll(
            Gen.Choose(1, 1_200),
            (scenario, seconds) =>
                ForEachQuestion(
                    scenario,
                    (world, question) =>
                    {
                        var (start, now) = (world.Now, CaseRunner.CheckInFull(world, question));
                        world.Now = start.Plus(TimeSpan.FromSeconds(seconds));
                        Assert.True(Rank(CaseRunner.CheckInFull(world, question)) >= Rank(now));
                        world.Now = start;
                    }
                )
        );

    [Fact]
    public void A_decision_with_a_trace_is_the_one_without_and_the_trace_ends_in_it() =>
        ForAll(scenario =>
            ForEachQuestion(
                scenario,
                (world, question) =>
                {
                    var trace = new TraceRecorder();
                    var decision = world.Decide(
                        CaseRunner.Key(question.CreatorId, question.VideoId),
                        Purpose.Parse(question.Purpose),
                        Requester.Parse(question.Requester),
                        ref trace,
                        out var facts
                    );
                    Assert.Equal(
                        CaseRunner.CheckInFull(world, question),
                        CaseRunner.InFull(decision, facts, world.Vocabulary, question.Requester)
                    );
                    Assert.Equal(decision.Effect, trace.Answers.Max(a => a.Effect));
                    Assert.Equal(decision.DecidedBy, trace.Answers.First(a => a.Effect == decision.Effect).DecidedBy);
                    Assert.Equal(trace.Considered, trace.Answers.Select(a => a.DecidedBy!.Value));
                    Assert.All(trace.Weighed, w => Assert.Equal(w.Standing == Standing.Beaten, w.BeatenBy is not null));
                }
            )
        );

    [Fact]
    public void R9_A_fact_that_cannot_be_read_makes_the_answer_indeterminate() =>
        ForAll(
            Gen.Choose(0, int.MaxValue),
            (scenario, place) =>
                ForEachQuestion(
                    scenario,
                    (world, question) =>
                    {
                        var counting = new FailingFacts(
                            new(world, Requester.Parse(question.Requester)),
                            failAt: int.MaxValue
                        );
                        _ = Decide(world, counting, question);
                        var failing = new FailingFacts(
                            new(world, Requester.Parse(question.Requester)),
                            failAt: place % counting.Reads
                        );
                        Assert.Equal(Answer.Indeterminate, Decide(world, failing, question));
                        Assert.Equal(failing.FailAt + 1, failing.Reads);
                    }
                )
        );

    [Fact]
    public void The_same_input_always_gives_the_same_decision_and_no_facts_make_it_throw() =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(
                Arb.From(Gen.Choose(0, int.MaxValue)),
                seed =>
                {
                    var random = new Random(seed);
                    var vocabulary = Vocabulary.Initial;
                    var facts = new RandomFacts(random);
                    var check = new Domain.Decisions.Check(
                        new(0),
                        new((byte)random.Next(vocabulary.Purposes.Length)),
                        new(random.Next(10))
                    );
                    var decision = Evaluator.Decide(check, ref facts, vocabulary);
                    Assert.Equal(decision, Evaluator.Decide(check, ref facts, vocabulary));
                    Assert.Equal(decision.Effect == Effect.Allow, decision.IsAllowed);
                    Assert.NotEqual(default, decision.Effect);
                    Assert.Equal(decision.Reason == Reason.NoConsent, decision.Detail != Detail.None);
                    Assert.Equal(decision.Reason == Reason.Indeterminate, decision.DecidedBy is null);
                    Assert.True(
                        decision.IsAllowed || (decision.Obligations == Conditions.None && decision.Excludes.IsEmpty)
                    );
                }
            )
        );

    private static void ForAll(Action<Scenario> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Worlds), Prop.ForAll(Scenarios.Arbitrary, holds));

    private static void ForAll<T>(Gen<T> more, Action<Scenario, T> holds) =>
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Worlds),
            Prop.ForAll(Scenarios.Arbitrary, Arb.From(more), holds)
        );

    private static void ForEachQuestion(Scenario scenario, Action<World, CaseQuestion> holds)
    {
        var world = CaseRunner.Play(scenario.Operations);
        foreach (var question in scenario.Questions)
            holds(world, question);
    }

    private static void Compare(Scenario scenario, Operation one, Operation other, Action<Answer, Answer> holds)
    {
        var (before, after) = (
            Scenarios.Valid([.. scenario.Operations, one], scenario.Questions),
            Scenarios.Valid([.. scenario.Operations, other], scenario.Questions)
        );
        var (worldBefore, worldAfter) = (CaseRunner.Play(before.Operations), CaseRunner.Play(after.Operations));
        foreach (var question in before.Questions)
            holds(CaseRunner.CheckInFull(worldBefore, question), CaseRunner.CheckInFull(worldAfter, question));
    }

    private static void Widen(
        World world,
        CaseQuestion question,
        RegisteredParticipant[] participants,
        VideoKey[] sources
    )
    {
        var video = CaseRunner.Key(question.CreatorId, question.VideoId);
        if (!world.Videos.TryGetValue(video, out var record) || sources.Contains(video))
            return;
        var before = CaseRunner.CheckInFull(world, question);
        world.RegisterVideo(
            video,
            record.PublishedAt,
            record.Participants.Concat(participants),
            record.Sources.Concat(sources)
        );
        AssertNotWider(before, CaseRunner.CheckInFull(world, question));
    }

    private static void AssertNotWider(Answer before, Answer after)
    {
        Assert.True(Rank(after) >= Rank(before), $"{before}\n{after}");
        if (after.Allowed)
        {
            Assert.Subset(
                after.Obligations.Split(' ').ToHashSet(),
                before.Obligations.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet()
            );
            Assert.Subset(
                after.Excludes.Split(' ').ToHashSet(),
                before.Excludes.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet()
            );
        }
    }

    private static int Rank(Answer answer) => Array.IndexOf(["allow", "ask", "deny"], answer.Effect);

    private static Answer Decide(World world, WorldFacts facts, CaseQuestion question)
    {
        var check = new Domain.Decisions.Check(
            facts.HandleOf(CaseRunner.Key(question.CreatorId, question.VideoId)),
            world.Vocabulary.Find(Purpose.Parse(question.Purpose)),
            world.Now
        );
        return CaseRunner.InFull(
            Evaluator.Decide(check, ref facts, world.Vocabulary),
            facts,
            world.Vocabulary,
            question.Requester
        );
    }

    private static Answer Decide(World world, FailingFacts failing, CaseQuestion question)
    {
        var check = new Domain.Decisions.Check(
            failing.Facts.HandleOf(CaseRunner.Key(question.CreatorId, question.VideoId)),
            world.Vocabulary.Find(Purpose.Parse(question.Purpose)),
            world.Now
        );
        return CaseRunner.InFull(
            Evaluator.Decide(check, ref failing, world.Vocabulary),
            failing.Facts,
            world.Vocabulary,
            question.Requester
        );
    }

    /// <summary>Facts of which one cannot be read, counted from the first that is asked for.</summary>
    private sealed class FailingFacts(WorldFacts facts, int failAt) : IFacts
    {
        public WorldFacts Facts => facts;

        public int FailAt => failAt;

        public int Reads { get; private set; }

        public bool TryRead(VideoHandle video, out VideoFacts read)
        {
            read = default;
            return Reads++ != failAt && facts.TryRead(video, out read);
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts read)
        {
            read = default;
            return Reads++ != failAt && facts.TryRead(creator, video, usedIn, out read);
        }
    }

    /// <summary>
    /// Facts that no registry would store: any settings in any order, more sources than a video can have, rings and
    /// duplicates.
    /// </summary>
    private sealed class RandomFacts(Random random) : IFacts
    {
        private readonly int seed = random.Next();
        private readonly int videos = random.Next(3) == 0 ? random.Next(1, 200) : random.Next(1, 6);
        private readonly bool faulty = random.Next(5) == 0;

        public bool TryRead(VideoHandle video, out VideoFacts facts)
        {
            var values = Values(video.Value, 0, 0);
            var many = values.Next(50) == 0 ? 20 : 3;
            facts = new()
            {
                Owner = new(values.Next(5)),
                IsRegistered = values.Next(8) != 0,
                PublishedAt = values.Next(4) == 0 ? null : new Instant(values.Next(10)),
                Participants = Many(
                    values,
                    3,
                    () => new Participant(new(values.Next(5)), values.Next(2) == 0 ? Role.CoCreator : Role.Depicted)
                ),
                Sources = Many(values, many, () => new VideoHandle(values.Next(videos))),
            };
            return !faulty || values.Next(20) != 0;
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
        {
            var values = Values(creator.Value + 1, video.Value, usedIn.Value);
            facts = new()
            {
                IsErased = values.Next(40) == 0,
                Stops = (StopFact[])
                    [
                        .. Enumerable.Repeat(
                            new StopFact(StopKind.Hold, PurposeSet.All, default),
                            values.Next(30) == 0 ? 1 : 0
                        ),
                        .. Enumerable.Repeat(
                            new StopFact(
                                StopKind.Lockdown,
                                PurposeSet.None.With(new((byte)values.Next(Vocabulary.Initial.Purposes.Length))),
                                default
                            ),
                            values.Next(30) == 0 ? 1 : 0
                        ),
                    ],
                Settings = Many(
                    values,
                    12,
                    () =>
                        new Setting
                        {
                            Scope = (Scope)values.Next(2),
                            Audience = (Audience)values.Next(3),
                            Purpose = new((byte)values.Next(Vocabulary.Initial.Purposes.Length)),
                            Effect = (Effect)(values.Next(6) / 2 % 3 + 1),
                            Conditions = (Conditions)values.Next(1 << Wording.BitsOf<Conditions>()),
                            VocabularyVersion = values.Next(-1, 3),
                            From = values.Next(3) == 0 ? new(values.Next(10)) : Instant.Beginning,
                            IsFurtherSegment = values.Next(3) == 0,
                            ExpiresAt = values.Next(3) == 0 ? new(values.Next(10)) : Instant.Never,
                            Stamp = new(values.Next(10), new(values.Next(10))),
                        }
                ),
                Grants = Many(
                    values,
                    3,
                    () =>
                        new Grant
                        {
                            Purpose = new((byte)values.Next(Vocabulary.Initial.Purposes.Length)),
                            Conditions = (Conditions)values.Next(1 << Wording.BitsOf<Conditions>()),
                            VocabularyVersion = values.Next(-1, 3),
                            ExpiresAt = values.Next(3) == 0 ? new(values.Next(10)) : Instant.Never,
                            UsesLeft = values.Next(3) == 0 ? values.Next(-1, 3) : null,
                            IsRevoked = values.Next(4) == 0,
                        }
                ),
            };
            return !faulty || values.Next(20) != 0;
        }

        // The same facts however often they are read, and in every process, so that a failing seed can be replayed.
        private Random Values(long a, long b, long c) =>
            new((int)((seed + (a * 7_919) + (b * 104_729) + (c * 1_299_709)) % int.MaxValue));

        private static T[] Many<T>(Random values, int most, Func<T> one) =>
            [.. Enumerable.Range(0, values.Next(most + 1)).Select(_ => one())];
    }
}
