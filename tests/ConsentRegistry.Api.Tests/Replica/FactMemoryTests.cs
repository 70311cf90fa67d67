using System.Text;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>
/// Memory decides as the rules do, whatever was put into it in whatever order, and while more is being put.
/// </summary>
public sealed class FactMemoryTests
{
    private const int Worlds = 150;
    private const int Steps = 60;

    private static readonly string[] People = ["ann", "Bob", "c~d", "dan"];
    private static readonly string[] Clips = ["v1", "v2"];
    private static readonly string?[] Askers = ["acme", "beta", "ann"];

    [Fact]
    public void Decides_random_registries_as_the_domain_alone_does()
    {
        var seed = TestSeed.Get();
        for (var i = 0; i < Worlds; i++)
            Compare(new Random(seed + i), $"seed {seed + i}");
    }

    private static void Compare(Random random, string what)
    {
        var (world, memory) = (new World(), new FactMemory());
        memory.Load(world.Vocabulary);
        for (var step = 0; step < Steps; )
        {
            // Several changes in one draft, as a poll brings them.
            var draft = new Draft(memory, Instant.Beginning);
            for (var changes = random.Next(1, 6); changes > 0; changes--, step++)
            {
                world.Now = world.Now.Plus(TimeSpan.FromMinutes(1));
                Change(random, world, draft.Editor);
            }
            draft.Publish();
        }
        foreach (var video in People.SelectMany(owner => Clips, (owner, clip) => CaseRunner.Key(owner, clip)))
        {
            foreach (var definition in world.Vocabulary.Purposes)
            {
                foreach (var asker in Askers)
                {
                    var requester = Requester.Parse(asker!);
                    var decision = world.Decide(video, definition.Purpose, requester, ref silent, out var facts);
                    var expected = InWords(
                        decision,
                        world.Vocabulary,
                        creator => facts.CreatorOf(creator).Value,
                        one => facts.VideoOf(one)
                    );
                    Assert.Equal(
                        $"{what} {video} {definition.Purpose} {asker}: {expected}",
                        $"{what} {video} {definition.Purpose} {asker}: "
                            + $"{FromMemory(memory, video, definition.Purpose, requester, world.Now)}"
                    );
                    var extracted = memory.Extract([video], [requester], world.Now, Soon)!;
                    var again = extracted.Decide(video, extracted.Vocabulary.Find(definition.Purpose), requester);
                    Assert.Equal(
                        expected,
                        InWords(
                            again,
                            world.Vocabulary,
                            creator => extracted.CreatorOf(creator).Value,
                            extracted.VideoOf
                        )
                    );
                }
            }
        }
    }

    private static NoTrace silent;

    private static string FromMemory(
        FactMemory memory,
        VideoKey video,
        Purpose purpose,
        Requester requester,
        Instant now
    )
    {
        var asked = new AskedCheck
        {
            Creator = Encoding.ASCII.GetBytes(video.Creator.Value),
            Video = Encoding.ASCII.GetBytes(video.Video.Value),
            Requester = Encoding.ASCII.GetBytes(requester.Value),
            Purpose = memory.Vocabulary.Find(purpose),
        };
        memory.Decide(asked, memory.Prepare(asked.Creator, asked.Video), now, out var outcome);
        Assert.False(outcome.IsUnreadable);
        return InWords(
            outcome.Decision,
            memory.Vocabulary,
            creator => creator == Names.CheckedOwner ? video.Creator.Value : memory.Names[creator].Id.Value,
            one => one == Names.CheckedVideo ? video : memory.Names[one].Id
        );
    }

    private static string InWords(
        in Decision decision,
        Vocabulary vocabulary,
        Func<CreatorHandle, string> creator,
        Func<VideoHandle, VideoKey> video
    ) =>
        $"{decision.Effect} {decision.Reason} {decision.Detail} {decision.Setting?.Scope} {(decision.Setting is { } setting ? vocabulary[setting.Purpose].Purpose.Name : "")} {decision.Setting?.NamesRequester} "
        + $"{decision.Stamp} {decision.Obligations} {string.Join(',', vocabulary.Names(decision.Excludes))} "
        + $"{decision.HoldsUntil.Microseconds} "
        + (decision.DecidedBy is { } by ? $"{creator(by.Creator)} {by.Role} {video(by.Video)}" : "nobody");

