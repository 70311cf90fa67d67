using ConsentRegistry.Api.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace ConsentRegistry.Api.Tests.Startup;

public sealed class RegistryOptionsTests
{
    private const string Password = "one;two";

    private static readonly Dictionary<string, string?> Sound = new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:Registry"] = "Host=db;Username=registry",
        ["Tokens:Authority"] = "https://issuer.example",
        ["PublicUrl"] = "https://registry.example/",
        ["Log:Origin"] = "registry.example/log",
        ["Log:KeyFile"] = "/run/log-keys.json",
        ["Integrity:KeyFile"] = "/run/integrity.key",
        ["DataProtection:KeyRing"] = "/run/key-ring",
    };

    [Fact]
    public void What_production_needs_is_enough()
    {
        var options = Read("Production");

        Assert.Equal("consent-registry", options.Audience);
        Assert.Equal(50, options.ChangesPerSecond);
        Assert.Equal("https://registry.example", options.PublicUrl);
    }

    [Theory]
    [InlineData("ConnectionStrings:Registry", "")]
    [InlineData("ConnectionStrings:Registry", "Host=db;Password=" + Password)]
    [InlineData("Tokens:Authority", "")]
    [InlineData("Tokens:Authority", "http://issuer.example")]
    [InlineData("Tokens:Authority", "issuer.example")]
    [InlineData("PublicUrl", "")]
    [InlineData("PublicUrl", "http://registry.example")]
    [InlineData("PublicUrl", "registry.example")]
    [InlineData("PublicUrl", "https://registry.example?one=two")]
    [InlineData("PublicUrl", "https://one:two@registry.example")]
    [InlineData("Log:KeyFile", "")]
    [InlineData("Integrity:KeyFile", "")]
    [InlineData("DataProtection:KeyRing", "")]
    [InlineData("Log:Origin", "two words")]
    [InlineData("RateLimits:ChangesPerSecond", "0")]
    [InlineData("RateLimits:ChangesPerSecond", "many")]
    [InlineData("Shutdown:DrainSeconds", "301")]
    [InlineData("Shutdown:DrainSeconds", "-1")]
    [InlineData("Shutdown:DrainSeconds", "soon")]
    [InlineData("Tokens:Claims:Subject", "one two")]
    [InlineData("Tokens:Claims:Creators", "one two")]
    [InlineData("Tokens:Claims:Client", "1 2 3 4 5 6 7 8 two")]
    [InlineData("Tokens:Claims:Client", "azp iss")]
    [InlineData("Tokens:Claims:Scope", "nonce")]
    [InlineData("DecisionLog:To", "otlp")]
    public void What_is_missing_or_wrong_in_production_is_named_and_not_quoted(string key, string value)
    {
        var refusal = Assert.Throws<StartupException>(() => Read("Production", (key, value)));

        Assert.StartsWith(key, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_stopped_slowly_in_production_and_at_once_in_Development()
    {
        Assert.Equal(TimeSpan.FromSeconds(10), Read("Production").Drain.Time);
        Assert.Equal(TimeSpan.Zero, Read("Development").Drain.Time);
        Assert.Equal(TimeSpan.FromSeconds(300), Read("Production", ("Shutdown:DrainSeconds", "300")).Drain.Time);
    }

    [Theory]
    [InlineData("Development", "Notifications:AllowLoopback", "", true, null)]
    [InlineData("Development", "Notifications:AllowLoopback", "false", false, null)]
    [InlineData("Production", "Notifications:AllowLoopback", "", false, null)]
    [InlineData("Production", "Notifications:AllowLoopback", "false", false, null)]
    [InlineData("Production", "Notifications:AllowLoopback", "true", false, "Development only")]
    [InlineData("Development", "Notifications:AllowLoopback", "yes", false, "true or false")]
    [InlineData("Production", "Notifications:RetryScale", "0.5", false, "Development only")]
    [InlineData("Production", "Notifications:RetryScale", "1", false, null)]
    [InlineData("Development", "Notifications:RetryScale", "0", false, "a number from 0.0001 to 1.")]
    [InlineData("Development", "Notifications:RetryScale", "2", false, "a number from")]
    [InlineData("Development", "Notifications:RetryScale", "NaN", false, "a number from")]
    [InlineData("Development", "Notifications:KeepDays", "6", false, "a number of days from 7 to 3650.")]
    [InlineData("Development", "Notifications:KeepDays", "7", true, null)]
    [InlineData("Production", "Replica:Fence", "off", false, "Development only")]
    [InlineData("Development", "Replica:Fence", "off", true, null)]
    [InlineData("Development", "Replica:Fence", "false", false, "on or off")]
    [InlineData("Development", "Replica:DeltaMs", "499", false, "milliseconds from 500 to 10000.")]
    [InlineData("Development", "Approvals:OpenDays", "0", false, "a whole number from 1 to 3650.")]
    [InlineData("Development", "Recalls:StopWithinHours", "-1", false, "a whole number from 0 to 8760.")]
    [InlineData("Development", "DecisionLog:To", "nowhere", false, "off, file or otlp.")]
    [InlineData("Development", "DecisionLog:Share", "1.01", false, "a number from 0 to 1.")]
    [InlineData("Development", "DecisionLog:Share", "NaN", false, "a number from 0 to 1.")]
    [InlineData("Development", "DecisionLog:FileMegabytes", "0", false, "megabytes, from 1 to 10000.")]
    [InlineData("Development", "DecisionLog:Files", "0", false, "a whole number, from 1 to 10000.")]
    [InlineData("Development", "DecisionLog:Ids", "hidden", false, "pseudonyms or plain.")]
    [InlineData("Development", "RateLimits:StopsPerSecond", "99999999999", false, "a whole number, at least 1.")]
    [InlineData("Development", "Log:WitnessIntervalSeconds", "9", false, "a whole number of seconds from 10 to 3600.")]
    [InlineData("Development", "Log:WitnessIntervalSeconds", "3601", false, "a whole number of seconds from 10 to")]
    public void A_value_out_of_range_or_unsafe_is_refused_with_what_is_expected(
        string environment,
        string key,
        string value,
        bool allowsLoopback,
        string? refusal
    )
    {
        if (refusal is null)
        {
            Assert.Equal(allowsLoopback, Read(environment, (key, value)).Notifications.AllowLoopback);
            return;
        }
        var message = Assert.Throws<StartupException>(() => Read(environment, (key, value))).Message;
        Assert.StartsWith($"{key} is ", message, StringComparison.Ordinal);
        Assert.Contains(refusal, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_that_is_no_text_says_what_it_takes_when_it_cannot_be_read()
    {
        string[] texts =
        [
            "ConnectionStrings:",
            "Tokens:",
            "Log:",
            "DataProtection:",
            "PublicUrl",
            RegistryOptions.DataVariable,
        ];
        var keys = typeof(KeySettings).GetProperties().Select(property => $":{property.Name}").ToList();
        var others = RegistrySettings
            .Keys.Where(key =>
                key != "DecisionLog:File"
                && !texts.Any(text => key.StartsWith(text, StringComparison.Ordinal))
                && !keys.Exists(name => key.EndsWith(name, StringComparison.Ordinal))
            )
            .ToList();
        Assert.NotEmpty(others);
        foreach (var key in others)
        {
            foreach (var value in new[] { "nonsense", "1e9999", "1,5", "-0.5" })
                Assert.StartsWith(
                    $"{key} is ",
                    Assert.Throws<StartupException>(() => Read("Development", (key, value))).Message,
                    StringComparison.Ordinal
                );
        }
    }

    [Fact]
    public void What_is_empty_is_not_given()
    {
        var empty = RegistrySettings.Keys.Where(key => !Sound.ContainsKey(key)).Select(key => (key, " ")).ToArray();
        var (given, usual) = (Read("Production", empty), Read("Production"));
        Assert.Equal(
            (usual.Replica, usual.Notifications, usual.Approvals, usual.Recalls, usual.ChangeRates),
            (given.Replica, given.Notifications, given.Approvals, given.Recalls, given.ChangeRates)
        );
    }

    [Fact]
    public void Pseudonyms_in_the_log_of_decisions_need_a_key_in_production()
    {
        var refusal = Assert.Throws<StartupException>(() => Read("Production", ("DecisionLog:To", "file")));
        Assert.StartsWith("DecisionLog:KeyFile, ", refusal.Message, StringComparison.Ordinal);
        Assert.True(Read("Production", ("DecisionLog:To", "file"), ("DecisionLog:Ids", "plain")).DecisionLog.IsOn);
        Assert.True(
            Read("Production", ("DecisionLog:To", "file"), ("DecisionLog:KeyFile", "/run/key")).DecisionLog.HidesIds
        );
        Assert.False(Read("Production").DecisionLog.IsOn);
    }

    [Fact]
    public void Claims_have_the_names_of_RFC_9068_unless_they_are_given_others()
    {
        Assert.Equal(("sub", "client_id", "scope", "creators"), Names(Read("Production")));
        Assert.Equal(
            ("oid", "azp appid", "scp roles", "https://registry.example/creators"),
            Names(
                Read(
                    "Production",
                    ("Tokens:Claims:Subject", "oid"),
                    ("Tokens:Claims:Client", " azp  appid"),
                    ("Tokens:Claims:Scope", "scp roles"),
                    ("Tokens:Claims:Creators", "https://registry.example/creators")
                )
            )
        );

        static (string, string, string, string) Names(RegistryOptions options) =>
            (
                options.Claims.Subject,
                string.Join(' ', options.Claims.Clients),
                string.Join(' ', options.Claims.Scopes),
                options.Claims.Creators
            );
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080/realms/one")]
    [InlineData("http://[::1]:8080")]
    public void An_issuer_without_TLS_is_for_Development_and_on_this_machine(string address)
    {
        Assert.Equal(address, Read("Development", ("Tokens:Authority", address)).Authority);
        Assert.Throws<StartupException>(() => Read("Production", ("Tokens:Authority", address)));
        Assert.Throws<StartupException>(() => Read("Staging", ("Tokens:Authority", address)));
    }

    [Theory]
    [InlineData("http://issuer.example")]
    [InlineData("http://192.0.2.1:8080")]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://localhost.issuer.example")]
    [InlineData("http://localhost@issuer.example")]
    [InlineData("ftp://localhost")]
    [InlineData("localhost:8080")]
    public void An_issuer_elsewhere_without_TLS_is_refused_in_Development_too(string address) =>
        Assert.Equal(
            "Tokens:Authority is an https address, or in Development an http address of this machine.",
            Assert.Throws<StartupException>(() => Read("Development", ("Tokens:Authority", address))).Message
        );

    [Fact]
    public void An_address_without_TLS_is_for_Development() =>
        Assert.Equal("http://localhost:5080", Read("Development", ("PublicUrl", "http://localhost:5080")).PublicUrl);

    [Theory]
    [InlineData("Token:Audience", "Token__Audience is not a setting of this host: is Tokens__Audience meant?")]
    [InlineData("Tokens:Audiance", "Tokens__Audiance is not a setting of this host: is Tokens__Audience meant?")]
    [InlineData("TOKENS:AUDIENZ", "TOKENS__AUDIENZ is not a setting of this host: is Tokens__Audience meant?")]
    [InlineData("Tokens:Whatever", "Tokens__Whatever is not a setting of this host: there are Tokens__")]
    [InlineData(
        "Recall:StopWithinHours",
        "Recall__StopWithinHours is not a setting of this host: is Recalls__StopWithinHours meant?"
    )]
    [InlineData("Replica:DeltaMs:1", "Replica__DeltaMs__1 is not a setting of this host: is Replica__DeltaMs meant?")]
    public void A_misspelt_key_is_refused_and_the_setting_that_is_meant_is_named(string key, string message)
    {
        foreach (var environment in new[] { "Production", "Development" })
            Assert.StartsWith(
                message,
                Assert.Throws<StartupException>(() => Read(environment, (key, "some value"))).Message,
                StringComparison.OrdinalIgnoreCase
            );
    }

    [Fact]
    public void A_misspelt_key_is_named_before_the_one_that_is_missing() =>
        Assert.StartsWith(
            "Token__Authority",
            Assert
                .Throws<StartupException>(() =>
                    Read("Production", ("Tokens:Authority", ""), ("Token:Authority", "https://issuer.example"))
                )
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Keys_of_other_programs_are_none_of_the_host_s_business()
    {
        var options = Read(
            "Production",
            ("PATH", "/bin"),
            ("LOGNAME", "root"),
            ("LOG_LEVEL", "info"),
            ("PUBLIC_URL", "https://other.example"),
            ("Logging:LogLevel:Default", "Debug"),
            ("Serilog:MinimumLevel:Default", "Debug"),
            ("Kestrel:Limits:MaxRequestBodySize", "1"),
            ("ConnectionStrings:Other", "Host=other"),
            ("urls", "http://localhost")
        );
        Assert.Empty(options.Warnings);
    }

    [Theory]
    [InlineData("PUBLIC_URL", "PublicUrl")]
    [InlineData("Tokens_Audience", "Tokens__Audience")]
    [InlineData("CONSENT_DATE", "CONSENT_DATA")]
    public void A_key_outside_any_section_that_may_be_meant_for_a_setting_is_warned_of(string key, string meant)
    {
        var options = Read("Development", (key, "some value"), ("PublicUrl", ""));
        Assert.Equal([$"{key} is not a setting of this host: is {meant} meant?"], options.Warnings);
    }

    private static RegistryOptions Read(string environment, params (string Key, string Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Sound, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
            settings[key] = value;
        return RegistryOptions.From(
            new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
            new SomeHost(environment)
        );
    }

    private sealed class SomeHost(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
