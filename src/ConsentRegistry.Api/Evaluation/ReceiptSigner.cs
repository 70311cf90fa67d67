using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// Signs decisions for those who ask for a receipt. Whoever has one of an allow relies on it, which is written down
/// before the receipt is given: what cannot be written down is not signed.
/// </summary>
internal sealed class ReceiptSigner(LogSigner signer, LogWatch log, Database database, IntegrityKeys keys)
{
    /// <summary>
    /// The answer with a receipt, if the question asks for one and the decision is one that can be made again; null if
    /// it cannot be given now.
    /// </summary>
    public async Task<DecisionBody?> AttachAsync(
        DecisionBody answer,
        FactSet facts,
        Question question,
        CancellationToken cancellation
    )
    {
        var reliances = new List<Reliance>();
        var signed = Sign(answer, facts, question, reliances);
        return await TryKeepAsync(reliances, cancellation) ? signed : null;
    }

    /// <summary>
    /// The answer with a receipt, which may be given once what it adds to the list was written down with
    /// <see cref="TryKeepAsync"/>.
    /// </summary>
    public DecisionBody Sign(DecisionBody answer, FactSet facts, Question question, List<Reliance> reliances)
    {
        if (!question.Receipt || answer.Reason == Reason.Indeterminate)
            return answer;
        var consulted = new ConsultedCreators(facts);
        var decision = facts.Decide(
            question.Video,
            facts.Vocabulary.Find(question.Purpose),
            question.Requester,
            ref consulted
        );
        var receipt = new Receipt(
            new(question.Video, question.Purpose, question.Requester),
            facts.ReadAt,
            DecisionRecord.From(facts, decision, question.Requester),
            facts.VersionsOf(consulted.Creators.Append(question.Video.Creator)),
            signer.Name(log.State?.Head)
        )
        {
            DecisionId = answer.DecisionId,
        };
        if (answer.Allowed && question.Requester is { } requester)
            reliances.Add(new(new(question.Video, question.Purpose, requester), consulted.Creators));
        return answer with { Receipt = signer.Sign(receipt.ToJson(), Receipt.Type) };
    }

    /// <summary>Whether an answer may be given only once who relies on it was written down.</summary>
    public static bool RestsOnReliance(DecisionBody answer) => answer is { Receipt: not null, Allowed: true };

    /// <summary>Writes down who relies on consent from now on.</summary>
    /// <returns>False if the database cannot be reached now.</returns>
    public async Task<bool> TryKeepAsync(IReadOnlyCollection<Reliance> reliances, CancellationToken cancellation)
    {
        if (reliances.Count == 0)
            return true;
        try
        {
            return await BackgroundTransaction.RunAsync(
                database.Changes,
                keys,
                async change =>
                {
                    await RelianceStore.AddAsync(change, reliances, since: null, cancellation);
                    return true;
                },
                cancellation
            );
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
        {
            return false;
        }
    }
}
