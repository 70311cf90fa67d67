using ConsentRegistry.Domain;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests;

/// <summary>A clock of the test's own: in one database, what tells the time tells what the test says.</summary>
public sealed class ControlledClock
{
    // Behind the real time, so that it can be moved on for years before it would be ahead of tokens and keys.
    private static readonly Instant Start = Instant.From(new DateTime(2025, 1, 1, 12, 0, 0, DateTimeKind.Utc));

    private readonly DatabaseClock clock;

    private ControlledClock(DatabaseClock clock) => this.clock = clock;

    /// <summary>What the clock shows.</summary>
    public Instant Now => Start.Plus(clock.Ahead);

    /// <summary>Puts the clock into an empty database; connections that are opened from then on see it.</summary>
    public static async Task<ControlledClock> InstallAsync(string connectionString) =>
        new(await DatabaseClock.InstallAsync(connectionString, Start, TestContext.Current.CancellationToken));

    /// <summary>Moves the clock on, or back.</summary>
    public Task MoveAsync(TimeSpan by) => clock.StepToAsync(clock.Ahead + by, TestContext.Current.CancellationToken);
}
