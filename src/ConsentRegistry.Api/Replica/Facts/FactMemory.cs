using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>A check as a caller's bytes name it. The ids are valid.</summary>
internal readonly ref struct AskedCheck
{
    public required ReadOnlySpan<byte> Creator { get; init; }

    public required ReadOnlySpan<byte> Video { get; init; }

    /// <summary>Who asks; empty for one that nobody named.</summary>
    public ReadOnlySpan<byte> Requester { get; init; }

    public required PurposeIndex Purpose { get; init; }

    /// <summary>Whether the caller named content, and the video is what carries it.</summary>
    public bool IsContent { get; init; }

    /// <summary>Whether a deny does not tell whose the content is.</summary>
    public bool Withholds { get; init; }
}

/// <summary>The names in memory of a check's owner and video, made once and looked up as often as it takes.</summary>
internal readonly record struct CheckKeys(FactKey Owner, FactKey Video);

/// <summary>A decision, and the version of the owner's stream that it knows.</summary>
internal struct Outcome
{
    /// <summary>The decision.</summary>
    public Decision Decision;

    /// <summary>The version.</summary>
    public long Version;

    /// <summary>
    /// Whether a fact could not be read: then the decision is indeterminate, for another reason than the number of
    /// videos.
    /// </summary>
    public bool IsUnreadable;

    /// <summary>Memory could not be read.</summary>
    public static readonly Outcome Unreadable = new() { Decision = Decision.Indeterminate, IsUnreadable = true };
}

/// <summary>
/// All settings, stops and registered facts, as far as one writer has stored them. Any number of readers decide from it
/// meanwhile without a lock: a number, odd while something is being stored, tells them whether to look again. Who
/// looked in vain too often holds up the writer.
/// </summary>
internal sealed class FactMemory
{
    /// <summary>
    /// How often something longer than a decision is read beside the writer before the writer is held up for it.
    /// </summary>
    private const int Attempts = 2;

    /// <summary>
    /// How often a decision is tried again beside the writer: storing takes microseconds, but for a large poll.
    /// </summary>
    private const int DecisionAttempts = 50;

    /// <summary>
    /// How long the writer may be held up, and how long a reader waits to be the one who does so. Half of the smallest
    /// Δ: a poll that is published so much later is fresh still.
    /// </summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(ReplicaOptions.SmallestDeltaMs / 2);

    // Of those who hold up the writer only one at a time waits for it, so that the writer's turn comes.
    private readonly Lock holdLock = new();
    private readonly Lock storing = new();
    private readonly SlotTable<VideoSlot> videos = new();
    private readonly SlotTable<CreatorSlot> creators = new();
    private long generation;
    private Vocabulary? vocabulary;

