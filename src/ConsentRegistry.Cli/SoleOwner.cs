namespace ConsentRegistry.Cli;

/// <summary>Takes a file that one process at a time has.</summary>
internal static class SoleOwner
{
    /// <summary>Takes it until what is returned is disposed of.</summary>
    /// <param name="path">The file; it stays.</param>
    /// <param name="refusal">What to say if another process has it.</param>
    /// <exception cref="UnusableException">Another process has it.</exception>
    public static FileStream Take(string path, string refusal)
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
