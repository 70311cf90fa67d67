using System.Diagnostics;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>
/// Random histories, lived over HTTP and in memory by the domain alone: both must decide every check the same.
/// </summary>
public sealed class RandomDecisionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Operations = 40;
    private const int Checks = 150;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(15);
    private readonly List<(string Name, bool UsesLikeness)> registered = [];

    private RegistryApplication App => registry.App;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Decides_random_histories_as_the_domain_alone_does()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var started = Stopwatch.GetTimestamp();
        var compared = 0;
        for (var round = 0; Stopwatch.GetElapsedTime(started) < Budget; round++)
        {
            await CompareAsync(random, round, seed);
            compared += Checks;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} checks compared");
        Assert.True(compared > 0);
    }

    private async Task CompareAsync(Random random, int round, int seed)
    {
        var history = new RandomHistory(App, random, $"r{round}-", registered);
        for (var i = 0; i < Operations; i++)
            await history.StepAsync();
        await history.CatchUpAsync();
        var questions = Enumerable.Range(0, Checks).Select(_ => history.Question()).ToList();
        // All in one batch, some of them again one by one.
        await history.Http.AskAsync([.. questions.Take(5)], explain: true);
        var answers = await history.Http.AskBatchAsync(questions);
        for (var i = 0; i < questions.Count; i++)
        {
            Assert.Equal(
                $"seed {seed}, round {round}, {questions[i]}: "
                    + $"{CasesOverHttp.Text(CaseRunner.Check(history.World, questions[i]))}",
                $"seed {seed}, round {round}, {questions[i]}: {CasesOverHttp.Text(answers[i])}"
            );
        }
    }
}
