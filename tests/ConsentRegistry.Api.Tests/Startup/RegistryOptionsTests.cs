using ConsentRegistry.Api.Startup;
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
    [InlineData("DataProtection:KeyRing", "")]
    [InlineData("Log:Origin", "two words")]
    [InlineData("RateLimits:ChangesPerSecond", "0")]
    [InlineData("RateLimits:ChangesPerSecond", "many")]
    public void What_is_missing_or_wrong_in_production_is_named_and_not_quoted(string key, string value)
    {
        var refusal = Assert.Throws<StartupException>(() => Read("Production", (key, value)));

        Assert.StartsWith(key, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_issuer_without_TLS_is_for_Development() =>
        Assert.Equal("http://localhost:8080", Read("Development", ("Tokens:Authority", "http://localhost:8080")).Authority);

    [Fact]
    public void An_address_without_TLS_is_for_Development() =>
        Assert.Equal("http://localhost:5080", Read("Development", ("PublicUrl", "http://localhost:5080")).PublicUrl);

    private static RegistryOptions Read(string environment, params (string Key, string Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Sound, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
            settings[key] = value;
        return RegistryOptions.From(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new SomeHost(environment));
    }

    private sealed class SomeHost(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
