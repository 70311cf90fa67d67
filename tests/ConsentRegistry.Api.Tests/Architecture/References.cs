using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ConsentRegistry.TestSupport;
using Assembly = System.Reflection.Assembly;

namespace ConsentRegistry.Api.Tests.Architecture;

/// <summary>Which folders of an assembly use which, read from its compiled types. A namespace is its folder.</summary>
internal static partial class References
{
    private static readonly ConcurrentDictionary<Assembly, ArchUnitNET.Domain.Architecture> Loaded = new();

    /// <summary>A folder, and one that it uses.</summary>
    public readonly record struct Edge(string From, string To);

    /// <summary>The folders that have types.</summary>
    public static IReadOnlyList<string> FoldersOf(Assembly assembly, string project) =>
        [.. TypesOf(assembly, project).Select(type => FolderOf(type, project)).Distinct()];

    /// <summary>The edges between folders, each once.</summary>
    public static IReadOnlyList<Edge> In(Assembly assembly, string project) =>
        [
            .. TypesOf(assembly, project)
                .SelectMany(type =>
                    type.Dependencies.Where(one => one.Target is not GenericParameter && IsOf(one.Target, project))
                        .Select(one => new Edge(FolderOf(type, project), FolderOf(one.Target, project)))
                )
                .Where(edge => edge.From != edge.To)
                .Distinct(),
        ];

    /// <summary>The edges that using directives make, with their files.</summary>
    public static IReadOnlyList<(string File, Edge Edge)> InSources(string project) =>
        [
            .. from file in Directory.EnumerateFiles(
                Path.Combine(Repository.Folder, "src", project),
                "*.cs",
                SearchOption.AllDirectories
            )
            let text = File.ReadAllText(file)
            let own = Namespace().Match(text)
            where own.Success && IsOf(own.Groups["name"].Value, project)
            from used in Using().Matches(text).Select(one => one.Groups["name"].Value)
            where IsOf(used, project)
            let edge = new Edge(FolderOf(own.Groups["name"].Value, project), FolderOf(used, project))
            where edge.From != edge.To
            select (Path.GetRelativePath(Repository.Folder, file), edge),
        ];

    private static IEnumerable<IType> TypesOf(Assembly assembly, string project) =>
        Loaded
            .GetOrAdd(assembly, one => new ArchLoader().LoadAssembly(one).Build())
            .Types.Where(type => IsOf(type, project));

    private static bool IsOf(IType type, string project) => type.Namespace?.FullName is { } own && IsOf(own, project);

    private static bool IsOf(string name, string project) =>
        name == project || name.StartsWith($"{project}.", StringComparison.Ordinal);

    private static string FolderOf(IType type, string project) => FolderOf(type.Namespace.FullName, project);

    // Features are folders of their own; what is below any other folder belongs to it.
    private static string FolderOf(string name, string project)
    {
        if (name == project)
            return Folders.Root;
        var parts = name[(project.Length + 1)..].Split('.');
        return parts[0] == "Features" ? string.Join('/', parts.Take(2)) : parts[0];
    }

    [GeneratedRegex(
        @"^namespace (?<name>[\w.]+);",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^using (static )?(?<name>[\w.]+);",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Using();
}
