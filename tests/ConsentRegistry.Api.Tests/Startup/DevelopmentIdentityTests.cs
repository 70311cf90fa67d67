using System.Diagnostics;
using System.Net;
using ConsentRegistry.DevelopmentIdentity;
using ConsentRegistry.DevelopmentIdentity.Tests;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>
/// The registry and the identity provider for development, which is a process of its own: the tokens of everybody whom
/// a developer can be are accepted, for what they may, and so after the provider was started again.
/// </summary>
public sealed class DevelopmentIdentityTests(PostgresFixture postgres) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("consent-identity-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Everybody_may_what_their_scopes_say_and_a_restart_of_the_provider_changes_nothing()
    {
        var address = $"http://localhost:{LoopbackPort.Free()}";
        var tokens = new Dictionary<string, Tokens>(StringComparer.Ordinal);
        RegistryApplication? app = null;
        try
        {
            using var console = new RelyingParty(address);
            await using (await ProviderProcess.StartAsync(address, folder))
            {
                app = await RegistryApplication.StartAsync(
                    await postgres.CreateDatabaseAsync(),
                    $"Tokens:Authority={address}",
                    "Tokens:Claims:Client=requester client_id"
                );
                using var browser = new Browser(address);
                foreach (var person in People.All)
                    tokens[person.Id] = await console.RedeemAsync(await console.SignInAsync(browser, person.Id));
                foreach (var person in People.All)
                    await JudgeAsync(app, person, tokens[person.Id].Access);
                var backend = await console.AskAsync([
                    ("grant_type", "client_credentials"),
                    ("client_id", "studio-north"),
                    ("client_secret", Clients.BackendSecret("studio-north")),
                    ("scope", "consent:check usage:write videos:write changes:read"),
                ]);
                await JudgeAsync(app, People.Find("studio-north")!, backend.Access);
                // An ID token is for another audience.
                (await app.Bearer(tokens["creator-maria"].Identity).GetAsync(ConsentOfMaria)).IsProblem(
                    401,
                    "unauthenticated"
                );
            }
            // Without the provider its keys stay known; with it again, old and new tokens are as good.
            await JudgeAsync(app, People.All[0], tokens[People.All[0].Id].Access);
            await using (await ProviderProcess.StartAsync(address, folder))
            {
                foreach (var person in People.All)
                {
                    await JudgeAsync(app, person, tokens[person.Id].Access);
                    var fresh = await console.RefreshAsync(tokens[person.Id].Refresh);
                    Assert.Equal(HttpStatusCode.OK, fresh.Status);
                    await JudgeAsync(app, person, fresh.Access);
                }
            }
        }
        finally
        {
            if (app is not null)
                await app.DisposeAsync();
        }
    }

    private const string ConsentOfMaria = "/v1/creators/creator-maria/consent";

    // One operation for each scope. Who has it is in the table of people.
    private static async Task JudgeAsync(RegistryApplication app, Person person, string token)
    {
        var caller = app.Bearer(token);
        bool Has(string scope) => person.Scopes.Contains(scope, StringComparer.Ordinal);
        var manages = Has("consent:manage");

        Is(await caller.GetAsync(ConsentOfMaria), manages || Has("consent:audit"));
        Is(await caller.PutAsync($"{ConsentOfMaria}/defaults/remix", new { effect = "deny" }), manages);
        Is(
            await caller.GetAsync("/v1/creators/creator-noor/consent"),
            person.Creators.Count > 0 || Has("consent:audit")
        );
        Is(await caller.GetAsync("/v1/changes"), Has("changes:read") || Has("consent:audit"));
        Is(await caller.PutAsync("/v1/creators/creator-noor/hold", new { reason = "test" }), Has("consent:admin"));
        Is(
            await caller.PutAsync(
                "/v1/creators/creator-maria/videos/first",
                new { publishedAt = "2026-11-23T15:29:53Z" }
            ),
            Has("videos:write")
        );
        // As the requester by this name, and as nobody else.
        Is(await CheckAsync("studio-north"), Has("consent:check"));
        (await CheckAsync("consent-console")).IsProblem(403, Has("consent:check") ? "requesterNotYours" : "forbidden");

        Task<Answer> CheckAsync(string requester) =>
            caller.PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = "creator-maria",
                    videoId = "first",
                    purpose = "remix",
                    requester,
                }
            );

        void Is(Answer answer, bool mayDo)
        {
            if (mayDo)
                answer.Is(200);
            else
                answer.IsProblem(403, "forbidden");
        }
    }

    /// <summary>The provider as ./dev run starts it.</summary>
    private sealed class ProviderProcess : IAsyncDisposable
    {
        private readonly Process process;

        private ProviderProcess(Process process) => this.process = process;

        public static async Task<ProviderProcess> StartAsync(string address, string data)
        {
            var start = new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    Path.Combine(AppContext.BaseDirectory, "ConsentRegistry.DevelopmentIdentity.dll"),
                    "--environment=Development",
                    $"--Identity:Address={address}",
                    $"--Identity:Consoles={RelyingParty.Address}",
                    $"--CONSENT_DATA={data}",
                },
                UseShellExecute = false,
                RedirectStandardOutput = true,
            };
            var provider = new ProviderProcess(Process.Start(start)!);
            // It says that it is up when it is.
            Assert.Equal(
                $"The identity provider for development is up: {address}",
                await provider.process.StandardOutput.ReadLineAsync(Cancellation)
            );
            return provider;
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
