using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>What the answers of one part of a stream came to.</summary>
/// <param name="Tally">How many said what.</param>
/// <param name="FreshAt">As of when they are.</param>
internal readonly record struct PartSummary(CheckTally Tally, FreshRange FreshAt)
{
    /// <summary>Of a part without checks.</summary>
    public static readonly PartSummary Empty = new(new(), FreshRange.None);
}

/// <summary>The earliest and the latest <c>freshAt</c> of some answers.</summary>
/// <param name="First">The earliest; null of none.</param>
/// <param name="Last">The latest; null of none.</param>
internal readonly record struct FreshRange(Instant? First, Instant? Last)
{
    /// <summary>Of no answer.</summary>
    public static readonly FreshRange None;

    /// <summary>The range with one more.</summary>
    public FreshRange With(Instant at) =>
        new(First is { } first && first < at ? first : at, Last is { } last && last > at ? last : at);

    /// <summary>The range of both.</summary>
    public FreshRange With(FreshRange other) =>
        other is { First: { } first, Last: { } last } ? With(first).With(last) : this;
}
