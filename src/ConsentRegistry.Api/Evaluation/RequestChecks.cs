using System.Text;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// The checks of one request, until it is answered: how many came to what, and the entries of those that are logged.
/// Not for use by several threads at once.
/// </summary>
internal sealed class RequestChecks(CheckChannel way, DecisionLog log)
{
    private readonly List<DecisionEntry> entries = [];

    /// <summary>The way on which the checks came.</summary>
    public CheckChannel Way { get; } = way;

    /// <summary>What they came to.</summary>
    public CheckTally Tally { get; } = new();

    /// <summary>Those that are logged.</summary>
    public IReadOnlyList<DecisionEntry> Entries => entries;

    /// <summary>Adds an item that is no check.</summary>
    public void AddRefused() => Tally.AddRefused();

    /// <summary>Adds an answer, which may be a refusal.</summary>
    /// <param name="question">The check; null of an item that is none.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="vocabularyVersion">
    /// The version of the vocabulary that it was decided with; null if there were no facts.
    /// </param>
    /// <returns>The place of its entry, by which it can be taken back; null if it has none.</returns>
    public int? Add(Question? question, CheckResult answer, int? vocabularyVersion)
    {
        if (question is not null && answer.Error is null)
            return Add(question, (DecisionBody)answer, vocabularyVersion);
        AddRefused();
        return null;
    }

    /// <inheritdoc cref="Add(Question?, CheckResult, int?)"/>
    public int? Add(Question question, DecisionBody answer, int? vocabularyVersion)
    {
        Tally.Add(answer.Effect, DecisionBodies.ReasonOf(answer));
        if (!log.Takes(question.IsNamed))
            return null;
        entries.Add(DecisionEntries.Create(Way, question, answer, vocabularyVersion));
        return entries.Count - 1;
    }

    /// <summary>Adds a decision that was made from a request's bytes.</summary>
    public void Add(scoped in AskedCheck asked, in Outcome outcome, in Permit permit)
    {
        Tally.Add(outcome.Decision.Effect, outcome.Decision.Reason);
        if (log.Takes())
            entries.Add(DecisionEntries.Create(Way, asked, outcome, permit));
    }

    /// <summary>
    /// Adds a check that was answered as indeterminate, for memory was not fresh. Its purpose may be none.
    /// </summary>
    public void AddIndeterminate(
        ReadOnlySpan<byte> creator,
        ReadOnlySpan<byte> video,
        ReadOnlySpan<byte> requester,
        ReadOnlySpan<byte> purpose
    )
    {
        Tally.Add(Effect.Deny, Reason.Indeterminate);
        if (log.Takes() && Purpose.TryParse(Encoding.UTF8.GetString(purpose), out var named))
            entries.Add(DecisionEntries.Indeterminate(Way, creator, video, requester, named));
    }

    /// <summary>Adds all of another part of the same request.</summary>
    public void Add(RequestChecks part)
    {
        Tally.Add(part.Tally);
        entries.AddRange(part.entries);
    }

    /// <summary>Takes an allow back: it was answered as indeterminate after all.</summary>
    /// <param name="allow">The answer that was added.</param>
    /// <param name="entry">The place of its entry, if it has one.</param>
    public void Withdraw(DecisionBody allow, int? entry)
    {
        Tally.Replace(allow.Effect, DecisionBodies.ReasonOf(allow), Effect.Deny, Reason.Indeterminate);
        if (entry is { } place)
            entries[place] = entries[place].Withdrawn();
    }
}
