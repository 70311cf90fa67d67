using Assembly = System.Reflection.Assembly;

namespace ConsentRegistry.Api.Tests.Architecture;

/// <summary>
/// Folders of a project refer to each other in one direction. A table lists, from top to bottom, what each folder uses,
/// and the compiled types are compared with it.
/// </summary>
public sealed class FolderTests
{
    public static TheoryData<string> Projects => new(Folders.ByProject.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_use_what_the_table_says_and_nothing_else(string project)
    {
        var allowed = Folders
            .ByProject[project]
            .Where(folder => !folder.IsFree)
            .SelectMany(folder => folder.Uses.Select(used => $"{folder.Name} -> {used}"))
            .Order(StringComparer.Ordinal);
        var free = Folders
            .ByProject[project]
            .Where(folder => folder.IsFree)
            .Select(folder => folder.Name)
            .ToHashSet(StringComparer.Ordinal);
        var found = References
            .In(AssemblyOf(project), project)
            .Where(edge => !free.Contains(edge.From))
            .Select(edge => $"{edge.From} -> {edge.To}")
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(allowed, found);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_folder_uses_only_folders_below_it(string project)
    {
        var folders = Folders.ByProject[project];
        var above = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            above.Add(folder.Name);
            Assert.DoesNotContain(folder.Uses, above.Contains);
        }
    }

    // A constant is compiled into what uses it, and leaves no trace of where it stood: only the source has it.
    [Theory]
    [MemberData(nameof(Projects))]
    public void A_source_file_names_only_folders_below_its_own(string project)
    {
        var order = Folders.ByProject[project].Select(folder => folder.Name).ToList();

        Assert.All(
            References.InSources(project),
            use =>
                Assert.True(
                    order.IndexOf(use.Edge.From) < order.IndexOf(use.Edge.To) && !IsOfFeatures(use.Edge),
                    $"{use.File}: {use.Edge}"
                )
        );

        static bool IsOfFeatures(References.Edge edge) =>
            edge.From.StartsWith("Features/", StringComparison.Ordinal)
            && edge.To.StartsWith("Features/", StringComparison.Ordinal);
    }

    [Fact]
    public void Source_files_are_read() =>
        Assert.Contains(
            References.InSources("ConsentRegistry.Api"),
            use => use.Edge == new References.Edge("Features/Checks", "Evaluation")
        );

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_table_has_every_folder(string project) =>
        Assert.Equal(
            References.FoldersOf(AssemblyOf(project), project).Order(StringComparer.Ordinal),
            Folders.ByProject[project].Select(folder => folder.Name).Order(StringComparer.Ordinal)
        );

    [Fact]
    public void No_feature_uses_another() =>
        Assert.All(
            Folders
                .ByProject["ConsentRegistry.Api"]
                .Where(folder => folder.Name.StartsWith("Features/", StringComparison.Ordinal)),
            folder => Assert.DoesNotContain(folder.Uses, used => used.StartsWith("Features/", StringComparison.Ordinal))
        );

    // The program has another name than its project.
    private static Assembly AssemblyOf(string project) =>
        Assembly.Load(project == "ConsentRegistry.Cli" ? "consent" : project);
}