    private static void Change(Random random, World world, FactEditor editor)
    {
        var creator = CreatorId.Parse(Pick(random, People));
        var purpose = Pick(random, world.Vocabulary.Purposes).Purpose;
        Requester? named = random.Next(3) == 0 ? Requester.Parse(Pick(random, Askers)!) : null;
        var effect = (Effect)random.Next(1, 4);
        var conditions =
            effect == Effect.Deny ? Conditions.None : (Conditions)random.Next(1 << Wording.BitsOf<Conditions>());
        Instant? expiry =
            effect == Effect.Allow && random.Next(3) == 0
                ? world.Now.Plus(TimeSpan.FromMinutes(random.Next(1, 90)))
                : null;
        var choice = Choice.Create(effect, conditions, expiry, world.Vocabulary.Version);
        var person = world[creator];
        switch (random.Next(24))
        {
            case < 6:
                var video = CaseRunner.Key(creator.Value, Pick(random, Clips));
                world.RegisterVideo(
                    video,
                    random.Next(3) == 0 ? null : world.Now.Plus(TimeSpan.FromMinutes(-random.Next(40))),
                    Enumerable
                        .Range(0, random.Next(4))
                        .Select(_ => new RegisteredParticipant(
                            CreatorId.Parse(Pick(random, People)),
                            random.Next(2) == 0 ? Role.CoCreator : Role.Depicted
                        )),
                    Enumerable
                        .Range(0, random.Next(3))
                        .Select(_ => CaseRunner.Key(Pick(random, People), Pick(random, Clips)))
                        .Where(source => source != video)
                );
                editor.PutVideo(video, world.Videos[video]);
                break;
            case < 12:
                var key = new DefaultKey(purpose, named);
                world.SetDefault(creator, key, choice, (AppliesTo)random.Next(2));
                editor.PutDefault(creator, key, person.Defaults[key]);
                break;
            case < 13:
                world.ClearDefault(creator, new(purpose, named));
                editor.PutDefault(creator, new(purpose, named), null);
                break;
            case < 18:
                var about = new OverrideKey(CaseRunner.Key(Pick(random, People), Pick(random, Clips)), purpose, named);
                world.SetOverride(creator, about, choice);
                editor.PutOverride(creator, about, person.Overrides[about]);
                break;
            case < 19 when person.Overrides.Count > 0:
                var gone = Pick(random, person.Overrides.Keys.ToList());
                world.ClearOverride(creator, gone);
                editor.PutOverride(creator, gone, null);
                break;
            case < 21:
                var kind = (StopKind)random.Next(2);
                var listed = random.Next(2) == 0 ? null : new[] { purpose };
                if (kind == StopKind.Hold)
                    world.Hold(creator, listed);
                else
                    world.Lockdown(creator, listed);
                editor.PutStop(creator, kind, kind == StopKind.Hold ? person.Hold : person.Lockdown);
                break;
            case < 22:
                world.LiftLockdown(creator);
                world.LiftHold(creator);
                editor.PutStop(creator, StopKind.Hold, null);
                editor.PutStop(creator, StopKind.Lockdown, null);
                break;
            case 22 when world.Vocabulary.Purposes.Length < 14:
                world.RegisterPurpose(Purpose.Parse($"remix.p{world.Vocabulary.Purposes.Length}"), random.Next(2) == 0);
                editor.Apply(null, new Domain.History.RecordedChange.OfPurpose(world.Vocabulary.Purposes[^1]));
                break;
            case 23 when random.Next(8) == 0:
                world.Erase(creator);
                editor.Erase(creator);
                break;
        }
    }