    /// <summary>An empty memory, whose hash key nobody knows.</summary>
    /// <param name="identifierKeys">The keys of the hashes that erasures keep of identifiers.</param>
    public FactMemory(IReadOnlyList<IdentifierKey>? identifierKeys = null)
        : this(
            new KeyHasher(
                BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
                BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))
            ),
            identifierKeys
        ) { }

    /// <summary>An empty memory whose records have the same names as another's.</summary>
    public FactMemory(KeyHasher hasher, IReadOnlyList<IdentifierKey>? identifierKeys = null) =>
        (Hasher, Names, ErasedIdentifiers) = (hasher, new(hasher), new(identifierKeys ?? []));

    public KeyHasher Hasher { get; }

    public Names Names { get; }

    public OverflowTable Overflow { get; } = new();

    /// <summary>Which videos carry which identifiers.</summary>
    public IdentifierIndex Identifiers { get; } = new();

    /// <summary>The identifiers that deny for good.</summary>
    public ErasedIdentifierSet ErasedIdentifiers { get; }

    /// <summary>The vocabulary, which is the first thing that is loaded.</summary>
    public Vocabulary Vocabulary =>
        Volatile.Read(ref vocabulary) ?? throw new InvalidOperationException("No vocabulary has been loaded.");

    public bool HasVocabulary => Volatile.Read(ref vocabulary) is not null;

    /// <summary>Videos and appearances that memory holds.</summary>
    public long VideoCount => videos.Count;

    /// <summary>Creators that memory holds.</summary>
    public long CreatorCount => creators.Count;

    /// <summary>Bytes that are reserved for videos and appearances.</summary>
    public long VideoBytes => videos.Bytes;

    /// <summary>Bytes that are reserved for creators.</summary>
    public long CreatorBytes => creators.Bytes;

    /// <summary>The slot of a video or an appearance; the reference is null if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly VideoSlot FindVideo(scoped in FactKey key) => ref videos.Find(key);

    /// <summary>The slot of a creator; the reference is null if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly CreatorSlot FindCreator(scoped in FactKey key) => ref creators.Find(key);

    /// <summary>The names of a check's records, whose places the processor is asked to fetch.</summary>
    public CheckKeys Prepare(ReadOnlySpan<byte> creator, ReadOnlySpan<byte> video)
    {
        var owner = Hasher.OfCreator(creator);
        creators.Prefetch(owner);
        var keys = new CheckKeys(owner, KeyHasher.OfVideo(owner, video));
        videos.Prefetch(keys.Video);
        return keys;
    }

    /// <summary>Decides a check.</summary>
    /// <param name="check">The check; its purpose is of this memory's vocabulary.</param>
    /// <param name="keys">The names of its records.</param>
    /// <param name="now">The moment that expiries are compared with.</param>
    /// <param name="outcome">The decision.</param>
    public void Decide(scoped in AskedCheck check, in CheckKeys keys, Instant now, out Outcome outcome)
    {
        if (!TryDecide(check, keys, now, out outcome))
            DecideAgain(check, keys, now, out outcome);
    }

    /// <summary>The state of memory: odd while something is being stored, another number after it.</summary>
    public long Generation => Volatile.Read(ref generation);

    /// <summary>
    /// Finds the one video that carries all of the identifiers. False if one of them is carried by none, or they are
    /// carried by several. What is found means nothing if something was stored meanwhile.
    /// </summary>
    /// <param name="identifiers">The names of the identifiers.</param>
    /// <param name="names">Room for the ids.</param>
    /// <param name="owner">The owner's id, in that room: what is in memory may be wiped.</param>
    /// <param name="video">The video's id, in that room.</param>
    public bool TryFindOnlyCarrier(
        scoped ReadOnlySpan<FactKey> identifiers,
        Span<byte> names,
        out ReadOnlySpan<byte> owner,
        out ReadOnlySpan<byte> video
    )
    {
        owner = default;
        video = default;
        foreach (var identifier in identifiers)
        {
            var found = Identifiers.Find(identifier);
            if (found.IsNone || found.Several is not null)
                return false;
            if (owner.IsEmpty)
            {
                found.Owner.CopyTo(names);
                found.Video.CopyTo(names[found.Owner.Length..]);
                owner = names[..found.Owner.Length];
                video = names.Slice(found.Owner.Length, found.Video.Length);
            }
            else if (!found.Owner.SequenceEqual(owner) || !found.Video.SequenceEqual(video))
            {
                return false;
            }
        }
        return !owner.IsEmpty;
    }

    /// <summary>
    /// Whether no registered video carries any of the identifiers, by a state of memory. False as well if something was
    /// stored since.
    /// </summary>
    public bool IsCarriedByNone(scoped ReadOnlySpan<FactKey> identifiers, long state)
    {
        foreach (var identifier in identifiers)
        {
            if (!Identifiers.Find(identifier).IsNone)
                return false;
        }
        Volatile.ReadBarrier();
        return (state & 1) == 0 && Volatile.Read(ref generation) == state;
    }

    /// <summary>
    /// Decides a check of a registered video by a state of memory. False if the video is not registered, or something
    /// was stored since.
    /// </summary>
    public bool TryDecide(scoped in AskedCheck check, long state, Instant now, out Outcome outcome)
    {
        outcome = default;
        if ((state & 1) != 0)
            return false;
        var isRegistered = DecideOnce(check, Prepare(check.Creator, check.Video), now, ref outcome);
        Volatile.ReadBarrier();
        return isRegistered && Volatile.Read(ref generation) == state;
    }

    /// <summary>
    /// Reads what one state of memory says: a few times beside the writer, and if something is stored meanwhile each
    /// time, once more with the writer held up. So reading ends however often something is stored.
    /// </summary>
    /// <param name="read">
    /// Reads; gives up, with null, where its deadline has passed. What it says is thrown away where something was
    /// stored meanwhile.
    /// </param>
    /// <param name="deadline">Until when what is read is of use.</param>
    /// <returns>What was read; null if it could not be read by then.</returns>
    public T? Read<T>(Func<FactMemory, Deadline, T?> read, Deadline deadline)
        where T : class
    {
        var wait = new SpinWait();
        for (var attempt = 0; attempt < Attempts && !deadline.HasPassed; attempt++)
        {
            var before = Volatile.Read(ref generation);
            if ((before & 1) == 0)
            {
                var value = read(this, deadline);
                Volatile.ReadBarrier();
                if (Volatile.Read(ref generation) == before)
                    return value;
            }
            wait.SpinOnce(sleep1Threshold: -1);
        }
        if (deadline.HasPassed || !holdLock.TryEnter(LongestHold))
            return null;
        try
        {
            return ReadHolding(read, deadline);
        }
        finally
        {
            holdLock.Exit();
        }
    }

    /// <summary>
    /// Whether memory has reached these versions, by stream: whoever reads afterwards reads facts that are as new.
    /// </summary>
    public bool Reaches(IReadOnlyDictionary<string, long> versions)
    {
        // A version may be seen while the rest of its poll is being stored. Whoever reads on sees that, and waits.
        var reaches = versions.All(wanted => VersionOf(wanted.Key) >= wanted.Value);
        Volatile.ReadBarrier();
        return reaches;
    }

    /// <summary>The version of a stream that memory has reached; 0 if it knows of none.</summary>
    public long VersionOf(string stream)
    {
        if (stream == StreamId.Vocabulary.Name)
            return Vocabulary.Version;
        ref readonly var slot = ref creators.Find(Hasher.Of(stream));
        return Unsafe.IsNullRef(in slot) ? 0 : slot.Version;
    }

    /// <summary>Stores what was prepared aside: readers see all of it or nothing.</summary>
    public void Publish(
        IReadOnlyCollection<VideoSlot> changedVideos,
        IReadOnlyCollection<CreatorSlot> changedCreators,
        IReadOnlyCollection<IdentifierChange> changedIdentifiers,
        IReadOnlyCollection<ErasedIdentifiers> erasedIdentifiers,
        Vocabulary? newVocabulary
    )
    {
        foreach (var slot in changedVideos)
            videos.Reserve(slot.Key);
        foreach (var slot in changedCreators)
            creators.Reserve(slot.Key);
        foreach (var change in changedIdentifiers)
            Identifiers.Reserve(change);
        lock (storing)
        {
            Volatile.Write(ref generation, generation + 1);
            Volatile.WriteBarrier();
            if (newVocabulary is not null)
                Volatile.Write(ref vocabulary, newVocabulary);
            foreach (var slot in changedVideos)
                videos.Put(slot);
            foreach (var slot in changedCreators)
                creators.Put(slot);
            foreach (var change in changedIdentifiers)
                Identifiers.Put(change);
            foreach (var erased in erasedIdentifiers)
                ErasedIdentifiers.Add(erased);
            Volatile.Write(ref generation, generation + 1);
        }
    }

    /// <summary>Makes room in a memory that nobody reads yet.</summary>
    public void Expect(long expectedCreators, long expectedVideos, long expectedIdentifiers)
    {
        Identifiers.Expect(expectedIdentifiers);
        creators.Expect(expectedCreators);
        videos.Expect(expectedVideos);
    }

    /// <summary>Puts what was loaded where it is found soonest.</summary>
    public void Settle()
    {
        videos.Settle();
        creators.Settle();
        Identifiers.Settle();
    }

    /// <summary>Stores into a memory that nobody reads yet.</summary>
    public void Load(in VideoSlot slot) => videos.Put(slot);

    /// <summary>Stores into a memory that nobody reads yet.</summary>
    public void Load(in CreatorSlot slot) => creators.Put(slot);

    /// <summary>Stores into a memory that nobody reads yet.</summary>
    public void Load(Vocabulary loaded) => Volatile.Write(ref vocabulary, loaded);

    private T? ReadHolding<T>(Func<FactMemory, Deadline, T?> read, Deadline deadline)
        where T : class
    {
        if (!storing.TryEnter(LongestHold))
            return null;
        try
        {
            return IsWhole ? read(this, deadline.OrIn(LongestHold)) : null;
        }
        finally
        {
            storing.Exit();
        }
    }

    // Known to whoever holds up the writer. Where storing failed half-way, memory stays as it was left, and nothing is
    // read from it any more.
    private bool IsWhole => (Volatile.Read(ref generation) & 1) == 0;

    // False if something was stored meanwhile, so that the decision means nothing.
    private bool TryDecide(scoped in AskedCheck check, in CheckKeys keys, Instant now, out Outcome outcome)
    {
        outcome = default;
        var before = Volatile.Read(ref generation);
        if ((before & 1) != 0)
            return false;
        DecideOnce(check, keys, now, ref outcome);
        Volatile.ReadBarrier();
        return Volatile.Read(ref generation) == before;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool DecideOnce(scoped in AskedCheck check, in CheckKeys keys, Instant now, ref Outcome outcome)
    {
        var known = Vocabulary;
        var view = new MemoryView(this, known, check, keys);
        var silent = default(NoTrace);
        Evaluator.Decide(
            new Check(Names.CheckedVideo, check.Purpose, now),
            ref view,
            known,
            ref silent,
            out outcome.Decision
        );
        (outcome.Version, outcome.IsUnreadable) = (view.OwnerVersion, view.IsInDoubt);
        return view.IsRegistered;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecideAgain(scoped in AskedCheck check, in CheckKeys keys, Instant now, out Outcome outcome)
    {
        var wait = new SpinWait();
        for (var attempt = 0; attempt < DecisionAttempts; attempt++)
        {
            wait.SpinOnce(sleep1Threshold: -1);
            if (TryDecide(check, keys, now, out outcome))
                return;
        }
        outcome = Outcome.Unreadable;
        if (!storing.TryEnter(LongestHold))
            return;
        try
        {
            if (IsWhole)
                DecideOnce(check, keys, now, ref outcome);
        }
        finally
        {
            storing.Exit();
        }
    }
}
