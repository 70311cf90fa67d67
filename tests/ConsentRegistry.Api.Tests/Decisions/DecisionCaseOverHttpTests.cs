using ConsentRegistry.Domain.Tests.Decisions;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>The rules as data, over HTTP: the same cases that the evaluator alone is tested with.</summary>
public sealed class DecisionCaseOverHttpTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private static readonly string[] NotYetOverHttp = ["grant", "erase"];

    private static int s_cases;

    public static IEnumerable<TheoryDataRow<DecisionCase>> Cases() => DecisionCaseFiles.Own().Concat(DecisionCaseFiles.Shared())
        .Where(c => !c.ControlledClock && !c.Operations.Any(operation => NotYetOverHttp.Contains(operation.Op)))
        .Select(c => new TheoryDataRow<DecisionCase>(c) { TestDisplayName = c.Name });

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public async Task Decides_over_HTTP_as_the_case_says(DecisionCase @case)
    {
        ArgumentNullException.ThrowIfNull(@case);
        if (!@case.Operations.Any(operation => operation.Op == "registerPurpose"))
        {
            await AssertDecisionsAsync(registry.App, @case);
            return;
        }
        // The vocabulary is everybody's: a case that adds to it has a database of its own.
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await AssertDecisionsAsync(app, @case);
    }

    private static async Task AssertDecisionsAsync(RegistryApplication app, DecisionCase @case)
    {
        var cases = new CasesOverHttp(app, $"case{Interlocked.Increment(ref s_cases)}-");
        foreach (var operation in @case.Operations)
            await cases.PlayAsync(operation);

        var answers = await cases.AskAsync([.. @case.Checks.Select(check => check.Check)]);

        Assert.Equal(
            @case.Checks.Select(check => $"{check.Check}: {CasesOverHttp.Text(check.Expect)}"),
            @case.Checks.Zip(answers, (check, answer) => $"{check.Check}: {CasesOverHttp.Text(answer)}"));
    }
}
