using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Signs decisions for those who ask for a receipt.</summary>
internal sealed class Receipts(LogSigner signer, LogWatch log)
{
    /// <summary>The answer with a receipt, if the question asks for one and the decision is one that can be made again.</summary>
    public DecisionBody Attach(DecisionBody answer, FactSet facts, Question question)
    {
        if (!question.Receipt || answer.Reason == Reason.Indeterminate)
            return answer;
        var consulted = new Consulted(facts);
        var decision = facts.Decide(question.Video, facts.Vocabulary.Find(question.Purpose), question.Requester, ref consulted);
        var receipt = new Receipt(
            new(question.Video, question.Purpose, question.Requester),
            facts.ReadAt,
            DecisionRecord.Of(facts, decision, question.Requester),
            facts.VersionsOf(consulted.Creators.Append(question.Video.Creator)),
            log.State?.Head is { } head ? new(signer.Origin, head.Size, head.Root) : null);
        return answer with { Receipt = signer.Sign(receipt.ToJson(), Receipt.Type) };
    }

    /// <summary>Keeps whom the evaluator asked.</summary>
    private readonly struct Consulted(FactSet facts) : ITrace
    {
        private readonly List<CreatorId> creators = [];

        public static bool IsOn => true;

        public List<CreatorId> Creators => creators;

        public void Consider(Decider decider) => creators.Add(facts.CreatorOf(decider.Creator));

        public void Weigh(in Setting setting, Standing standing, Setting? beatenBy)
        {
        }

        public void Weigh(in Grant grant, bool answers)
        {
        }

        public void Conclude(in Decision answer)
        {
        }
    }
}