    [Fact]
    public async Task Readers_see_all_of_what_is_published_at_once_or_none_of_it()
    {
        // Either the owner or the participant denies, never neither: whoever saw half of a change would see an allow.
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var (owner, guest) = (CreatorId.Parse("owner"), CreatorId.Parse("guest"));
        var video = new VideoKey(owner, VideoId.Parse("v"));
        var key = new DefaultKey(Purpose.Parse("remix"), null);
        void Publish(bool ownerAllows, long version)
        {
            var draft = new Draft(memory, Instant.Beginning);
            draft.Editor.PutVideo(video, new(null, [new(guest, Role.CoCreator)], []));
            foreach (var (creator, allows) in new[] { (owner, ownerAllows), (guest, !ownerAllows) })
            {
                // Now plain, now not: in place, and by another extra.
                var choice = allows
                    ? Choice.Allow(Conditions.None, version % 3 == 0 ? new Instant(long.MaxValue - 1) : null, 1)
                    : Choice.Deny(1);
                draft.Editor.PutDefault(creator, key, new([new(null, choice, new(version, new(version)))]));
                draft.Editor.Reach(creator, version);
            }
            draft.Publish();
        }
        Publish(true, 1);
        using var stop = new CancellationTokenSource();
        var decisions = 0;
        var reading = Task.Run(
            () =>
            {
                var last = 0L;
                while (!stop.IsCancellationRequested)
                {
                    var asked = new AskedCheck
                    {
                        Creator = "owner"u8,
                        Video = "v"u8,
                        Purpose = Vocabulary.Initial.Find(Purpose.Parse("remix")),
                    };
                    memory.Decide(asked, memory.Prepare(asked.Creator, asked.Video), new(5), out var outcome);
                    var (decision, version, isUnreadable) = (outcome.Decision, outcome.Version, outcome.IsUnreadable);
                    Assert.False(isUnreadable);
                    Assert.Equal(Effect.Deny, decision.Effect);
                    Assert.Equal(Reason.CreatorDefault, decision.Reason);
                    Assert.Equal(version, decision.Stamp!.Value.Version);
                    Assert.True(version >= last, "versions only rise");
                    last = version;
                    if (Interlocked.Increment(ref decisions) % 64 == 0)
                        Assert.Equal(
                            Effect.Deny,
                            memory
                                .Extract([video], [], new(5), Soon)!
                                .Decide(video, Vocabulary.Initial.Find(Purpose.Parse("remix")), null)
                                .Effect
                        );
                }
            },
            TestContext.Current.CancellationToken
        );
        // On a busy machine the reader may be late to begin.
        for (
            var version = 2L;
            version < 60_000 || (version < 6_000_000 && Volatile.Read(ref decisions) < 1_000);
            version++
        )
        {
            if (reading.IsCompleted)
                break;
            Publish(version % 2 == 1, version);
        }
        await stop.CancelAsync();
        await reading;
        Assert.True(decisions >= 1_000, $"Only {decisions} decisions were made meanwhile.");
    }

