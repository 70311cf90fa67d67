using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// The evaluator over memory alone, in this process and on one thread: ids in, decisions out, without HTTP or JSON.
/// Beside it, as the least that it has to do, reading a random creator's record and a random video's from arrays of the
/// same sizes; and the same memory with grants beside the one without.
/// </summary>
internal static class EvaluatorRow
{
    /// <summary>By how many checks a stream prepares ahead.</summary>
    private const int Block = 16;

    /// <summary>
    /// Checks that are named beforehand: so many that what they read does not stay in the processor's caches.
    /// </summary>
    private const int Named = 4_000_000;

    /// <summary>Bytes of a check's two ids: <see cref="Scale"/> makes all of one width.</summary>
    private static readonly int CreatorWidth = Scale.Creator(1).Length,
        VideoWidth = Scale.Video(1).Length;

    /// <summary>Decisions between two looks at the clock.</summary>
    private const int Stride = 1 << 14;

    private static readonly Requester Studio = Requester.Parse("studio");

    private static readonly byte[] StudioBytes = "studio"u8.ToArray();

    private static readonly Instant Now = Instant.From(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    /// <summary>Keeps what was computed, so that computing it cannot be left out.</summary>
    private static long sink;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var subject = await Task.Run(() => new Subject(run.Scale, hasGrants: false));
        subject.RequireRight();
        var (inBlocks, blockBytes) = await DriveAsync(subject.DecideBlocks, subject.ReadOnly);
        var (oneByOne, singleBytes) = await DriveAsync(subject.DecideOneByOne, subject.ReadOnly);
        var granted = await Task.Run(() => new Subject(run.Scale, hasGrants: true));
        granted.RequireRight();
        var (withGrants, _) = await DriveAsync(granted.DecideBlocks, subject.DecideBlocks);
        return
        [
            Of($"evaluator, in blocks of {Block}, one core", inBlocks, 3_000_000),
            Of("evaluator, one at a time, one core", oneByOne, 1_000_000),
            Row.Of(
                $"evaluator, in blocks of {Block}, with {run.Scale.Grants:N0} grants",
                "decisions/s",
                [.. withGrants.Select(round => (round.One, round.Other))],
                "without"
            ),
            Row.Of(
                "evaluator, memory allocated",
                string.Create(CultureInfo.InvariantCulture, $"{blockBytes + singleBytes} bytes"),
                Target.AtMost(0, " bytes"),
                blockBytes + singleBytes
            ),
        ];

        async Task<(IReadOnlyList<(double One, double Other)> Rounds, long Allocated)> DriveAsync(
            Action<int> decide,
            Action<int> yardstick
        )
        {
            var allocated = 0L;
            var rounds = await AlternatingRounds.RunAsync(
                run.Options.Rounds,
                round => Task.Run(() => Rate(decide, round, out allocated)),
                round => Task.Run(() => Rate(yardstick, round, out _))
            );
            return (rounds, allocated);
        }

        double Rate(Action<int> work, int round, out long allocated)
        {
            // The first turn warms up.
            var duration = round == 0 ? TimeSpan.FromSeconds(1) : run.Options.Round;
            var at = 0;
            work(at);
            var (before, started, done) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp(), 0L);
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                at = (at + Stride) % (Named - Stride);
                work(at);
                done += Stride;
            }
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return done / seconds;
        }

        Row Of(string what, IReadOnlyList<(double One, double Other)> rounds, double target)
        {
            var measured = Statistics.Median(rounds.Select(round => round.One));
            return Row.Of(what, "decisions/s", [.. rounds], "reading two records") with
            {
                Target = Target.AtLeast(target, "/s").Words,
                Holds = Target.AtLeast(target).HoldsAt(run.Scale, measured),
            };
        }
    }

    /// <summary>Memory with all data of a scale, and checks of random videos.</summary>
    private sealed class Subject
    {
        private readonly FactMemory memory = new();
        private readonly byte[] ids = new byte[Named * (CreatorWidth + VideoWidth)];
        private readonly int[] numbers = new int[Named];
        private readonly VideoSlot[] bareVideos;
        private readonly CreatorSlot[] bareCreators;
        private readonly CheckKeys[] keys = new CheckKeys[Block];
        private readonly PurposeIndex purpose;

        private readonly bool hasGrants;

        public Subject(Scale scale, bool hasGrants)
        {
            this.hasGrants = hasGrants;
            memory.Load(Vocabulary.Initial);
            purpose = memory.Vocabulary.Find(Purpose.Parse("remix"));
            memory.Expect(scale.Creators, scale.Videos, expectedIdentifiers: 0);
            var editor = new FactEditor(
                memory.Hasher,
                memory.Names,
                memory.Overflow,
                new Api.Replica.Facts.LoadingStore(memory),
                memory.Vocabulary,
                Now
            );
            var (creator, video) = (new byte[CreatorWidth], new byte[VideoWidth]);
            for (var number = 1; number <= scale.Videos; number++)
            {
                var owner = Scale.OwnerOf(number);
                Write(owner, 'c', creator);
                Write(number, 'v', video);
                var key = memory.Hasher.OfCreator(creator);
                var place = KeyHasher.OfVideo(key, video);
                if (number == (owner - 1) * Scale.VideosPerCreator + 1)
                    editor.PutDefault(
                        CreatorId.Parse(Scale.Creator(owner)),
                        new(Purpose.Parse("remix"), null),
                        DefaultSetting.Set(null, ChoiceOf("deny"), AppliesTo.All, new(1, Now)).Value
                    );
                editor.PutVideo(key, place, Now, [], []);
                if (hasGrants && Scale.HasGrant(number))
                    editor.PutGrant(
                        CreatorId.Parse(Scale.Creator(owner)),
                        Guid.CreateVersion7(),
                        GrantFor(new(CreatorId.Parse(Scale.Creator(owner)), VideoId.Parse(Scale.Video(number))))
                    );
                editor.PutOverride(
                    key,
                    place,
                    purpose,
                    null,
                    Setting.Create(new(ChoiceOf(Scale.EffectOf(number)), new(2, Now)), purpose, Audience.Anybody)
                );
            }
            memory.Settle();
            var random = new Random(Seed: 1);
            for (var i = 0; i < Named; i++)
            {
                numbers[i] = scale.RandomVideo(random);
                Write(Scale.OwnerOf(numbers[i]), 'c', ids.AsSpan(i * (CreatorWidth + VideoWidth), CreatorWidth));
                Write(numbers[i], 'v', ids.AsSpan((i * (CreatorWidth + VideoWidth)) + CreatorWidth, VideoWidth));
            }
            (bareVideos, bareCreators) = (new VideoSlot[scale.Videos + 1], new CreatorSlot[scale.Creators + 1]);
            Array.Fill(bareVideos, new() { StampVersion = 1 });
            Array.Fill(bareCreators, new() { Version = 1 });
        }

        /// <summary>A fast wrong answer is worth nothing.</summary>
        public void RequireRight()
        {
            for (var i = 0; i < Stride; i++)
            {
                var effect = Decide(i, memory.Prepare(CreatorAt(i), VideoAt(i))).Word();
                if (effect != (hasGrants && Scale.HasGrant(numbers[i]) ? "allow" : Scale.EffectOf(numbers[i])))
                    throw new BenchmarkException($"a check of {Scale.Video(numbers[i])} was decided {effect}");
            }
        }

        public void DecideBlocks(int from)
        {
            for (var i = 0; i < Block; i++)
                keys[i] = memory.Prepare(CreatorAt(from + i), VideoAt(from + i));
            for (var i = 0; i < Stride; i++)
            {
                ref var next = ref keys[i & (Block - 1)];
                sink += (long)Decide(from + i, next);
                if (i + Block < Stride)
                    next = memory.Prepare(CreatorAt(from + i + Block), VideoAt(from + i + Block));
            }
        }

        public void DecideOneByOne(int from)
        {
            for (var at = from; at < from + Stride; at++)
                sink += (long)Decide(at, memory.Prepare(CreatorAt(at), VideoAt(at)));
        }

        public void ReadOnly(int from)
        {
            for (var at = from; at < from + Stride; at++)
                sink += bareVideos[numbers[at]].StampVersion + bareCreators[Scale.OwnerOf(numbers[at])].Version;
        }

        // A call of its own would be a tenth of what it measures.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Effect Decide(int at, in CheckKeys named)
        {
            memory.Decide(
                new()
                {
                    Creator = CreatorAt(at),
                    Video = VideoAt(at),
                    Requester = StudioBytes,
                    Purpose = purpose,
                },
                named,
                Now,
                out var outcome
            );
            return outcome.Decision.Effect;
        }

        private ReadOnlySpan<byte> CreatorAt(int at) => ids.AsSpan(at * (CreatorWidth + VideoWidth), CreatorWidth);

        private ReadOnlySpan<byte> VideoAt(int at) =>
            ids.AsSpan((at * (CreatorWidth + VideoWidth)) + CreatorWidth, VideoWidth);

        private static GrantRecord GrantFor(VideoKey video) =>
            new(
                Guid.Empty,
                video,
                video,
                Studio,
                new(Purpose.Parse("remix"), Conditions.None, vocabularyVersion: 1, expiresAt: null, uses: null),
                new(3, Now)
            );

        private static Choice ChoiceOf(string effect) =>
            Choice.Create(Wording.Parse<Effect>(effect), Conditions.None, null, 1);

        // The same ids as those of Scale, which makes texts.
        private static void Write(int number, char letter, Span<byte> to)
        {
            to[0] = (byte)letter;
            for (var i = to.Length - 1; i > 0; i--, number /= 10)
                to[i] = (byte)('0' + (number % 10));
        }
    }
}
