namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// How much explanation one answer may still carry: a crowd in each of many sources would explain itself without end.
/// </summary>
public sealed class TraceBudget
{
    /// <summary>Creators and settings that the traces of one answer list, together.</summary>
    public const int Entries = 20_000;

    private int left = Entries;

    /// <summary>Whether anything had to be left out.</summary>
    public bool IsSpent => left <= 0;

    /// <summary>Takes the place of one entry; false if there is none left.</summary>
    public bool TryTake() => left-- > 0;

    /// <summary>Takes the places of so many entries, all or none.</summary>
    public bool TryTake(int count)
    {
        if (left < count)
            return false;
        left -= count;
        return true;
    }
}
