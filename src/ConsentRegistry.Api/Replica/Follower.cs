using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Replica;

/// <summary>What applying a poll came to.</summary>
/// <param name="New">The events that it brought and that were not known before.</param>
/// <param name="IsComplete">Whether memory has all that the poll's snapshot saw.</param>
/// <param name="Doubts">How many creators it put in doubt.</param>
/// <param name="Forged">How many events it brought that no node wrote.</param>
/// <param name="Unsealed">
/// Of how many creators it read records that are not what their seal says, or older than what memory has.
/// </param>
internal readonly record struct Applied(IReadOnlyList<Guid> New, bool IsComplete, int Doubts, int Forged, int Unsealed)
{
    /// <summary>Whether it brought any event that was not known before.</summary>
    public bool BroughtEvents => New.Count > 0;
}

/// <summary>
/// The database is another server than the one that memory was loaded from, or was promoted or restored since: only
/// loading memory anew tells what it holds.
/// </summary>
internal sealed class ServerReplacedException()
    : Exception("The database is another server, or was promoted or restored.");

/// <summary>
/// Applies polls to memory. A version of a stream is applied whole, when it is the next one; one that is known is
/// passed over; anything else puts the creator in doubt, of whom the next poll reads everything. Where history itself
/// is another, memory is lost.
/// </summary>
internal sealed partial class Follower(
    FactMemory memory,
    ServerIdentity server,
    long position,
    Guid anchor,
    IEnumerable<Guid> waiting,
    IEnumerable<CreatorId> distrusted,
    IEnumerable<CreatorId> forked,
    ILogger logger
)
{
    /// <summary>Events of the log that one poll reads; a node that is further behind takes several.</summary>
    private const int EventsPerPoll = 20_000;

    /// <summary>How long those about whom nothing is answered wait to be read again.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>How many of them one poll reads.</summary>
    private const int DistrustedPerPoll = 100;

    /// <summary>Events that no node wrote and that are told one by one: with more there is nothing to add.</summary>
    private const int MaxForged = 1_000;

    private readonly HashSet<CreatorId> doubted = [];

    // Those with a body that is gone: the erasure that took it is in the log behind it, though perhaps beyond what a
    // poll read.
    private readonly HashSet<CreatorId> bodiless = [];
    private readonly HashSet<Guid> waiting = [.. waiting];
    private long position = position;
    private Guid anchor = anchor;
    private int doubts;
    private int unsealed;
    private int firstLooked;
    private long lookedAt;

    // Those of whom somebody wrote who is no node: what the tables say of them proves nothing.
    private readonly HashSet<CreatorId> distrusted = [.. distrusted];

    // Those of whom an event that no node wrote is in the log, or waits for it.
    private readonly HashSet<CreatorId> loggedForged = [];
    private readonly HashSet<CreatorId> waitingForged = [];

    // Those whose stream has two versions of one number: it was set back, and went on from there.
    private readonly HashSet<CreatorId> forked = [.. forked];

    // Events that no node wrote, and that were told already.
    private readonly HashSet<Guid> forged = [];

    /// <summary>
    /// Creators about whom nothing is answered, because the database holds something of theirs that no node wrote.
    /// </summary>
    public int DistrustedCount => distrusted.Count;

    /// <summary>The events that memory has, and that waited for the log when it was asked last.</summary>
    public IReadOnlyCollection<Guid> Waiting => waiting;

    /// <summary>The newest event of the log that memory has.</summary>
    public Guid Anchor => anchor;

    /// <summary>
    /// The place in the log from which on the next poll reads: the last event that is known, which has to be there
    /// still.
    /// </summary>
    public long From => Math.Max(position, 0);

    /// <summary>Events of the log that the next poll reads, at most.</summary>
    public int Limit { get; private set; } = EventsPerPoll;

    /// <summary>Creators of whom the next poll reads everything.</summary>
    public IReadOnlyCollection<CreatorId> Doubted => doubted;

    /// <summary>
    /// Creators of whom the next poll reads everything, and now and then those about whom nothing is answered: they may
    /// have been mended.
    /// </summary>
    /// <param name="now">This node's time.</param>
    public IReadOnlyCollection<CreatorId> TakeToRead(long now)
    {
        if (distrusted.Count == 0 || (lookedAt != 0 && BootClock.Since(lookedAt) < BetweenLooks))
            return doubted;
        lookedAt = now;
        // Others in turn, where there are more than one poll reads.
        var next = distrusted.Skip(firstLooked).Take(DistrustedPerPoll).ToList();
        firstLooked = next.Count < DistrustedPerPoll ? 0 : firstLooked + next.Count;
        return [.. doubted, .. next];
    }

    /// <summary>
    /// Has everything about a creator read by the next poll; until then nothing is answered about them.
    /// </summary>
    public void Doubt(CreatorId creator)
    {
        var draft = new Draft(memory, Instant.Beginning);
        draft.Editor.Doubt(creator);
        draft.Publish();
        if (!distrusted.Contains(creator))
            doubted.Add(creator);
    }

    /// <summary>Applies a poll: prepares it aside, and publishes it as a whole.</summary>
    /// <exception cref="ServerReplacedException">The poll was answered by another server.</exception>
    /// <exception cref="MemoryLostException">
    /// The database tells another history than the one that memory has.
    /// </exception>
    public Applied Apply(Poll poll)
    {
        if (poll.Server != server)
            throw new ServerReplacedException();
        var arrived = AfterAnchor(poll);
        if (poll.IsCut)
        {
            arrived = WholeVersions(arrived);
            // A version may be larger than any limit, and is only ever applied whole.
            Limit = arrived.Count == 0 ? Limit * 2 : EventsPerPoll;
        }
        var inbox = poll.IsCut ? [] : poll.Inbox;
        var draft = new Draft(memory, poll.DatabaseTime);
        var (doubtedBefore, unsealedBefore) = (doubts, unsealed);
        var found = Distrust(draft.Editor, arrived.Concat(poll.Inbox));
        try
        {
            Prepare(draft.Editor, poll, arrived, inbox);
        }
        catch (KeyNotFoundException)
        {
            throw new MemoryLostException("A record is for a purpose that the vocabulary does not have.");
        }
        var brought = Follow(poll, arrived);
        draft.Publish();
        return new(brought, !poll.IsCut, doubts - doubtedBefore, found, unsealed - unsealedBefore);
    }

    // Nothing is applied of what no node wrote, and nothing is answered about whose it says that it is. Tables that the
    // same hand may have written do not end that.
    private int Distrust(FactEditor editor, IEnumerable<FeedEvent> events)
    {
        var found = 0;
        waitingForged.Clear();
        foreach (var one in events)
        {
            if (one.IsAuthentic)
                continue;
            if (one.Stream.Creator is { } creator)
            {
                (one.Seq is null ? waitingForged : loggedForged).Add(creator);
                Distrust(editor, creator);
            }
            if (forged.Count >= MaxForged || !forged.Add(one.EventId))
                continue;
            found++;
            LogForged(one.Version, one.Seq is null ? "inbox" : "history");
        }
        return found;
    }

    // What was known has to be where it was: no history forgets.
    private List<FeedEvent> AfterAnchor(Poll poll)
    {
        var arrived = poll.History.ToList();
        if (position >= 0)
        {
            if (arrived.Count == 0 || arrived[0].Seq != position || arrived[0].EventId != anchor)
                throw new MemoryLostException("The log is not the one that this node has followed.");
            arrived.RemoveAt(0);
        }
        for (var i = 0; i < arrived.Count; i++)
        {
            if (arrived[i].Seq != position + 1 + i)
                throw new MemoryLostException("The log has a gap.");
        }
        return arrived;
    }

    // The last version may go on beyond what was read.
    private static List<FeedEvent> WholeVersions(List<FeedEvent> arrived)
    {
        var last = arrived[^1];
        return last.Ordinal == last.Count
            ? arrived
            : arrived.TakeWhile(one => one.Stream != last.Stream || one.Version != last.Version).ToList();
    }

    private void Prepare(FactEditor editor, Poll poll, List<FeedEvent> arrived, IReadOnlyList<FeedEvent> inbox)
    {
        var waits = inbox
            .OrderBy(one => one.Stream.Name, StringComparer.Ordinal)
            .ThenBy(one => one.Version)
            .ThenBy(one => one.Ordinal);
        // Records name purposes, and may stand before them: of two streams neither comes first.
        var (purposes, others) = (new List<FeedEvent>(), new List<FeedEvent>());
        // What requesters did, and are told to stop, is no fact of a check.
        foreach (var one in arrived.Concat(waits).Where(one => one.IsAuthentic && !one.Stream.IsRequesters))
            (one.Stream == StreamId.Vocabulary ? purposes : others).Add(one);
        ApplyVersions(editor, purposes, []);
        // What was read anew is of the whole snapshot, and may name purposes that are beyond the cut: then the next
        // poll reads it once more.
        var reloaded = poll.IsCut ? [] : poll.Reloaded.Select(creator => creator.Creator).ToHashSet();
        if (!poll.IsCut)
            PutReloaded(editor, poll.Reloaded);
        ApplyVersions(editor, others, reloaded);
        if (!poll.IsCut)
            DoubtBodiless(editor);
    }

    private void Distrust(FactEditor editor, CreatorId creator)
    {
        if (!distrusted.Add(creator))
            return;
        editor.Doubt(creator);
        doubted.Remove(creator);
        bodiless.Remove(creator);
    }

    // Only what is sealed takes the place of what is not known.
    private void PutReloaded(FactEditor editor, IReadOnlyList<CreatorRecords> reloaded)
    {
        foreach (var creator in reloaded)
        {
            if (!creator.IsSealed)
            {
                if (!distrusted.Contains(creator.Creator))
                {
                    LogUnsealed(creator.Version);
                    unsealed++;
                }
                Distrust(editor, creator.Creator);
                continue;
            }
            // Memory is of an earlier snapshot: somebody set the stream back as a whole, with its seal.
            if (creator.Version < editor.VersionOf(creator.Creator))
            {
                SetBack(editor, creator.Creator, creator.Version);
                continue;
            }
            if (
                loggedForged.Contains(creator.Creator)
                || waitingForged.Contains(creator.Creator)
                || forked.Contains(creator.Creator)
            )
                continue;
            distrusted.Remove(creator.Creator);
            creator.PutInto(editor);
            doubted.Remove(creator.Creator);
            bodiless.Remove(creator.Creator);
        }
    }

    private void SetBack(FactEditor editor, CreatorId creator, long version)
    {
        if (!distrusted.Contains(creator))
        {
            LogSetBack(version, editor.VersionOf(creator));
            unsealed++;
        }
        Distrust(editor, creator);
    }

    // The snapshot has the erasure of whatever it has no body of. Where it has not, the log was tampered with: what the
    // tables say is left.
    private void DoubtBodiless(FactEditor editor)
    {
        foreach (var creator in bodiless.Where(creator => !distrusted.Contains(creator)))
        {
            LogBodyMissing(editor.VersionOf(creator));
            doubted.Add(creator);
            doubts++;
        }
        bodiless.Clear();
    }

    private void ApplyVersions(FactEditor editor, List<FeedEvent> events, HashSet<CreatorId> reloaded)
    {
        for (var at = 0; at < events.Count; )
        {
            var (first, count) = (events[at], 1);
            while (
                at + count < events.Count
                && events[at + count].Stream == first.Stream
                && events[at + count].Version == first.Version
            )
                count++;
            ApplyVersion(editor, first, events.GetRange(at, count), reloaded);
            at += count;
        }
    }

    private void ApplyVersion(FactEditor editor, FeedEvent first, List<FeedEvent> version, HashSet<CreatorId> reloaded)
    {
        var creator = first.Stream.Creator;
        var reached = creator is { } known ? editor.VersionOf(known) : editor.Vocabulary.Version;
        if (first.Version <= reached && !IsKnown(version, creator, reloaded))
        {
            if (creator is not { } twice)
                throw new MemoryLostException("The vocabulary's stream was set back.");
            forked.Add(twice);
            SetBack(editor, twice, first.Version - 1);
        }
        if (first.Version <= reached || (creator is { } one && (doubted.Contains(one) || distrusted.Contains(one))))
            return;
        var isNext = first.Version == reached + 1 && IsWhole(version);
        if (isNext && creator is { } gone && version.Exists(one => one.Body is null))
        {
            // Nothing is answered about them until their erasure comes.
            bodiless.Add(gone);
            editor.Doubt(gone);
            editor.Reach(gone, first.Version);
            return;
        }
        if (isNext && TryRead(version) is { } changes)
        {
            foreach (var change in changes)
                editor.Apply(creator, change);
            if (creator is not { } decider)
                return;
            editor.Reach(decider, first.Version);
            if (changes.Exists(change => change is RecordedChange.OfErasure))
                bodiless.Remove(decider);
            return;
        }
        if (creator is not { } doubtful)
            throw new MemoryLostException("The vocabulary's stream has a gap.");
        LogDoubt(first.Version, reached);
        editor.Doubt(doubtful);
        doubted.Add(doubtful);
        doubts++;
    }

    // Events come twice: while they wait, and from the log. What was read anew has those that come with it.
    private bool IsKnown(List<FeedEvent> version, CreatorId? creator, HashSet<CreatorId> reloaded) =>
        version.TrueForAll(one => waiting.Contains(one.EventId)) || (creator is { } one && reloaded.Contains(one));

    private static bool IsWhole(List<FeedEvent> version) =>
        version.Count == version[0].Count
        && version.Select((one, at) => one.Ordinal == at + 1 && one.Count == version.Count).All(fits => fits);

    private static List<RecordedChange>? TryRead(List<FeedEvent> version)
    {
        try
        {
            return version.TrueForAll(one => one.Body is not null)
                ? version.ConvertAll(one => RecordedChange.ReadAfter(one.Type, one.Body!))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // What waited has to be in the log by now, or wait still.
    private List<Guid> Follow(Poll poll, List<FeedEvent> arrived)
    {
        var brought = new List<Guid>();
        var logged = new HashSet<Guid>();
        foreach (var one in arrived)
        {
            logged.Add(one.EventId);
            if (one.IsAuthentic && !waiting.Contains(one.EventId))
                brought.Add(one.EventId);
        }
        if (arrived.Count > 0)
            (position, anchor) = (arrived[^1].Seq!.Value, arrived[^1].EventId);
        if (poll.IsCut)
        {
            waiting.ExceptWith(logged);
            return brought;
        }
        foreach (var before in poll.Left)
        {
            if (!logged.Contains(before))
                throw new MemoryLostException("A change that was applied is gone.");
            waiting.Remove(before);
        }
        foreach (var one in poll.Inbox.Where(one => one.IsAuthentic))
        {
            if (waiting.Add(one.EventId))
                brought.Add(one.EventId);
        }
        return brought;
    }

    [LoggerMessage(
        LogEvents.VersionGap,
        LogLevel.Error,
        "A creator's version {Version} does not follow on {Reached}: everything of theirs is read again; "
            + "report it",
        EventName = nameof(LogEvents.VersionGap)
    )]
    private partial void LogDoubt(long version, long reached);

    [LoggerMessage(
        LogEvents.EventForged,
        LogLevel.Critical,
        "An event of version {Version} in the table {Table} was written by no node: nothing is answered about its "
            + "stream; find out who writes to the database",
        EventName = nameof(LogEvents.EventForged)
    )]
    private partial void LogForged(long version, string table);

    [LoggerMessage(
        LogEvents.StreamUnsealed,
        LogLevel.Critical,
        "What the tables hold of a creator's version {Version} is not what its seal says: nothing is answered about them; "
            + "find out who writes to the database, and build their records again from the log",
        EventName = nameof(LogEvents.StreamUnsealed)
    )]
    private partial void LogUnsealed(long version);

    [LoggerMessage(
        LogEvents.StreamSetBack,
        LogLevel.Critical,
        "A creator's stream was set back to version {Version}, though this node knows version {Reached}: nothing is "
            + "answered about them; find out who writes to the database, and compare the log with a kept checkpoint",
        EventName = nameof(LogEvents.StreamSetBack)
    )]
    private partial void LogSetBack(long version, long reached);

    [LoggerMessage(
        LogEvents.BodiesMissing,
        LogLevel.Critical,
        "A creator's bodies up to version {Version} are gone and no erasure took them: everything of "
            + "theirs is read again; find out who deleted rows by hand",
        EventName = nameof(LogEvents.BodiesMissing)
    )]
    private partial void LogBodyMissing(long version);
}
