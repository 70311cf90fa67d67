using System.Diagnostics;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>
/// The story that <c>./dev demo</c> plays, as a process of its own against the service itself. It asserts every promise
/// that it shows.
/// </summary>
public sealed class DemoTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_promise_is_kept_and_told_to_the_receiver()
    {
        var (code, told) = await PlayAsync();

        Assert.True(code == 0, told);
        Assert.Contains("Every one of 6000 answers was as promised.", told, StringComparison.Ordinal);
        Assert.Contains(
            "the studio is told, signature verified: recall, stop using video-001",
            told,
            StringComparison.Ordinal
        );
        Assert.Contains("the same message with one bit altered is refused with 401", told, StringComparison.Ordinal);
        Assert.Contains("promises of being asked and told was kept.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_webhook_may_be_on_this_machine_the_inbox_is_shown()
    {
        var (code, told) = await PlayAsync("Notifications:AllowLoopback=false");

        Assert.True(code == 0, told);
        Assert.Contains("this registry sends none to here", told, StringComparison.Ordinal);
        Assert.Contains("the creator's inbox has approvalRequested", told, StringComparison.Ordinal);
        Assert.DoesNotContain("signature verified", told, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Told)> PlayAsync(params string[] configuration)
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync(), configuration);
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "consent.dll"), "demo", "--url", app.Address.ToString()]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CONSENT_TOKEN"] = app.Sign(
                    TimeProvider.System.GetUtcNow(),
                    Api.Http.Scopes.All.Keys,
                    "admin",
                    "studio",
                    Api.Http.Caller.EveryCreator
                ),
            },
        };
        using var demo = Process.Start(start)!;
        try
        {
            var (output, errors) = (
                demo.StandardOutput.ReadToEndAsync(Cancellation),
                demo.StandardError.ReadToEndAsync(Cancellation)
            );
            await demo.WaitForExitAsync(Cancellation).WaitAsync(Patience, Cancellation);
            Assert.Equal(0, await app.ScalarAsync<long>("SELECT count(*) FROM consent.webhook"));
            return (demo.ExitCode, await output + await errors);
        }
        finally
        {
            if (!demo.HasExited)
                demo.Kill();
        }
    }
}
