using System.Globalization;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Tests;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Npgsql;

[assembly: AssemblyFixture(typeof(Stack))]

namespace ConsentRegistry.Console.Tests;

/// <summary>
/// Provider, registry and console as people start them, with a PostgreSQL of their own, and one browser. Tests share
/// them but no data: each uses creators of its own.
/// </summary>
public sealed class Stack : IAsyncLifetime
{
    /// <summary>Names the browser's program; Debian's place for it otherwise.</summary>
    private const string BrowserVariable = "CONSENT_CHROMIUM";

    // A page that takes longer is broken, however busy the machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] UsualBrowsers =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("consent-console-").FullName;
    private readonly int identityPort = LoopbackPort.Free();
    private readonly int registryPort = LoopbackPort.Free();
    private readonly int consolePort = LoopbackPort.Free();

    private PrivatePostgres? postgres;
    private ProgramProcess? identity;
    private ProgramProcess? registry;
    private ProgramProcess? console;
    private Hop? hop;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private HttpClient? http;

    // Registering 10,000 videos on a busy machine is among them.
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, string> sessions = new(StringComparer.Ordinal);
    private int creators;

    /// <summary>Where the console is.</summary>
    public Uri Address => new($"http://localhost:{consolePort}");

    /// <summary>Where screenshots go. The folder is not part of the repository.</summary>
    public static string Screenshots { get; } =
        Directory.CreateDirectory(Path.Combine(TestSupport.Repository.Folder, ".data", "screenshots")).FullName;

    /// <summary>The registry, for who may do everything.</summary>
    public ConsentRegistryClient Registry { get; private set; } = null!;

    /// <summary>What lies between console and registry.</summary>
    public Hop Hop => hop!;

    /// <summary>The browser; a test that needs it is skipped where none is installed.</summary>
    public IBrowser Browser
    {
        get
        {
            Assert.SkipWhen(browser is null, $"No Chromium is installed; {BrowserVariable} may name one.");
            return browser;
        }
    }

