using System.Collections.Concurrent;
using System.Diagnostics;
using ConsentRegistry.Client;

namespace ConsentRegistry.Examples.Tests;

/// <summary>
/// The registry is killed twice while the remix button is pressed all the time. Each allow is compared with what was
/// acknowledged: none may be wrong.
/// </summary>
[Collection(RegistryTests.Name)]
public sealed class StudioKillTests(RunningRegistry registry)
{
    /// <summary>How many answers of a kind end a phase.</summary>
    private const int Enough = 3;

    /// <summary>Whatever the studio says: what it may not say is looked for in the end.</summary>
    private const int AnyStatus = 0;

    private readonly string ana = $"ana-{Guid.NewGuid():N}";
    private readonly ConsentRegistryClient creators = registry.Client("admin");
    private readonly ConcurrentQueue<Pressed> presses = [];
    private readonly List<NoAllow> closed = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_allowed_while_the_registry_is_dead_or_after_consent_was_withdrawn()
    {
        await using var studio = new Studio(registry, $"studio-{Guid.NewGuid():N}");
        await studio.StartAsync();
        var video = await studio.UploadAsync(ana);
        var silent = Stopwatch.GetTimestamp();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var pressing = Task.WhenAll(PressAsync(studio, video, ending.Token), PressAsync(studio, video, ending.Token));
        await SeeAsync(studio, 403);

        // Killed while it is allowed.
        await AllowAsync(silent);
        await SeeAsync(studio, 302);
        await registry.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await SeeAsync(studio, AnyStatus);
        closed.Add(new("the registry is dead", killed, Stopwatch.GetTimestamp()));
        await registry.RestartAsync();
        await SeeAsync(studio, 302);

        // Killed just after consent was withdrawn.
        await creators.Settings.SetDefaultAsync(ana, "remix", new(Effect.Deny), cancellation: Cancellation);
        var withdrawn = Stopwatch.GetTimestamp();
        await registry.KillAsync();
        await SeeAsync(studio, AnyStatus);
        await registry.RestartAsync();
        await SeeAsync(studio, 403);
        await AllowAsync(withdrawn);
        await SeeAsync(studio, 302);
        await ending.CancelAsync();
        await pressing;

        var wrong = presses
            .Where(press => press.WasAllowed)
            .SelectMany(press =>
                closed.Where(period => period.Holds(press)).Select(period => $"{press}: {period.Why}")
            );
        Assert.Empty(wrong);
        Assert.Equal(3, closed.Count);

        // Whatever was made is recorded, once, also what was begun just before a kill.
        var made = presses.Count(press => press.WasMade);
        long recorded = 0;
        await Wait.UntilAsync(
            "each use is recorded",
            async () =>
            {
                var totals = await creators.Usages.CountAsync(ana, cancellation: Cancellation);
                recorded = totals.Consented + totals.Unconsented;
                return recorded >= made;
            },
            () => $"{made} were made, and {recorded} are recorded. {studio.Output}"
        );
        Assert.Equal(made, recorded);
    }

    // What was not allowed since a moment is allowed from the moment on at which this is sent.
    private async Task AllowAsync(long since)
    {
        closed.Add(new("there was no consent", since, Stopwatch.GetTimestamp()));
        await creators.Settings.SetDefaultAsync(
            ana,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );
    }

    private async Task PressAsync(Studio studio, string video, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            var shown = await studio.RemixAsync(video);
            presses.Enqueue(new(shown.Status, begun, Stopwatch.GetTimestamp()));
            Assert.True(shown.Status is 302 or 202 or 403 or 409 or 410 or 503, $"{shown} {studio.Output}");
        }
    }

    // Of presses from now on.
    private Task SeeAsync(Studio studio, int status)
    {
        var now = Stopwatch.GetTimestamp();
        return Wait.UntilAsync(
            $"{Enough} times {status}",
            () =>
                Task.FromResult(
                    presses.Count(press => press.Begun > now && (status == AnyStatus || press.Status == status))
                        >= Enough
                ),
            () => $"{string.Join(' ', presses.TakeLast(20).Select(press => press.Status))} {studio.Output}"
        );
    }

    /// <summary>One press of the button.</summary>
    private sealed record Pressed(int Status, long Begun, long Ended)
    {
        // Also where the remix is made and its use waits to be recorded.
        public bool WasAllowed => Status is 302 or 202;

        // Also where consent was withdrawn before it was published, or before it was shown.
        public bool WasMade => WasAllowed || Status is 409 or 410;
    }

    /// <summary>A time in which nothing may be allowed that was begun and has ended in it.</summary>
    private sealed record NoAllow(string Why, long From, long To)
    {
        public bool Holds(Pressed press) => press.Begun > From && press.Ended < To;
    }
}
