using System.Xml.Linq;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Console.Tests;

/// <summary>The console knows the registry by its client alone.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void The_console_refers_to_the_client_and_to_no_other_project()
    {
        var project = XDocument.Load(
            Path.Combine(Repository.Folder, "src", "ConsentRegistry.Console", "ConsentRegistry.Console.csproj")
        );

        Assert.Equal(
            ["../ConsentRegistry.Client/ConsentRegistry.Client.csproj"],
            project.Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value)
        );
        Assert.DoesNotContain(
            typeof(Components.App).Assembly.GetReferencedAssemblies(),
            assembly =>
                assembly.Name!.StartsWith("ConsentRegistry.", StringComparison.Ordinal)
                && assembly.Name != "ConsentRegistry.Client"
        );
    }
}
