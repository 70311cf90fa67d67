using System.Collections.Concurrent;

namespace ConsentRegistry.Client;

/// <summary>
/// What the feed told lately, by stream: whether an answer that knew a version of a stream may be another one by now.
/// </summary>
/// <remarks>
/// An answer is compared when it is used, not dropped when a change comes. So an answer that arrives after the change
/// that made it stale is no special case: it knew too old a version.
/// </remarks>
/// <param name="lasting">After how long no answer is used any more that may not know a change that was told.</param>
/// <param name="clock">A clock.</param>
internal sealed class RecentChanges(TimeSpan lasting, TimeProvider clock)
{
    /// <summary>Changes of one stream that are kept apart. With more, the oldest count for every check.</summary>
    public const int PerStream = 16;

    /// <summary>Streams that are kept. Then all is forgotten, and so is every answer.</summary>
    public const int MaxStreams = 100_000;

    private static readonly HashSet<string> AffectNothing = new(StringComparer.Ordinal)
    {
        "approvalChanged",
        "askingChanged",
        "useRecorded",
        "recallChanged",
    };

    private readonly ConcurrentDictionary<string, Changed> streams = new(StringComparer.Ordinal);
    private readonly Queue<(string Stream, long ToldAt)> told = new();
    private long epoch;

    /// <summary>Rises whenever what was told is forgotten: an answer of an earlier epoch is worth nothing.</summary>
    public long Epoch => Volatile.Read(ref epoch);

    /// <summary>Whether there is no room for another stream.</summary>
    public bool IsFull => streams.Count >= MaxStreams;

    /// <summary>Forgets what was told. Called by the one who adds.</summary>
    public void Forget()
    {
        // The answers first: one that is used meanwhile must not find the changes gone and itself still good.
        Interlocked.Increment(ref epoch);
        streams.Clear();
        told.Clear();
    }

    /// <summary>Takes what the feed told. Called by one at a time.</summary>
    public void Add(ChangeEvent change)
    {
        if (change.Affects is null && AffectNothing.Contains(change.Kind))
            return;
        // A kind that is not known, without a word on what it affects, may affect everything of its stream.
        var affects = change.Affects ?? new(null, null, null, null);
        var before = streams.GetValueOrDefault(change.Stream, Changed.Never);
        var now = clock.GetTimestamp();
        streams[change.Stream] = before.With(new(change.Version, affects, IsFirstRegistration(change)), now);
        told.Enqueue((change.Stream, now));
        DropOld();
    }

    /// <summary>Whether an answer may be another one by now.</summary>
    /// <param name="versions">The versions of the streams that it rests on.</param>
    /// <param name="purpose">The purpose of its check.</param>
    /// <param name="requester">The requester of its check; null where the check named none.</param>
    /// <param name="isAllow">Whether it is an allow.</param>
    public bool MayAlter(IReadOnlyDictionary<string, long> versions, string purpose, string? requester, bool isAllow)
    {
        foreach (var (stream, version) in versions)
        {
            if (streams.TryGetValue(stream, out var changed) && changed.MayAlter(version, purpose, requester, isAllow))
                return true;
        }
        return false;
    }

    private void DropOld()
    {
        while (told.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.ToldAt) > lasting)
        {
            told.Dequeue();
            if (streams.TryGetValue(oldest.Stream, out var changed) && changed.ToldAt == oldest.ToldAt)
                streams.TryRemove(oldest.Stream, out _);
        }
    }

    // An allow rests on registered videos alone, so that it cannot rest on one that was not.
    private static bool IsFirstRegistration(ChangeEvent change) =>
        change is { Kind: "videoRegistered", Before: null, Erased: false };

    private sealed record Change(long Version, AffectedChecks Affects, bool IsFirstRegistration)
    {
        // The feed says of a video also what was made from it, which is not known here: any video may be.
        public bool MayAlter(string purpose, string? requester, bool isAllow) =>
            !(isAllow && IsFirstRegistration)
            && (Affects.Requester is null || requester is null || Affects.Requester == requester)
            && (Affects.Purposes is null || Affects.Purposes.Any(affected => AreRelated(affected, purpose)));

        private static bool AreRelated(string one, string other) => IsAtOrBelow(one, other) || IsAtOrBelow(other, one);

        private static bool IsAtOrBelow(string purpose, string ancestor) =>
            purpose.StartsWith(ancestor, StringComparison.Ordinal)
            && (purpose.Length == ancestor.Length || purpose[ancestor.Length] == '.');
    }

    /// <param name="AllUpTo">The version up to which changes are not known apart.</param>
    /// <param name="Latest">Those after it, the oldest first.</param>
    /// <param name="ToldAt">When the last of them was told.</param>
    private sealed record Changed(long AllUpTo, Change[] Latest, long ToldAt)
    {
        public static readonly Changed Never = new(0, [], 0);

        public Changed With(Change change, long toldAt) =>
            Latest.Length < PerStream
                ? new(AllUpTo, [.. Latest, change], toldAt)
                : new(Math.Max(AllUpTo, Latest[0].Version), [.. Latest[1..], change], toldAt);

        public bool MayAlter(long version, string purpose, string? requester, bool isAllow) =>
            version < AllUpTo
            || Array.Exists(Latest, change => change.Version > version && change.MayAlter(purpose, requester, isAllow));
    }
}
