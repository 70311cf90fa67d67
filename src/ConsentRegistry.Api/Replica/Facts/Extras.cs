using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>What does not fit into the slot of a video, or of an appearance. Immutable.</summary>
internal sealed record VideoExtra
{
    /// <summary>What the decider has said about the video, unless it is one plain setting.</summary>
    public SettingList Overrides { get; init; } = SettingList.Empty;

    /// <summary>Participants, by creator id byte by byte, then by role.</summary>
    public Participant[] Participants { get; init; } = [];

    /// <summary>The videos it was made from, in their listed order.</summary>
    public VideoHandle[] Sources { get; init; } = [];

    /// <summary>The decider's grants about the video that stand, whoever got them.</summary>
    public HeldGrant[] Grants { get; init; } = [];

    /// <summary>Whether nothing is left that needs a place beside the slot.</summary>
    public bool IsEmpty => Overrides.IsEmpty && Grants.Length == 0 && Participants.Length == 0 && Sources.Length == 0;
}

/// <summary>What does not fit into the slot of a creator. Immutable.</summary>
internal sealed record CreatorExtra
{
    /// <summary>The defaults, unless they are one plain setting.</summary>
    public SettingList Defaults { get; init; } = SettingList.Empty;

    /// <summary>The operator's stop.</summary>
    public Stop? Hold { get; init; }

    /// <summary>The creator's stop.</summary>
    public Stop? Lockdown { get; init; }

    /// <summary>The operator's stop, as the evaluator sees it.</summary>
    public StopFact HoldFact { get; init; }

    /// <summary>The creator's stop, as the evaluator sees it.</summary>
    public StopFact LockdownFact { get; init; }

    /// <summary>Whether the creator was erased.</summary>
    public bool IsErased { get; init; }

    /// <summary>Whether nothing is left that needs a place beside the slot.</summary>
    public bool IsEmpty => Defaults.IsEmpty && Hold is null && Lockdown is null && !IsErased;
}

/// <summary>
/// Where slots find what does not fit into them. A place that nothing refers to any more is used again; a reader who still comes by it sees
/// something of another record, and finds out as with any slot.
/// </summary>
internal sealed class ExtraTable
{
    private const int ChunkSize = 1 << 14;

    private readonly Stack<int> free = [];
    private object?[][] chunks = [];
    private int used;

    /// <summary>What stands at a place; null if nothing does.</summary>
    public T? Find<T>(int link)
        where T : class
    {
        var all = Volatile.Read(ref chunks);
        var chunk = link / ChunkSize;
        return (uint)chunk < (uint)all.Length ? all[chunk][link % ChunkSize] as T : null;
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

    /// <summary>Gives a place back that no slot refers to any more. Only the one writer may.</summary>
    public void Free(int link)
    {
        chunks[link / ChunkSize][link % ChunkSize] = null;
        free.Push(link);
    }
}
