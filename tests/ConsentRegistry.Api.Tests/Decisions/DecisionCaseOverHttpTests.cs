using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>
/// The rules as data, over HTTP: all the cases that the evaluator alone is tested with, by a clock of the tests' own.
/// What is to be decided is asked for when all has been done, and again as of that moment when everything has been
/// stopped since.
/// </summary>
public sealed class DecisionCaseOverHttpTests(
    DecisionCaseOverHttpTests.ClockedRegistry registry,
    PostgresFixture postgres
) : IClassFixture<DecisionCaseOverHttpTests.ClockedRegistry>
{
    private static readonly TimeSpan BetweenOperations = TimeSpan.FromMinutes(1);

    private static int s_cases;

    public static IEnumerable<TheoryDataRow<DecisionCase>> Cases() =>
        DecisionCaseFiles
            .Own()
            .Concat(DecisionCaseFiles.Shared())
            .Select(c => new TheoryDataRow<DecisionCase>(c) { TestDisplayName = c.Name });

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public async Task Decides_over_HTTP_as_the_case_says(DecisionCase @case)
    {
        ArgumentNullException.ThrowIfNull(@case);
        if (!@case.Operations.Any(operation => operation.Op == "registerPurpose"))
        {
            await AssertDecisionsAsync(registry, @case);
            return;
        }
        // The vocabulary is everybody's: a case that adds to it has a database of its own.
        await using var own = new ClockedRegistry(postgres);
        await own.InitializeAsync();
        await AssertDecisionsAsync(own, @case);
    }

    private static async Task AssertDecisionsAsync(ClockedRegistry registry, DecisionCase @case)
    {
        var cases = new CasesOverHttp(registry.App, $"case{Interlocked.Increment(ref s_cases)}-");
        foreach (var operation in @case.Operations)
        {
            await registry.Clock.MoveAsync(
                operation.Op == "wait" ? TimeSpan.FromSeconds(operation.Seconds) : BetweenOperations
            );
            if (operation.Op != "wait")
                await cases.PlayAsync(operation);
        }
        var questions = @case.Checks.Select(check => check.Check).ToList();

        // Waiting alone brings nothing to memory, so that facts as new as the clock are asked for.
        AssertExpected(@case, await cases.AskAsync(questions, consistency: "strong"));

        AssertExpected(
            @case with
            {
                Checks = [.. @case.Checks.Select(check => check with { Expect = ByContent(@case, check) })],
            },
            await cases.AskByContentAsync(questions, consistency: "strong")
        );

        var then = registry.Clock.Now;
        await registry.Clock.MoveAsync(BetweenOperations);
        foreach (
            var creator in @case
                .Operations.Select(operation => operation.CreatorId)
                .OfType<string>()
                .Distinct()
                .Except(ErasedIn(@case))
        )
            await cases.PlayAsync(new("hold", creator));
        AssertExpected(@case, await cases.AskAsOfAsync(questions, then));
    }

    // The same, but that nobody is named where no registered video carries the content any more.
    private static Expectation ByContent(DecisionCase @case, CaseCheck check)
    {
        if (check.Expect.Error is not null)
            return check.Expect;
        var isRegistered = @case.Operations.Any(operation =>
            operation.Op == "registerVideo"
            && (operation.CreatorId, operation.VideoId) == (check.Check.CreatorId, check.Check.VideoId)
        );
        return isRegistered && !ErasedIn(@case).Contains(check.Check.CreatorId)
            ? check.Expect
            : check.Expect with
            {
                DecidedBy = null,
                Detail = isRegistered ? "erased" : "videoNotRegistered",
                Reason = "noConsent",
            };
    }

    private static IEnumerable<string> ErasedIn(DecisionCase @case) =>
        @case.Operations.Where(operation => operation.Op == "erase").Select(operation => operation.CreatorId!);

    private static void AssertExpected(DecisionCase @case, IReadOnlyList<Expectation> answers) =>
        Assert.Equal(
            @case.Checks.Select(check => $"{check.Check}: {CasesOverHttp.Text(check.Expect)}"),
            @case.Checks.Zip(answers, (check, answer) => $"{check.Check}: {CasesOverHttp.Text(answer)}")
        );

    /// <summary>A running service whose database has a clock of the test's own.</summary>
    public sealed class ClockedRegistry(PostgresFixture postgres) : IAsyncLifetime
    {
        private RegistryApplication? app;
        private ControlledClock? clock;

        public RegistryApplication App =>
            app ?? throw new InvalidOperationException("The service has not been started.");

        public ControlledClock Clock =>
            clock ?? throw new InvalidOperationException("The clock has not been installed.");

        public async ValueTask InitializeAsync()
        {
            var connectionString = await postgres.CreateDatabaseAsync();
            clock = await ControlledClock.InstallAsync(connectionString);
            app = await RegistryApplication.StartAsync(connectionString);
        }

        public ValueTask DisposeAsync() => app is null ? ValueTask.CompletedTask : app.DisposeAsync();
    }
}
