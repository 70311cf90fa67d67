using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>Hears of every check that was answered: it is counted, and logged where decisions are.</summary>
internal sealed class CheckRecorder(CheckMetrics metrics, DecisionLog log)
{
    /// <summary>Notes one decision.</summary>
    /// <param name="way">The way on which the check came.</param>
    /// <param name="question">The check.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="vocabularyVersion">The version of the vocabulary that it was decided with.</param>
    public void Add(CheckChannel way, Question question, DecisionBody answer, int vocabularyVersion)
    {
        metrics.Add(way, answer.Effect, DecisionBodies.ReasonOf(answer));
        if (log.Takes(question.IsNamed))
            log.Write(DecisionEntries.Create(way, question, answer, vocabularyVersion));
    }

    /// <summary>Notes one decision that was made from a request's bytes.</summary>
    public void Add(CheckChannel way, scoped in AskedCheck asked, in Outcome outcome, in Permit permit)
    {
        metrics.Add(way, outcome.Decision.Effect, outcome.Decision.Reason);
        if (log.Takes())
            log.Write(DecisionEntries.Create(way, asked, outcome, permit));
    }

    /// <summary>Begins to collect the checks of one request.</summary>
    public RequestChecks Begin(CheckChannel way) => new(way, log);

    /// <summary>Notes the checks of one request, which was answered.</summary>
    public void Add(RequestChecks answers)
    {
        metrics.Add(answers.Way, answers.Tally);
        log.Write(answers.Entries);
    }
}
