using System.Collections.Immutable;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>What does not fit into the slot of a video, or of an appearance. Immutable.</summary>
internal sealed record VideoOverflow
{
    /// <summary>What is left of one who was erased.</summary>
    public static readonly VideoOverflow Nothing = new();

    /// <summary>The name in memory of whoever decides.</summary>
    public FactKey Decider { get; init; }

    /// <summary>What the decider has said about the video, unless it is one plain setting.</summary>
    public SettingList Overrides { get; init; } = SettingList.Empty;

    /// <summary>Participants, by creator id byte by byte, then by role.</summary>
    public Participant[] Participants { get; init; } = [];

    /// <summary>The videos it was made from, in their listed order.</summary>
    public VideoHandle[] Sources { get; init; } = [];

    /// <summary>
    /// The decider's grants about the video that stand, whoever got them; none here where there are many.
    /// </summary>
    public HeldGrant[] Grants { get; init; } = [];

    /// <summary>
    /// The same where they are many: by whom they were given to and for use in which video, so that none is looked for
    /// among thousands.
    /// </summary>
    public ImmutableDictionary<GrantPlace, HeldGrant[]>? ManyGrants { get; init; }

    /// <summary>How many grants there are.</summary>
    public int GrantCount { get; init; }

    /// <summary>
    /// Of many grants, at which number those that have expired are looked for, so that looking for them costs little
    /// for each.
    /// </summary>
    public int LooksAt { get; init; }

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<HeldGrant> AllGrants => ManyGrants?.Values.SelectMany(held => held) ?? Grants;

    /// <summary>Whether nothing is left that needs a place beside the slot.</summary>
    public bool IsEmpty => Overrides.IsEmpty && GrantCount == 0 && Participants.Length == 0 && Sources.Length == 0;
}

/// <summary>What does not fit into the slot of a creator. Immutable.</summary>
internal sealed record CreatorOverflow
{
    /// <summary>The defaults, unless they are one plain setting.</summary>
    public SettingList Defaults { get; init; } = SettingList.Empty;

    /// <summary>The operator's stop.</summary>
    public Stop? Hold { get; init; }

    /// <summary>The creator's stop.</summary>
    public Stop? Lockdown { get; init; }

    /// <summary>Both, as the evaluator sees them.</summary>
    public StopFact[] Stops { get; init; } = [];

    /// <summary>Whether the creator was erased.</summary>
    public bool IsErased { get; init; }

    /// <summary>How many grants memory holds of the creator, about whatever video.</summary>
    public int Grants { get; init; }

    /// <summary>Whether nothing is left that needs a place beside the slot.</summary>
    public bool IsEmpty => Defaults.IsEmpty && Hold is null && Lockdown is null && !IsErased && Grants == 0;
}

/// <summary>
/// Where slots find what does not fit into them. A place that nothing refers to any more is used again; a reader who
/// still comes by it sees something of another record, and finds out as with any slot.
/// </summary>
internal sealed class OverflowTable
{
    private const int ChunkSize = 1 << 14;

    private readonly Stack<int> free = [];
    private object?[][] chunks = [];
    private int used;

    /// <summary>How many are kept. It is exact for the one writer only.</summary>
    public int Count => used - free.Count;

    /// <summary>What a creator's slot refers to; null if that is nothing.</summary>
    public CreatorOverflow? FindCreator(int link) => Find(link) as CreatorOverflow;

    /// <summary>What a video's slot refers to; null if that is nothing.</summary>
    public VideoOverflow? FindVideo(int link) => Find(link) as VideoOverflow;

    /// <summary>What an identifier's slot refers to; null if that is nothing.</summary>
    public ImmutableSortedSet<VideoKey>? FindVideos(long link) =>
        link <= int.MaxValue ? Find((int)link) as ImmutableSortedSet<VideoKey> : null;

    private object? Find(int link)
    {
        var all = Volatile.Read(ref chunks);
        var chunk = link / ChunkSize;
        if ((uint)chunk >= (uint)all.Length)
            return null;
        var extra = all[chunk][link % ChunkSize];
        // What it refers to was stored before it, the names of participants and sources too: a processor that loads out
        // of order must not load those first.
        Volatile.ReadBarrier();
        return extra;
    }

    /// <summary>Keeps something, and says where. Only the one writer may.</summary>
    public int Add(object extra)
    {
        // Place 0 stands for none.
        if (!free.TryPop(out var link))
            link = ++used;
        if (link / ChunkSize == chunks.Length)
            Volatile.Write(ref chunks, [.. chunks, new object?[ChunkSize]]);
        Volatile.Write(ref chunks[link / ChunkSize][link % ChunkSize], extra);
        return link;
    }

    /// <summary>
    /// Keeps something else in a place. Only the one writer may, and only for a place that no published slot refers to.
    /// </summary>
    public void Replace(int link, object extra) =>
        Volatile.Write(ref chunks[link / ChunkSize][link % ChunkSize], extra);

    /// <summary>Gives a place back that no slot refers to any more. Only the one writer may.</summary>
    public void Free(int link)
    {
        chunks[link / ChunkSize][link % ChunkSize] = null;
        free.Push(link);
    }

    /// <summary>
    /// Takes away what is kept of creators who were erased: it names videos and requesters. Their slots, which name
    /// nobody, refer to these places still. Only the one writer may. It looks at everything, for no slot knows whose it
    /// is; an erasure is rare.
    /// </summary>
    public void Empty(IReadOnlySet<FactKey> deciders)
    {
        foreach (var chunk in chunks)
        {
            foreach (ref var extra in chunk.AsSpan())
            {
                if (extra is VideoOverflow kept && deciders.Contains(kept.Decider))
                    Volatile.Write(ref extra, VideoOverflow.Nothing);
            }
        }
    }
}
