using System.Text;

namespace ConsentRegistry.Cli;

/// <summary>
/// Files that are replaced as a whole: nobody reads a part of one, and a crash or a power cut leaves the one before.
/// </summary>
internal static class WholeFile
{
    /// <summary>Replaces a file.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces a file.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var fresh = $"{path}.new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Takes a file that one process at a time has, until what is returned is disposed of.</summary>
    /// <param name="path">The file; it stays.</param>
    /// <param name="refusal">What to say if another process has it.</param>
    /// <exception cref="UnusableException">Another process has it.</exception>
    public static FileStream Own(string path, string refusal)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new UnusableException(refusal);
        }
    }
}
