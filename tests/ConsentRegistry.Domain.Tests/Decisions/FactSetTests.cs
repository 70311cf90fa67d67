using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>Facts of many requesters, as bulk changes are tried on them.</summary>
public sealed class FactSetTests
{
    private static readonly VideoKey Video = CaseRunner.Key("owner", "v");
    private static readonly Purpose Remix = Purpose.Parse("remix");

    [Fact]
    public void A_decision_costs_as_little_beside_thousands_of_other_requesters_as_beside_none()
    {
        var (alone, crowded) = (WithOthers(0), WithOthers(5_000));
        Assert.Equal((Effect.Allow, Effect.Allow), (Decide(alone), Decide(crowded)));
        Assert.Equal(CostOf(alone), CostOf(crowded));
    }

    [Fact]
    public void Another_requesters_setting_neither_speaks_nor_is_told()
    {
        var facts = WithOthers(3);
        var trace = new TraceRecorder();
        facts.Decide(Video, facts.Vocabulary.Find(Remix), Requester.Parse("acme"), ref trace);
        Assert.DoesNotContain(trace.Weighed, weighed => weighed.Standing == Standing.OtherRequester);
    }

    private static long CostOf(FactSet facts)
    {
        Decide(facts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Decide(facts);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Effect Decide(FactSet facts) =>
        facts.Decide(Video, facts.Vocabulary.Find(Remix), Requester.Parse("acme")).Effect;

    private static FactSet WithOthers(int count)
    {
        var facts = new FactSet(Vocabulary.Initial, new(9));
        facts.Add(Video, new(null, [], []));
        var stamp = new Stamp(1, new(1));
        foreach (
            var requester in Enumerable.Range(0, count).Select(i => $"lab{i}").Append("acme").Select(Requester.Parse)
        )
        {
            var choice = requester.Value == "acme" ? Choice.Allow(Conditions.None, null, 1) : Choice.Deny(1);
            facts.Add(Video.Creator, new DefaultKey(Remix, requester), new DefaultSetting([new(null, choice, stamp)]));
            facts.Add(Video.Creator, new OverrideKey(Video, Remix, requester), new OverrideSetting(choice, stamp));
        }
        return facts;
    }
}
