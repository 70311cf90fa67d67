using System.Text.Json.Serialization;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// The answer to one check among many. A refused item has the same members as any other: it is not allowed, its effect
/// is <c>deny</c>, nothing decided, and <c>error</c> says why. So a client that does not look at <c>error</c> reads a
/// refusal.
/// </summary>
public sealed record CheckResult : DecisionBody
{
    private CheckResult(DecisionBody decision)
        : base(decision) { }

    /// <summary>Why the item is no check; null of a decision.</summary>
    [JsonPropertyOrder(1)]
    public ItemError? Error { get; private init; }

    /// <summary>Of a refused line of a stream: its number, from 1. Absent otherwise.</summary>
    [JsonPropertyOrder(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Line { get; private init; }

    internal static CheckResult From(DecisionBody decision) => new(decision);

    /// <summary>The answer where this one cannot be given after all. Its id stays.</summary>
    internal CheckResult Withdrawn() => From(DecisionBodies.Indeterminate with { DecisionId = DecisionId });

    internal static CheckResult Refused(Problem problem, long? line = null) =>
        new(DecisionBodies.Indeterminate with { Reason = null, MaxAgeMs = DecisionBodies.RefusalReuseMs })
        {
            Error = ItemError.From(problem),
            Line = line,
        };
}
