namespace ConsentRegistry.Domain.TestSupport;

/// <summary>
/// Public test data beside the repository, in a folder <c>shared</c>. Tests that read it are skipped where it is not
/// there.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The file or folder of that name under <c>shared</c>; null if there is none.</summary>
    public static string? Find(params string[] path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine([folder.FullName, "shared", .. path]);
            if (File.Exists(candidate) || Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
