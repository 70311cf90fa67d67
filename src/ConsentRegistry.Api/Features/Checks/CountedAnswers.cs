using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Counts answers in the words of the contract.</summary>
internal static class CountedAnswers
{
    /// <summary>Counts a decision.</summary>
    public static void Add(this CheckMetrics metrics, CheckWay way, DecisionBody answer) =>
        metrics.Add(way, answer.Effect, answer.Reason ?? Reason.Indeterminate);

    /// <summary>Counts a decision among many answers.</summary>
    public static void Add(this CheckTally tally, DecisionBody answer) =>
        tally.Add(answer.Effect, answer.Reason ?? Reason.Indeterminate);

    /// <summary>Counts one answer among many, which may be a refusal.</summary>
    public static void Add(this CheckTally tally, CheckResult answer)
    {
        if (answer.Error is not null)
            tally.AddRefused();
        else
            tally.Add((DecisionBody)answer);
    }
}
