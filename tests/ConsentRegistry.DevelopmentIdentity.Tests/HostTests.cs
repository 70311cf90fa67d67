using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>Where the provider starts and where not, what it keeps, and what a restart changes.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly Provider provider = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    [InlineData("development-eu")]
    public async Task It_starts_in_Development_only(string environment)
    {
        var refusal = await RefusalAsync($"--environment={environment}", $"--CONSENT_DATA={provider.Data}");

        Assert.Equal(
            "This identity provider starts in Development only, because anybody may be anybody here. "
                + $"ASPNETCORE_ENVIRONMENT is {environment}.",
            refusal
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(provider.Data));
    }

    [Theory]
    [InlineData("Identity:Address", "http://0.0.0.0:5070")]
    [InlineData("Identity:Address", "http://192.0.2.1:5070")]
    [InlineData("Identity:Address", "http://identity.example:5070")]
    [InlineData("Identity:Address", "http://localhost.identity.example:5070")]
    [InlineData("Identity:Address", "http://*:5070")]
    [InlineData("Identity:Address", "https://localhost:5070")]
    [InlineData("Identity:Address", "http://localhost:5070/path")]
    [InlineData("Identity:Address", "http://user@localhost:5070")]
    [InlineData("Identity:Address", "localhost:5070")]
    [InlineData("Identity:Consoles", "http://localhost:5090 http://console.example")]
    [InlineData("Identity:Consoles", "http://localhost:5090/?next=1")]
    [InlineData("Identity:Consoles", "javascript:alert(1)")]
    [InlineData(
        "Identity:Consoles",
        "http://[::1]:1 http://[::1]:2 http://[::1]:3 http://[::1]:4 http://[::1]:5 "
            + "http://[::1]:6 http://[::1]:7 http://[::1]:8 http://[::1]:9"
    )]
    [InlineData("Identity:AccessTokenSeconds", "0")]
    [InlineData("Identity:AccessTokenSeconds", "86401")]
    [InlineData("Identity:AccessTokenSeconds", "-1")]
    [InlineData("Identity:SessionMinutes", "soon")]
    public async Task A_setting_that_is_not_of_this_machine_or_cannot_be_read_is_named_in_one_line(
        string key,
        string value
    )
    {
        var refusal = await RefusalAsync(
            "--environment=Development",
            $"--CONSENT_DATA={provider.Data}",
            $"--{key}={value}"
        );

        Assert.StartsWith($"{key} ", refusal, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(provider.Data));
    }

    [Fact]
    public void Settings_have_defaults_and_empty_ones_are_not_given()
    {
        var settings = IdentitySettings.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection(IdentitySettings.Keys.Select(key => KeyValuePair.Create(key, (string?)" ")))
                .Build(),
            new Host("Development")
        );

        Assert.Equal("http://localhost:5070/", settings.Address.ToString());
        Assert.Equal(["http://localhost:5090/"], settings.Consoles.Select(console => console.ToString()));
        Assert.Equal(
            ("consent-registry", TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)),
            (settings.Audience, settings.AccessTokens, settings.Session)
        );
        Assert.Equal(Path.Combine(Repository.Folder, ".data", "identity"), settings.Folder);
    }

    [Fact]
    public void The_page_on_configuration_lists_every_setting_and_no_other()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "reference", "configuration.md"));
        var rows = page.Split('\n')
            .Where(line => line.StartsWith("| `Identity__", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);

        Assert.Equal(
            IdentitySettings
                .Keys.Where(key => key.StartsWith("Identity:", StringComparison.Ordinal))
                .Select(key => key.Replace(":", "__", StringComparison.Ordinal)),
            rows
        );
    }

    [Fact]
    public async Task It_listens_on_loopback_only_whatever_else_the_environment_says()
    {
        var address = $"http://localhost:{LoopbackPort.Free()}";
        await using var app = await IdentityHost.StartAsync([
            "--environment=Development",
            $"--CONSENT_DATA={provider.Data}",
            $"--Identity:Address={address}",
            "--urls=http://0.0.0.0:0",
            "--http_ports=0",
            "--Kestrel:Endpoints:Other:Url=http://0.0.0.0:0",
        ]);

        Assert.Equal(
            [address],
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
        );
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named_in_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";

        // In a process of its own, where the log has the same way out.
        using var process = Process.Start(
            new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    Path.Combine(AppContext.BaseDirectory, "ConsentRegistry.DevelopmentIdentity.dll"),
                    "--environment=Development",
                    $"--CONSENT_DATA={provider.Data}",
                    $"--Identity:Address={address}",
                },
                UseShellExecute = false,
                RedirectStandardError = true,
            }
        )!;
        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(
            (
                1,
                $"The identity provider cannot listen at {address}. Stop the program that listens there, or set "
                    + "Identity__Address.\n"
            ),
            (process.ExitCode, error)
        );
    }

    [Theory]
    [InlineData("signing-key.pem", "nonsense")]
    [InlineData("signing-key.pem", "")]
    [InlineData("encryption.key", "short")]
    public async Task A_key_that_is_damaged_is_named_in_one_line(string name, string content)
    {
        var file = Path.Combine(Directory.CreateDirectory(provider.Folder).FullName, name);
        await File.WriteAllTextAsync(file, content, Cancellation);

        Assert.Equal(
            $"The key '{file}' is damaged; delete it to have a new one made.",
            await RefusalAsync("--environment=Development", $"--CONSENT_DATA={provider.Data}")
        );
    }

    [Fact]
    public async Task A_restart_signs_nobody_out_and_what_is_kept_is_its_owner_s_alone()
    {
        await provider.InitializeAsync();
        using var browser = new Browser(provider.Address);
        using var console = new RelyingParty(provider.Address);
        var first = await console.RedeemAsync(await console.SignInAsync(browser, "creator-maria"));
        var code = RelyingParty.CodeOf(await browser.GetAsync(console.Question()));
        await provider.RestartAsync();

        Assert.Equal("creator-maria", (await console.ProveAsync(first.Access, "consent-registry")).Subject);
        var second = await console.RefreshAsync(first.Refresh);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal(HttpStatusCode.OK, (await console.RedeemAsync(code)).Status);
        RelyingParty.CodeOf(await browser.GetAsync(console.Question()));
        // Nor is anything forgotten that was used up.
        Assert.Equal("invalid_grant", (await console.RefreshAsync(first.Refresh)).Error);
        Assert.Equal("invalid_grant", (await console.RefreshAsync(second.Refresh)).Error);

        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (
            var entry in Directory
                .EnumerateFileSystemEntries(provider.Folder, "*", SearchOption.AllDirectories)
                .Append(provider.Folder)
        )
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & Others);
    }

    [Fact]
    public async Task Tokens_have_the_audience_and_the_lifetime_that_are_set()
    {
        await using var other = new Provider
        {
            Settings = ["--Identity:AccessTokenSeconds=7", "--Tokens:Audience=somebody-else"],
        };
        await other.InitializeAsync();
        using var browser = new Browser(other.Address);
        using var console = new RelyingParty(other.Address);
        var tokens = await console.RedeemAsync(await console.SignInAsync(browser, "auditor-ada"));

        var access = await console.ProveAsync(tokens.Access, "somebody-else");
        Assert.Equal(TimeSpan.FromSeconds(7), access.ValidTo - access.IssuedAt);
        Assert.InRange((int)tokens.Body["expires_in"]!, 1, 7);
    }

    private static async Task<string> RefusalAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        Assert.Equal(1, await IdentityHost.RunAsync(args, output, error));
        Assert.Empty(output.ToString());
        return Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Host(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
