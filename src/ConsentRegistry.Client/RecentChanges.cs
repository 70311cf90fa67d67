using System.Collections.Concurrent;

namespace ConsentRegistry.Client;

/// <summary>
/// The changes that the feed told lately, by stream. They tell whether a kept answer may have become wrong.
/// </summary>
/// <remarks>
/// An answer is compared with them each time it is used. It is not dropped when a change comes. So an answer that
/// arrives after the change that made it stale needs no special care: it lists too old a version.
/// </remarks>
/// <param name="lasting">How long a change is kept. After that time no answer is in use that may lack it.</param>
/// <param name="clock">A clock.</param>
internal sealed class RecentChanges(TimeSpan lasting, TimeProvider clock)
{
    /// <summary>How many changes of one stream are kept one by one. Older ones count for every check.</summary>
    public const int PerStream = 16;

    /// <summary>How many streams are kept. At that number the feed forgets all of them, and every answer.</summary>
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

    /// <summary>Rises each time that the changes are forgotten. An answer of an earlier epoch is not used.</summary>
    public long Epoch => Volatile.Read(ref epoch);

    /// <summary>Whether there is no room for another stream.</summary>
    public bool IsFull => streams.Count >= MaxStreams;

    /// <summary>Forgets the changes. Only the thread that adds calls it.</summary>
    public void Forget()
    {
        // The epoch rises first. Otherwise an answer could be used in between, without the changes that forbid it.
        Interlocked.Increment(ref epoch);
        streams.Clear();
        told.Clear();
    }

    /// <summary>Adds a change that the feed told. Only one thread at a time calls it.</summary>
    public void Add(ChangeEvent change)
    {
        if (change.Affects is null && AffectNothing.Contains(change.Kind))
            return;
        // The kind is not known, and the event does not say what it affects: it may affect all checks of its stream.
        var affects = change.Affects ?? new(null, null, null, null);
        var before = streams.GetValueOrDefault(change.Stream, Changed.Never);
        var now = clock.GetTimestamp();
        streams[change.Stream] = before.With(new(change.Version, affects, IsFirstRegistration(change)), now);
        told.Enqueue((change.Stream, now));
        DropOld();
    }

    /// <summary>Whether a change that was told may have altered an answer.</summary>
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

    // An allow rests only on registered videos. So it cannot rest on a video that was not registered before.
    private static bool IsFirstRegistration(ChangeEvent change) =>
        change is { Kind: "videoRegistered", Before: null, Erased: false };

    private sealed record Change(long Version, AffectedChecks Affects, bool IsFirstRegistration)
    {
        // The change also affects videos that were made from its video. Which these are is not known here, so the video
        // is not compared.
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