    /// <summary>A name for a new creator, who signs in as <c>creator-…</c>.</summary>
    public string NewName() => "test" + Interlocked.Increment(ref creators).ToString(CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var data = Path.Combine(folder, "data");
        identity = ProgramProcess.Start(
            "ConsentRegistry.DevelopmentIdentity",
            [],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["CONSENT_DATA"] = data,
                ["Identity__Address"] = $"http://localhost:{identityPort}",
                ["Identity__Consoles"] = Address.GetLeftPart(UriPartial.Authority),
            }
        );
        await identity.WaitForAsync(
            new($"http://localhost:{identityPort}/.well-known/openid-configuration"),
            cancellation
        );
        postgres = await PrivatePostgres.StartAsync(Path.Combine(folder, "server"), NullLogger.Instance, cancellation);
        await StartRegistryAsync();
        var token = (await RunRegistryAsync("token", "admin")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        var sending = new AccessTokenHandler(_ => ValueTask.FromResult(token.Trim()), new SocketsHttpHandler());
        http = new(new RetryHandler(LongestCall, sending)) { BaseAddress = new($"http://127.0.0.1:{registryPort}") };
        Registry = new(http);
        var database = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "console" };
        hop = await Hop.StartAsync(new($"http://127.0.0.1:{registryPort}"), cancellation);
        console = ProgramProcess.Start(
            "ConsentRegistry.Console",
            [$"--urls={Address}"],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Console__Registry"] = hop.Address,
                ["Console__Authority"] = $"http://localhost:{identityPort}",
                ["Console__ClientSecret"] = "consent-console-development",
                ["Console__Database"] = database.ConnectionString,
            }
        );
        await console.WaitForAsync(new(Address, "/health/live"), cancellation);
        await OpenBrowserAsync();
    }

    /// <summary>A browser of one person, with nothing in common with others.</summary>
    /// <param name="mode">How they look at pages.</param>
    /// <param name="session">What another browser of the same person kept, for who is signed in already.</param>
    public async Task<IPage> OpenAsync(Mode? mode = null, string? session = null)
    {
        mode ??= Mode.Usual;
        var context = await Browser.NewContextAsync(
            new()
            {
                BaseURL = Address.AbsoluteUri,
                JavaScriptEnabled = mode.HasScripts,
                ColorScheme = mode.IsDark ? ColorScheme.Dark : ColorScheme.Light,
                Locale = mode.Language,
                StorageState = session,
                TimezoneId = "Europe/Berlin",
                ViewportSize = new() { Width = mode.Width, Height = 900 },
            }
        );
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return await context.NewPageAsync();
    }

    /// <summary>Signs a new creator in, and goes to their first page.</summary>
    /// <returns>The creator's id.</returns>
    public async Task<string> SignInAsNewCreatorAsync(IPage page, string? name = null)
    {
        name ??= NewName();
        await page.GotoAsync("/sign-in");
        await page.Locator("#name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in as a new creator" }).ClickAsync();
        await page.WaitForURLAsync($"{Address.GetLeftPart(UriPartial.Authority)}/**");
        return $"creator-{name}";
    }

    /// <summary>Signs in as one of the people whom the provider knows.</summary>
    public async Task SignInAsync(IPage page, string person)
    {
        await page.GotoAsync("/sign-in");
        await page.Locator($"button[value='{person}']").ClickAsync();
        await page.WaitForURLAsync($"{Address.GetLeftPart(UriPartial.Authority)}/**");
    }

    /// <summary>
    /// What a browser keeps of somebody who has signed in: the same session for every test that only looks at pages.
    /// </summary>
    /// <param name="person">One of the people whom the provider knows, or the name of a new creator.</param>
    public async Task<string> SessionOfAsync(string person)
    {
        if (sessions.TryGetValue(person, out var known))
            return known;
        var page = await OpenAsync();
        if (person.Contains('-', StringComparison.Ordinal))
            await SignInAsync(page, person);
        else
            await SignInAsNewCreatorAsync(page, person);
        var session = await page.Context.StorageStateAsync();
        await page.Context.CloseAsync();
        return sessions[person] = session;
    }

    /// <summary>
    /// Has the registry's database look at what it holds, as it does by itself a minute after very much has come.
    /// </summary>
    public async Task AnalyzeAsync()
    {
        await using var connection = new NpgsqlConnection(postgres!.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the registry, as a crash does.</summary>
    public async Task StopRegistryAsync()
    {
        await registry!.DisposeAsync();
        registry = null;
    }

    /// <summary>Starts the registry again.</summary>
    public async Task StartRegistryAsync()
    {
        registry = ProgramProcess.Start(
            "ConsentRegistry.Api",
            [$"--urls=http://127.0.0.1:{registryPort}"],
            RegistryEnvironment
        );
        await registry.WaitForAsync(
            new($"http://127.0.0.1:{registryPort}/health/ready"),
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        if (hop is not null)
            await hop.DisposeAsync();
        foreach (var program in new[] { console, registry, identity })
        {
            if (program is not null)
                await program.DisposeAsync();
        }
        if (postgres is not null)
            await postgres.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Dictionary<string, string> RegistryEnvironment =>
        new(StringComparer.Ordinal)
        {
            ["CONSENT_DATA"] = Path.Combine(folder, "data"),
            ["ConnectionStrings__Registry"] = postgres!.ConnectionString,
            ["Tokens__Authority"] = $"http://localhost:{identityPort}",
            // A change of very many videos is not followed by minutes of waiting.
            ["RateLimits__ChangesPerSecond"] = "5000",
            ["Tokens__Claims__Client"] = "requester client_id",
        };

    private async Task<string> RunRegistryAsync(params string[] arguments)
    {
        await using var program = ProgramProcess.Start("ConsentRegistry.Api", arguments, RegistryEnvironment);
        return await program.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private async Task OpenBrowserAsync()
    {
        var program = Environment.GetEnvironmentVariable(BrowserVariable) ?? Array.Find(UsualBrowsers, File.Exists);
        if (program is null)
            return;
        playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = program,
                Args =
                [
                    // As root the browser's own sandbox cannot be had.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
    }
}
