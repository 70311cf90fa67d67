using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Settings;

/// <summary>Who stops: the creator, or the operator by legal order.</summary>
public enum StopKind : byte
{
    /// <summary>The operator's stop.</summary>
    Hold,

    /// <summary>The creator's emergency stop.</summary>
    Lockdown,
}

/// <summary>A stop that stands: it denies whatever it covers, before any setting is looked at (R1).</summary>
public sealed record Stop
{
    private Stop(ImmutableArray<Purpose>? purposes, Stamp stamp) => (Purposes, Stamp) = (purposes, stamp);

    /// <summary>The listed purposes, in ordinal order; null if it covers everything.</summary>
    public ImmutableArray<Purpose>? Purposes { get; }

    /// <summary>The change that last altered it.</summary>
    public Stamp Stamp { get; }

    /// <summary>A stop as it was stored.</summary>
    /// <param name="purposes">The listed purposes; null for everything.</param>
    /// <param name="stamp">The change that last altered it.</param>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static Stop Create(IEnumerable<Purpose>? purposes, Stamp stamp)
    {
        if (purposes is null)
            return new(null, stamp);
        var listed = purposes.Distinct().Order().ToImmutableArray();
        return listed.IsEmpty
            ? throw new ArgumentException("A stop covers something.", nameof(purposes))
            : new(listed, stamp);
    }

    /// <summary>The stop after a further one of the same kind: it adds to the one that stands.</summary>
    /// <param name="current">What stands; null if nothing does.</param>
    /// <param name="purposes">What the further one lists; null for everything.</param>
    /// <param name="stamp">The change.</param>
    /// <returns>The stop, which is <paramref name="current"/> itself where it covers the list already.</returns>
    public static Stop Add(Stop? current, IReadOnlyCollection<Purpose>? purposes, Stamp stamp)
    {
        if (current is null)
            return Create(purposes, stamp);
        if (current.Purposes is not { } standing)
            return current;
        if (purposes is null)
            return Create(null, stamp);
        return purposes.All(standing.Contains) ? current : Create(standing.Concat(purposes), stamp);
    }

    /// <inheritdoc/>
    public bool Equals(Stop? other) =>
        other is not null
        && Stamp == other.Stamp
        && (Purposes is { } mine ? other.Purposes is { } theirs && mine.SequenceEqual(theirs) : other.Purposes is null);

    /// <inheritdoc/>
    public override int GetHashCode() => Stamp.GetHashCode();
}
