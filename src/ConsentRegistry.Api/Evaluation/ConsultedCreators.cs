using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>Hears whom the evaluator asks: everybody on whose word a decision rests.</summary>
internal readonly struct ConsultedCreators(FactSet facts) : ITrace
{
    private readonly HashSet<CreatorId> creators = [];

    public static bool IsOn => true;

    public IReadOnlyCollection<CreatorId> Creators => creators;

    public void Consider(Decider decider) => creators.Add(facts.CreatorOf(decider.Creator));

    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy) { }

    public void Weigh(in Grant grant, bool answers) { }

    public void Conclude(in Decision answer) { }
}
