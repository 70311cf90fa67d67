using System.Diagnostics;
using System.Text.Json;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>Records what one node answers, and remembers where an answer was one that may never be given.</summary>
internal sealed class CheckRecorder(int node, Recording recording, Tally tally)
{
    private Exception? failure;

    /// <summary>Records an answer that has just arrived, or that there was none.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="way">How.</param>
    /// <param name="start">The time just before it was sent.</param>
    /// <param name="answer">What was answered; null if nothing was.</param>
    /// <param name="end">The time after the answer had arrived; now without it.</param>
    /// <exception cref="InvalidOperationException">It was refused.</exception>
    public void Record(Question question, Way way, long start, JsonElement? answer, long? end = null)
    {
        var (decision, version) = answer is { } given ? Read(given, way) : (CheckAnswer.None, null);
        Record(question, way, start, decision, version, end);
    }

    /// <summary>Records a decision that has just arrived.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="way">How.</param>
    /// <param name="start">The time just before it was sent.</param>
    /// <param name="decision">What was decided.</param>
    /// <param name="version">The version of the owner's stream that the answer knows.</param>
    /// <param name="end">The time after the answer had arrived; now without it.</param>
    public void Record(Question question, Way way, long start, CheckAnswer decision, long? version, long? end = null)
    {
        recording.Add(
            question.Key,
            new Check(
                start,
                end ?? Stopwatch.GetTimestamp(),
                decision,
                node,
                question.Asked,
                version,
                question.MinVersion,
                way
            )
        );
        tally.Checked(decision, way);
    }

    /// <summary>Says what went wrong where nobody waits for it any longer.</summary>
    public void Fail(Exception cause) => Volatile.Write(ref failure, cause);

    public void ThrowFailure()
    {
        if (Volatile.Read(ref failure) is { } cause)
            throw new InvalidOperationException($"A check was answered as none may be: {cause.Message}", cause);
    }

    private static (CheckAnswer Answer, long? Version) Read(JsonElement answer, Way way)
    {
        var isAllowed = answer.GetProperty(way == Way.AuthZen ? "decision" : "allowed").GetBoolean();
        var rest = way == Way.AuthZen ? answer.GetProperty("context") : answer;
        if (rest.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
            throw new InvalidOperationException($"A check was refused: {error}");
        long? version =
            rest.TryGetProperty("version", out var named) && named.ValueKind == JsonValueKind.Number
                ? named.GetInt64()
                : null;
        return (
            isAllowed ? CheckAnswer.Allowed
            : rest.GetProperty("reason").GetString() == "indeterminate" ? CheckAnswer.None
            : CheckAnswer.Denied,
            version
        );
    }
}
