namespace ConsentRegistry.Domain.Imports;

/// <summary>What a proposal does to the answers of its creator, now and later.</summary>
public enum Direction : byte
{
    /// <summary>It stands already, or no answer changes by it.</summary>
    Unchanged,

    /// <summary>
    /// It only restricts: no answer becomes looser by it, for any purpose, requester or video, now or later.
    /// </summary>
    Restricts,

    /// <summary>It widens an answer, or nobody can show that it does not.</summary>
    Widens,
}
