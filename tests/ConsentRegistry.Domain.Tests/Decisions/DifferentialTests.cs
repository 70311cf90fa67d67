using System.Globalization;
using ConsentRegistry.Domain.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// The evaluator and an independent reading of the same rules, compared in every field of the answer.
/// </summary>
public sealed class DifferentialTests
{
    /// <summary>The environment variable that asks for more random registries than a quick run has.</summary>
    public const string CountVariable = "CONSENT_RANDOM_WORLDS";

    private static int Count =>
        int.Parse(
            Environment.GetEnvironmentVariable(CountVariable) is { Length: > 0 } count ? count : "3000",
            CultureInfo.InvariantCulture
        );

    [Fact]
    public void Evaluator_and_reference_give_the_same_answer_in_random_registries() =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Count), Prop.ForAll(Scenarios.Arbitrary, Agrees));

    private static void Agrees(Scenario scenario)
    {
        var world = CaseRunner.Play(scenario.Operations);
        var registry = ReferenceRegistry.Play(scenario.Operations);
        foreach (var question in scenario.Questions)
        {
            var expected = new Reference(registry).Decide(
                $"{question.CreatorId}/{question.VideoId}",
                question.Purpose,
                question.Requester
            );
            var actual = CaseRunner.CheckInFull(world, question);
            if (actual != expected)
                Assert.Fail($"{question}\n the reference says {expected}\n the evaluator says {actual}");
        }
    }
}
