using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>Facts of some checks, taken out of memory to be explained, signed or tried on.</summary>
/// <param name="Set">The facts.</param>
/// <param name="FreshAt">The database's time at the poll that they are as new as.</param>
public sealed record FreshFacts(FactSet Set, Instant FreshAt)
{
    /// <summary>
    /// Versions that the facts have reached at least, of the streams that were asked for, whether or not they bear on
    /// the checks.
    /// </summary>
    public IReadOnlyDictionary<string, long> Reached { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>What the content of the checks stands for.</summary>
    public IReadOnlyDictionary<CheckTarget.OfContent, CarriedContent> Contents { get; init; } =
        new Dictionary<CheckTarget.OfContent, CarriedContent>();
}
