using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>Nothing that is delivered contains the provider.</summary>
public sealed partial class DeliveryTests
{
    private const string Name = "ConsentRegistry.DevelopmentIdentity";

    private static readonly string Sources = Path.Combine(Repository.Folder, "src");

    [Fact]
    public void No_other_project_of_the_sources_refers_to_it_or_has_its_packages()
    {
        var others = Directory
            .EnumerateFiles(Sources, "*.csproj", SearchOption.AllDirectories)
            .Where(project => Path.GetFileNameWithoutExtension(project) != Name)
            .ToList();
        Assert.Contains(others, project => Path.GetFileName(project) == "ConsentRegistry.Api.csproj");
        foreach (var project in others)
        {
            Assert.DoesNotContain(Name, File.ReadAllText(project), StringComparison.OrdinalIgnoreCase);
            // With what is referred to, and what that refers to.
            var locked = File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"));
            Assert.NotNull(JsonNode.Parse(locked)!["dependencies"]);
            foreach (var word in new[] { Name, "OpenIddict", "Sqlite" })
                Assert.DoesNotContain(word, locked, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void It_refers_to_no_project_and_is_neither_packed_nor_published()
    {
        var project = File.ReadAllText(Path.Combine(Sources, Name, $"{Name}.csproj"));

        Assert.DoesNotContain("ProjectReference", project, StringComparison.Ordinal);
        Assert.Contains("<IsPackable>false</IsPackable>", project, StringComparison.Ordinal);
        Assert.Contains("<IsPublishable>false</IsPublishable>", project, StringComparison.Ordinal);
    }

    [Fact]
    public void No_image_copies_it()
    {
        var images = Directory.EnumerateFiles(Repository.Folder, "Dockerfile*").ToList();
        Assert.NotEmpty(images);
        foreach (var line in images.SelectMany(File.ReadAllLines))
        {
            Assert.DoesNotContain(Name, line, StringComparison.OrdinalIgnoreCase);
            if (!Copy().IsMatch(line) || line.Contains("--from=", StringComparison.Ordinal))
                continue;
            // One by one: nothing that holds all sources.
            foreach (var source in line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
                Assert.True(
                    File.Exists(Path.Combine(Repository.Folder, source)) || CopiedProject().IsMatch(source),
                    $"{line} may copy the provider."
                );
        }
    }

    [Fact]
    public void Dev_pack_does_not_name_it()
    {
        var dev = File.ReadAllText(Path.Combine(Repository.Folder, "dev"));
        var pack = Pack().Match(dev);

        Assert.True(pack.Success);
        Assert.Contains("dotnet pack", pack.Value, StringComparison.Ordinal);
        foreach (var word in new[] { "DevelopmentIdentity", "ConsentRegistry.sln", "src/*" })
            Assert.DoesNotContain(word, pack.Value, StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"^\s*(COPY|ADD)\s",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Copy();

    [GeneratedRegex(@"^src/ConsentRegistry\.[A-Za-z.]+/$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex CopiedProject();

    [GeneratedRegex(@"\n  pack\)\n.*?\n    ;;\n", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Pack();
}
