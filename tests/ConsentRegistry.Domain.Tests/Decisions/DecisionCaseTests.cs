using System.Text.Json;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// The rules as data: every case of the project's own file and, where it is present, of the shared one.
/// </summary>
public sealed class DecisionCaseTests
{
    public static IEnumerable<TheoryDataRow<DecisionCase>> OwnCases() => Rows(DecisionCaseFiles.Own());

    public static IEnumerable<TheoryDataRow<DecisionCase>> SharedCases() => Rows(DecisionCaseFiles.Shared());

    [Theory]
    [MemberData(nameof(OwnCases))]
    public void Decides_as_the_projects_own_case_says(DecisionCase @case) => AssertDecisions(@case);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SharedCases))]
    public void Decides_as_the_shared_case_says(DecisionCase @case) => AssertDecisions(@case);

    private static IEnumerable<TheoryDataRow<DecisionCase>> Rows(IEnumerable<DecisionCase> cases) =>
        cases.Select(c => new TheoryDataRow<DecisionCase>(c) { TestDisplayName = c.Name });

    private static void AssertDecisions(DecisionCase @case)
    {
        var world = CaseRunner.Play(@case.Operations);
        foreach (var (check, expected) in @case.Checks.Select(c => (c.Check, c.Expect)))
            Assert.Equal(
                $"{check}: {JsonSerializer.Serialize(expected)}",
                $"{check}: {JsonSerializer.Serialize(CaseRunner.Check(world, check))}"
            );
    }
}
