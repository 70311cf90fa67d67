using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using ConsentRegistry.TestSupport;
using YamlDotNet.RepresentationModel;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>Every container of the compose file is confined, and takes no more than its share of the machine.</summary>
public sealed class ContainerFileTests
{
    public static TheoryData<string> Services => new(Compose("services").Children.Keys.Select(key => key.ToString()));

    [Theory]
    [MemberData(nameof(Services))]
    public void A_container_changes_nothing_gains_nothing_and_has_limits(string name)
    {
        var service = (YamlMappingNode)Compose("services")[name];

        Assert.Equal("true", Text("read_only"));
        Assert.Equal(["ALL"], Texts("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Texts("security_opt"));
        Assert.Equal(Text("mem_limit"), Text("memswap_limit"));
        Assert.True(int.Parse(Text("pids_limit"), System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.False(Has("privileged"));
        Assert.False(Has("network_mode"));
        Assert.False(Has("pid"));
        // Images that are not built here can be pinned by digest.
        if (!Has("build"))
            Assert.Matches(@"^\$\{[A-Z]+_IMAGE:-", Text("image"));

        bool Has(string key) => TryFind(service, key, out _);
        string Text(string key) => Find(service, key).ToString();
        IEnumerable<string> Texts(string key) => ((YamlSequenceNode)Find(service, key)).Select(one => one.ToString());
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Each_file_that_a_service_is_told_to_read_is_mounted(string name)
    {
        var service = (YamlMappingNode)Compose("services")[name];
        var mounted = TryFind(service, "volumes", out var volumes)
            ? ((YamlSequenceNode)volumes).Select(volume => volume.ToString()).ToList()
            : [];

        Assert.All(
            SettingsOf(service).Where(value => value.StartsWith("/run/", StringComparison.Ordinal)),
            file => Assert.Contains(mounted, volume => volume.EndsWith($":{file}:ro", StringComparison.Ordinal))
        );
    }

    private static IEnumerable<string> SettingsOf(YamlMappingNode service) =>
        TryFind(service, "environment", out var environment) ? ValuesOf((YamlMappingNode)environment) : [];

    // With what "<<" takes over.
    private static IEnumerable<string> ValuesOf(YamlMappingNode settings) =>
        settings.Children.SelectMany(one =>
            one.Value is YamlMappingNode merged ? ValuesOf(merged) : [one.Value.ToString()]
        );

    [Fact]
    public void The_database_and_the_metrics_are_reached_from_nowhere_else()
    {
        foreach (var network in new[] { "database", "observability" })
            Assert.Equal("true", ((YamlMappingNode)Compose("networks")[network])["internal"].ToString());
        Assert.False(TryFind((YamlMappingNode)Compose("services")["postgres"], "ports", out _));
    }

    [Fact]
    public void Known_vulnerabilities_of_packages_are_reported()
    {
        var properties = XDocument.Load(Path.Combine(Repository.Folder, "Directory.Build.props"));
        Assert.Equal("true", properties.Descendants("NuGetAudit").Single().Value);
    }

    private static YamlMappingNode Compose(string part)
    {
        using var file = File.OpenText(Path.Combine(Repository.Folder, "docker-compose.yml"));
        var yaml = new YamlStream();
        yaml.Load(file);
        return (YamlMappingNode)((YamlMappingNode)yaml.Documents[0].RootNode)[part];
    }

    private static YamlNode Find(YamlMappingNode service, string key) =>
        TryFind(service, key, out var value) ? value : throw new InvalidOperationException($"There is no {key}.");

    // "<<" takes over what an anchor has, and what stands beside it comes before that.
    private static bool TryFind(YamlMappingNode service, string key, [NotNullWhen(true)] out YamlNode? value) =>
        service.Children.TryGetValue(key, out value)
        || (service.Children.TryGetValue("<<", out var merged) && TryFind((YamlMappingNode)merged, key, out value));
}
