using System.Collections.Concurrent;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace ConsentRegistry.Api.Tests.Architecture;

/// <summary>Which folders of an assembly use which, read from its compiled types. A namespace is its folder.</summary>
internal static class References
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
            .SelectMany(type => type.Dependencies
                .Where(one => one.Target is not GenericParameter && IsOf(one.Target, project))
                .Select(one => new Edge(FolderOf(type, project), FolderOf(one.Target, project))))
            .Where(edge => edge.From != edge.To)
            .Distinct(),
    ];

    private static IEnumerable<IType> TypesOf(Assembly assembly, string project) =>
        Loaded.GetOrAdd(assembly, one => new ArchLoader().LoadAssembly(one).Build()).Types.Where(type => IsOf(type, project));

    private static bool IsOf(IType type, string project) =>
        type.Namespace?.FullName is { } own && (own == project || own.StartsWith($"{project}.", StringComparison.Ordinal));

    // Features are folders of their own; what is below any other folder belongs to it.
    private static string FolderOf(IType type, string project)
    {
        if (type.Namespace.FullName == project)
            return Folders.Root;
        var parts = type.Namespace.FullName[(project.Length + 1)..].Split('.');
        return parts[0] == "Features" ? string.Join('/', parts.Take(2)) : parts[0];
    }
}
