using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// Decides many checks, a block behind: names each, has the processor fetch where its records are, and decides it
/// before the last of a block more is named. While one check's records are on their way, the others are decided.
/// </summary>
internal sealed class CheckBlock(Permit permit, CheckRights rights, AnswerBuffer answer, RequestChecks answers)
    : IDisposable
{
    /// <summary>
    /// Checks of a block: enough to hide the way to memory, few enough to stay in the processor's nearest cache.
    /// </summary>
    private const int Size = 16;

    [ThreadStatic]
    private static Item[]? reused;

    private readonly Item[] items = Take();
    private int named;
    private int decided;
    private long maxAgeMs = long.MaxValue;
    private (DirectCheck.Part Name, PurposeIndex Index) purpose;

    /// <summary>How long every answer may be reused, in milliseconds.</summary>
    public long MaxAgeMs => maxAgeMs == long.MaxValue ? 0 : maxAgeMs;

    /// <summary>What stands between two answers.</summary>
    public byte Separator { get; init; } = (byte)',';

    /// <summary>Whether the separator stands after each answer, the last one too, and not between them.</summary>
    public bool EndsEach { get; init; }

    /// <summary>
    /// Adds a check, and answers the one that was added a block before; false, with nothing added, if the check is not
    /// one that the caller may make, or for no known purpose.
    /// </summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes, in DirectCheck check)
    {
        if (!rights.TryName(check.Requester.Of(bytes), out _) || !TryFind(bytes, check.Purpose))
            return false;
        if (!check.Content.IsNone)
            return TryAddContent(bytes, check);
        if (named - decided == Size)
            Answer(bytes);
        items[named++ % Size] = new(
            check,
            purpose.Index,
            permit.Memory.Prepare(check.Creator.Of(bytes), check.Video.Of(bytes))
        );
        return true;
    }

    /// <summary>Answers the checks that have no answer yet.</summary>
    public void Flush(ReadOnlySpan<byte> bytes)
    {
        while (decided < named)
            Answer(bytes);
    }

    public void Dispose() => reused = items;

    // Mostly it is the same as the one before.
    private bool TryFind(ReadOnlySpan<byte> bytes, DirectCheck.Part name)
    {
        if (name.Of(bytes).SequenceEqual(purpose.Name.Of(bytes)))
            return true;
        if (!permit.Memory.Vocabulary.TryFind(name.Of(bytes), out var index))
            return false;
        purpose = (name, index);
        return true;
    }

    private void Answer(ReadOnlySpan<byte> bytes)
    {
        if (decided > 0 && !EndsEach)
            answer.Add(Separator);
        ref readonly var item = ref items[decided++ % Size];
        rights.TryName(item.Check.Requester.Of(bytes), out var requester);
        var asked = new AskedCheck
        {
            Creator = item.Check.Creator.Of(bytes),
            Video = item.Check.Video.Of(bytes),
            Requester = requester,
            Purpose = item.Purpose,
        };
        permit.Memory.Decide(asked, item.Keys, permit.Now, out var outcome);
        Answer(asked, outcome, item.Check.MaxStalenessMs);
    }

    // Which video it is about is known only once it is decided.
    private bool TryAddContent(ReadOnlySpan<byte> bytes, in DirectCheck check)
    {
        rights.TryName(check.Requester.Of(bytes), out var requester);
        Span<byte> names = stackalloc byte[DirectContent.LongestNames];
        if (
            !DirectContent.TryDecide(
                check.Content.Of(bytes),
                requester,
                purpose.Index,
                withholds: !rights.Any,
                permit,
                names,
                out var asked,
                out var outcome
            )
        )
            return false;
        Flush(bytes);
        if (decided > 0 && !EndsEach)
            answer.Add(Separator);
        (named, decided) = (named + 1, decided + 1);
        Answer(asked, outcome, check.MaxStalenessMs);
        return true;
    }

    private void Answer(scoped in AskedCheck asked, in Outcome outcome, int maxStalenessMs)
    {
        answers.Add(asked, outcome, permit);
        maxAgeMs = Math.Min(maxAgeMs, Write(asked, outcome, maxStalenessMs));
        if (EndsEach)
            answer.Add(Separator);
    }

    private long Write(scoped in AskedCheck asked, in Outcome outcome, int maxStalenessMs)
    {
        if (!outcome.IsUnreadable)
            return DecisionWriter.WriteItem(answer, asked, outcome, permit, maxStalenessMs);
        DecisionWriter.WriteIndeterminateItem(answer);
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