    [Fact]
    public async Task Facts_of_many_checks_are_taken_out_however_often_something_is_stored()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var videos = Enumerable.Range(0, 1_000).Select(i => CaseRunner.Key($"owner{i % 50}", $"v{i}")).ToList();
        Draft(
            memory,
            editor =>
            {
                foreach (var video in videos)
                {
                    var guests = Enumerable
                        .Range(0, 3)
                        .Select(i => new RegisteredParticipant(CreatorId.Parse($"guest{i}"), Role.CoCreator));
                    editor.PutVideo(
                        video,
                        new(
                            null,
                            guests,
                            [CaseRunner.Key("studio", $"{video.Video}-1"), CaseRunner.Key("studio", $"{video.Video}-2")]
                        )
                    );
                    editor.PutOverride(
                        video.Creator,
                        new(video, Purpose.Parse("remix"), Requester.Parse("acme")),
                        new(Choice.Ask(Conditions.None, 1), new(1, new(1)))
                    );
                }
            }
        );
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            () =>
            {
                for (var version = 1L; !stop.IsCancellationRequested; version++)
                {
                    Draft(memory, editor => editor.Reach(CreatorId.Parse("busy"), version));
                    Thread.Yield();
                }
            },
            TestContext.Current.CancellationToken
        );
        await Eventually.HoldsAsync("the writer is at work", () => Task.FromResult(memory.VersionOf("busy") > 0));
        for (var i = 0; i < 20; i++)
        {
            // On a busy machine the writer may not be held up for as long as it takes: then the caller is told, and
            // asks again.
            FactSet? facts = null;
            await Eventually.HoldsAsync(
                "the facts are taken out",
                () =>
                    Task.FromResult(
                        (facts = memory.Extract(videos, [Requester.Parse("acme")], new(5), Soon)) is not null
                    )
            );
            Assert.Equal(2, facts!.RecordOf(videos[^1])!.Sources.Length);
        }
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Nobody_reads_on_for_whom_nobody_waits_any_more()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.Null(memory.Extract([CaseRunner.Key("owner", "v")], [], new(9), new(long.MaxValue, cancelled.Token)));
        Assert.Null(memory.Extract([CaseRunner.Key("owner", "v")], [], new(9), new(BootClock.Now - 1, default)));
        Assert.NotNull(memory.Extract([CaseRunner.Key("owner", "v")], [], new(9), new(long.MaxValue, default)));
    }

    [Fact]
    public void Where_storing_failed_half_way_nothing_is_answered_and_nobody_waits_for_ever()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        Draft(memory, editor => editor.PutVideo(CaseRunner.Key("owner", "v"), new(null, [], [])));
        Assert.False(Ask(memory, "remix").IsUnreadable);
        Assert.Throws<InvalidOperationException>(() => memory.Publish(new FullOnce(), [], [], [], null));
        Assert.True(Ask(memory, "remix").IsUnreadable);
        Assert.Null(memory.Extract([CaseRunner.Key("owner", "v")], [], new(9), Soon));
    }

    // Room is made for it, and then there is none.
    private sealed class FullOnce : IReadOnlyCollection<VideoSlot>
    {
        private bool isReserved;

        public int Count => 1;

        public IEnumerator<VideoSlot> GetEnumerator()
        {
            if (isReserved)
                throw new InvalidOperationException();
            isReserved = true;
            yield break;
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Fact]
    public void A_grant_that_has_ended_is_let_go_when_the_next_is_given()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var (owner, video) = (CreatorId.Parse("owner"), CaseRunner.Key("owner", "v"));
        Draft(memory, editor => editor.PutGrant(owner, Guid.NewGuid(), GrantOf(video, expiresAt: new(100))), new(50));
        var later = Guid.NewGuid();
        Draft(memory, editor => editor.PutGrant(owner, later, GrantOf(video, expiresAt: new(300))), new(100));
        var facts = memory.Extract([video], [Requester.Parse("acme")], new(150), Soon)!;
        Assert.Equal([later], facts.GrantsOf(owner, video, video, Requester.Parse("acme")).Select(grant => grant.Key));
        Draft(memory, editor => editor.PutGrant(owner, Guid.NewGuid(), GrantOf(video, expiresAt: new(200))), new(300));
        facts = memory.Extract([video], [Requester.Parse("acme")], new(150), Soon)!;
        Assert.Empty(facts.GrantsOf(owner, video, video, Requester.Parse("acme")));
    }

    [Fact]
    public void A_grant_that_only_memory_holds_is_a_difference_wherever_it_is()
    {
        var (memory, guest) = (new FactMemory(), CreatorId.Parse("guest"));
        var expected = new FactMemory(memory.Hasher);
        var (known, surplus) = (CaseRunner.Key("owner", "v"), CaseRunner.Key("other", "w"));
        foreach (var one in new[] { memory, expected })
        {
            one.Load(Vocabulary.Initial);
            Draft(one, editor => editor.PutGrant(guest, Guid.Empty, GrantOf(known, null)));
        }
        bool Differs()
        {
            var found = memory.Compare(
                expected,
                memory.Hasher.Of(guest.Value),
                [memory.Hasher.Of(guest, known)],
                [],
                new(5)
            )!;
            return found.IsOther || found.Found != found.Held;
        }
        Assert.False(Differs());
        var id = Guid.NewGuid();
        Draft(memory, editor => editor.PutGrant(guest, id, GrantOf(surplus, null)));
        Assert.True(Differs());
        Draft(memory, editor => editor.PutGrant(guest, id, GrantOf(surplus, null).Revoked(new(2, new(2)))));
        Assert.False(Differs());
        // One that has ended, and that one of the two has let go of, is none.
        Draft(memory, editor => editor.PutGrant(guest, Guid.NewGuid(), GrantOf(known, new(4))));
        Assert.False(Differs());
    }

    [Fact]
    public void Of_one_who_was_erased_nothing_is_kept_that_names_anybody()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var (owner, other) = (CaseRunner.Key("owner", "v"), CaseRunner.Key("other", "v"));
        Draft(
            memory,
            editor =>
            {
                foreach (var video in new[] { owner, other })
                {
                    editor.PutVideo(video, new(null, [new(CreatorId.Parse("guest"), Role.CoCreator)], []));
                    editor.PutGrant(video.Creator, Guid.NewGuid(), GrantOf(video, null));
                    editor.PutOverride(
                        video.Creator,
                        new(video, Purpose.Parse("mining"), Requester.Parse("acme")),
                        new(Choice.Deny(1), new(1, new(1)))
                    );
                }
            }
        );
        int Link(VideoKey video) => memory.FindVideo(memory.Hasher.Of(video)).Word.Link;
        Draft(memory, editor => editor.Erase(owner.Creator));
        Assert.Same(VideoOverflow.Nothing, memory.Overflow.FindVideo(Link(owner)));
        Assert.True(memory.Extract([owner], [], new(9), Soon)!.StateOf(owner.Creator).IsErased);
        Assert.Single(memory.Overflow.FindVideo(Link(other))!.Grants);
    }

    private static GrantRecord GrantOf(VideoKey video, Instant? expiresAt) =>
        new(
            Guid.Empty,
            video,
            video,
            Requester.Parse("acme"),
            new(Purpose.Parse("remix"), Conditions.None, 1, expiresAt, null),
            new(1, new(1))
        );

    [Fact]
    public void What_is_in_doubt_is_not_answered_until_it_is_read_again()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var owner = CreatorId.Parse("owner");
        var video = new VideoKey(owner, VideoId.Parse("v"));
        Draft(
            memory,
            editor =>
            {
                editor.PutVideo(video, new(null, [], []));
                editor.PutDefault(
                    owner,
                    new(Purpose.Parse("remix"), null),
                    new([new(null, Choice.Allow(Conditions.None, null, 1), new(1, new(1)))])
                );
                editor.PutOverride(
                    owner,
                    new(video, Purpose.Parse("grounding"), null),
                    new(Choice.Allow(Conditions.None, null, 1), new(2, new(2)))
                );
                editor.Reach(owner, 2);
            }
        );
        Assert.True(Ask(memory, "remix").Decision.IsAllowed);
        Draft(memory, editor => editor.Doubt(owner));
        Assert.True(Ask(memory, "remix").IsUnreadable);
        Assert.Null(memory.Extract([video], [], new(9), Soon));
        Draft(
            memory,
            editor =>
            {
                editor.Forget(owner);
                editor.PutVideo(video, new(null, [], []));
                editor.PutDefault(
                    owner,
                    new(Purpose.Parse("remix"), null),
                    new([new(null, Choice.Allow(Conditions.None, null, 1), new(3, new(3)))])
                );
                editor.Reach(owner, 3);
            }
        );
        Assert.Equal((true, 3), (Ask(memory, "remix").Decision.IsAllowed, Ask(memory, "remix").Version));
        // What was forgotten is gone for good.
        Assert.Equal(Detail.NeverSet, Ask(memory, "grounding").Decision.Detail);
    }

    [Fact]
    public void Deciding_from_memory_allocates_nothing()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var owner = CreatorId.Parse("owner");
        Draft(
            memory,
            editor =>
            {
                editor.PutVideo(
                    new(owner, VideoId.Parse("v")),
                    new(
                        null,
                        [new(CreatorId.Parse("guest"), Role.CoCreator)],
                        [new(CreatorId.Parse("guest"), VideoId.Parse("w"))]
                    )
                );
                editor.PutDefault(
                    owner,
                    new(Purpose.Parse("remix"), null),
                    new([new(null, Choice.Ask(Conditions.Attribution, 1), new(1, new(1)))])
                );
                editor.PutDefault(
                    owner,
                    new(Purpose.Parse("remix"), Requester.Parse("acme")),
                    new([new(null, Choice.Deny(1), new(2, new(2)))])
                );
            }
        );
        Ask(memory, "remix");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            Ask(memory, "remix");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000);
    }

    private static Deadline Soon => Deadline.In(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    private static void Draft(FactMemory memory, Action<FactEditor> edit, Instant? now = null)
    {
        var draft = new Draft(memory, now ?? Instant.Beginning);
        edit(draft.Editor);
        draft.Publish();
    }

    private static Outcome Ask(FactMemory memory, string purpose)
    {
        Span<byte> name = stackalloc byte[64];
        memory.Vocabulary.TryFind(name[..Encoding.ASCII.GetBytes(purpose, name)], out var index);
        var asked = new AskedCheck
        {
            Creator = "owner"u8,
            Video = "v"u8,
            Requester = "acme"u8,
            Purpose = index,
        };
        memory.Decide(asked, memory.Prepare(asked.Creator, asked.Video), new(9), out var outcome);
        return outcome;
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
