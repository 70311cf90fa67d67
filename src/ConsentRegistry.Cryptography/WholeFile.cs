using System.Text;

namespace ConsentRegistry.Cryptography;

/// <summary>
/// Files that are replaced as a whole: nobody reads a part of one. A crash or a power cut leaves the one before or the
/// new one; after a call has returned, the new one.
/// </summary>
public static class WholeFile
{
    /// <summary>Replaces a file.</summary>
    /// <param name="path">The file; its folder is made if there is none.</param>
    /// <param name="text">All of it; it is written in UTF-8.</param>
    /// <exception cref="IOException">The file does not reach the disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces a file.</summary>
    /// <param name="path">The file; its folder is made if there is none.</param>
    /// <param name="bytes">All of it.</param>
    /// <exception cref="IOException">The file does not reach the disk.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        DurableFolder.Create(folder);
        var fresh = $"{path}.new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        DurableFolder.Sync(folder);
    }
}
