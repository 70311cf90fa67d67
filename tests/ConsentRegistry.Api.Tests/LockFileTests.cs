using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests;

/// <summary>What is restored is what was tried: by hash, wherever it comes from.</summary>
public sealed class LockFileTests
{
    [Fact]
    public void Every_project_locks_its_packages_by_hash_and_names_no_host_to_get_them_from()
    {
        // The solution's: what ./dev contract compiles is made anew each time.
        var solution = File.ReadAllText(Path.Combine(Repository.Folder, "ConsentRegistry.sln"));
        var projects = new[] { "src", "tests", "examples" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(
                    Path.Combine(Repository.Folder, folder),
                    "*.csproj",
                    SearchOption.AllDirectories
                )
            )
            .Where(project => solution.Contains(Path.GetFileName(project), StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"));
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
            var packages = JsonNode.Parse(text)!["dependencies"]!
                .AsObject()
                .SelectMany(framework => framework.Value!.AsObject())
                .Where(package => (string?)package.Value!["type"] != "Project");
            Assert.All(packages, package => Assert.NotNull((string?)package.Value!["contentHash"]));
        }
    }

    [Fact]
    public void New_versions_of_every_npm_package_are_looked_for()
    {
        var folders = new[] { "src", "tests", "examples" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(
                    Path.Combine(Repository.Folder, folder),
                    "package-lock.json",
                    SearchOption.AllDirectories
                )
            )
            .Where(file => !file.Contains("/node_modules/", StringComparison.Ordinal))
            .Select(file => '/' + Path.GetRelativePath(Repository.Folder, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal);
        var listed = Assert.Single(
            Documented.Text(".github/dependabot.yml").Split('\n'),
            line => line.Contains("directories:", StringComparison.Ordinal)
        );

        Assert.Equal($"    directories: [{string.Join(", ", folders)}]", listed);
    }
}
