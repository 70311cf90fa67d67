using System.Runtime.CompilerServices;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// Decides many checks, a block at a time: names them all, has the processor fetch where their records are, and then decides them. What one check
/// waits for memory, the others are prepared in.
/// </summary>
internal sealed class CheckBlock(Permit permit, CheckRights rights, AnswerBuffer answer) : IDisposable
{
    /// <summary>Checks of a block: enough to hide the way to memory, few enough to stay in the processor's nearest cache.</summary>
    private const int Size = 16;

    [ThreadStatic]
    private static Item[]? reused;

    private readonly Item[] items = Take();
    private int count;
    private long maxAgeMs = long.MaxValue;
    private bool isFollowing;

    /// <summary>How long every answer may be reused, in milliseconds.</summary>
    public long MaxAgeMs => maxAgeMs == long.MaxValue ? 0 : maxAgeMs;

    /// <summary>What stands between two answers.</summary>
    public byte Separator { get; init; } = (byte)',';

    /// <summary>Whether the separator stands after each answer, the last one too, and not between them.</summary>
    public bool EndsEach { get; init; }

    /// <summary>Adds a check, and answers the block if it is full; false, with nothing added, if the check is not one that the caller may make, or for no known purpose.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes, in DirectCheck check)
    {
        if (!rights.TryName(check.Requester.Of(bytes), out _) || !permit.Memory.Vocabulary.TryFind(check.Purpose.Of(bytes), out var purpose))
            return false;
        items[count++] = new(check, purpose, permit.Memory.Prepare(check.Creator.Of(bytes), check.Video.Of(bytes)));
        if (count == Size)
            Flush(bytes);
        return true;
    }

    /// <summary>Answers what the block holds.</summary>
    public void Flush(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < count; i++)
        {
            ref readonly var item = ref items[i];
            rights.TryName(item.Check.Requester.Of(bytes), out var requester);
            var asked = new AskedCheck { Creator = item.Check.Creator.Of(bytes), Video = item.Check.Video.Of(bytes), Requester = requester, Purpose = item.Purpose };
            var outcome = permit.Memory.Decide(asked, item.Keys, permit.Now);
            if (isFollowing && !EndsEach)
                answer.Add(Separator);
            isFollowing = true;
            maxAgeMs = Math.Min(maxAgeMs, Write(asked, outcome, item.Check.MaxStalenessMs));
            if (EndsEach)
                answer.Add(Separator);
        }
        count = 0;
    }

    public void Dispose() => reused = items;

    private long Write(scoped in AskedCheck asked, in Outcome outcome, int maxStalenessMs)
    {
        if (!outcome.IsUnreadable)
            return DecisionWriter.Write(answer, asked, outcome, permit, maxStalenessMs);
        DecisionWriter.WriteIndeterminate(answer);
        return 0;
    }

    private static Item[] Take()
    {
        var taken = reused ?? new Item[Size];
        reused = null;
        return taken;
    }

    private readonly record struct Item(DirectCheck Check, PurposeIndex Purpose, CheckKeys Keys);
}
