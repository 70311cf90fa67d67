using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Settings;

/// <summary>
/// A stretch of a default: what holds for videos published from <paramref name="From"/> until the next segment starts.
/// </summary>
/// <param name="From">
/// The moment from which it holds; null for the beginning, which also covers videos without a known date.
/// </param>
/// <param name="Choice">What it says.</param>
/// <param name="Stamp">The change that last altered this segment, a clamp included.</param>
public sealed record Segment(Instant? From, Choice Choice, Stamp Stamp);

/// <summary>
/// A creator's default for one purpose and one requester (or anybody), as segments in order of their start (R3).
/// </summary>
public sealed record DefaultSetting
{
    /// <summary>A default of these segments.</summary>
    /// <exception cref="ArgumentException">There are none or too many, or their starts do not rise.</exception>
    public DefaultSetting(ImmutableArray<Segment> segments)
    {
        if (segments.Length is 0 or > Limits.SegmentsPerDefault)
            throw new ArgumentException($"A default has 1 to {Limits.SegmentsPerDefault} segments.", nameof(segments));
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i].From is not { } start || start <= (segments[i - 1].From ?? Instant.Beginning))
                throw new ArgumentException("Segments start one after the other.", nameof(segments));
        }
        Segments = segments;
    }

    /// <summary>The segments, oldest first.</summary>
    public ImmutableArray<Segment> Segments { get; }

    /// <summary>
    /// The default after the creator sets <paramref name="choice"/>: the ratchet. Restricting, or the creator's
    /// explicit word, reaches every video at once; an allow for the future first clamps what stands, and then starts a
    /// segment of its own.
    /// </summary>
    /// <param name="current">What stands; null if nothing does.</param>
    /// <param name="choice">What the creator sets.</param>
    /// <param name="appliesTo">Which videos an allow reaches; it means nothing for the other effects.</param>
    /// <param name="stamp">The change; a new segment starts at its time.</param>
    /// <returns>
    /// The default, which is <paramref name="current"/> itself where it already stands; or
    /// <see cref="FailureCode.TooMany"/> segments.
    /// </returns>
    public static Result<DefaultSetting> Set(DefaultSetting? current, Choice choice, AppliesTo appliesTo, Stamp stamp)
    {
        var segments =
            choice.Effect != Effect.Allow || appliesTo == AppliesTo.All
                ? ForEveryVideo(current, choice, stamp)
                : ForTheFuture(current, choice, stamp);
        if (segments.Length > Limits.SegmentsPerDefault)
        {
            return new Failure(
                FailureCode.TooMany,
                $"The default has {Limits.SegmentsPerDefault} segments, which is the limit; send appliesTo \"all\", "
                    + "which replaces them by one.",
                "appliesTo"
            );
        }
        return current is not null && current.Segments.SequenceEqual(segments) ? current : new DefaultSetting(segments);
    }

    /// <inheritdoc/>
    public bool Equals(DefaultSetting? other) => other is not null && Segments.SequenceEqual(other.Segments);

    /// <inheritdoc/>
    public override int GetHashCode() => Segments.Aggregate(0, HashCode.Combine);

    private static ImmutableArray<Segment> ForEveryVideo(DefaultSetting? current, Choice choice, Stamp stamp) =>
        current is { Segments: [{ From: null } only] } && only.Choice == choice
            ? current.Segments
            : [new Segment(null, choice, stamp)];

    private static ImmutableArray<Segment> ForTheFuture(DefaultSetting? current, Choice choice, Stamp stamp)
    {
        var segments = ImmutableArray.CreateBuilder<Segment>();
        foreach (var standing in current?.Segments ?? [])
        {
            var clamped = standing.Choice.ClampedTo(choice);
            AddUnlessEqual(
                segments,
                clamped == standing.Choice ? standing : standing with { Choice = clamped, Stamp = stamp }
            );
        }
        AddUnlessEqual(segments, new Segment(stamp.At, choice, stamp));
        return segments.DrainToImmutable();
    }

    // Equal neighbours merge into the earlier.
    private static void AddUnlessEqual(ImmutableArray<Segment>.Builder segments, Segment next)
    {
        if (segments.Count == 0 || segments[^1].Choice != next.Choice)
            segments.Add(next);
    }
}
