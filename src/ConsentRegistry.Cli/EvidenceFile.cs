using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Cli;

/// <summary>
/// A file of pairs of texts that contradict each other, both signed by the log. One process at a time has it.
/// </summary>
/// <param name="path">Where it is.</param>
internal sealed class EvidenceFile(string path)
{
    /// <summary>What stands between two notes, or two pairs. No text has this character.</summary>
    public const char Separator = '\f';

    /// <summary>Pieces of evidence that are kept: only who has the log's key can make any that prove a fork.</summary>
    private const int MaxEvidence = 100;

    /// <summary>
    /// Pieces that prove nothing yet, of which anybody can make some: they leave room for those that do.
    /// </summary>
    private const int MaxDoubts = 50;

    // Read once: what anybody can send again and again must not cost a file each time.
    private List<string>? pieces;

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Keeps two texts that contradict each other, unless they were kept before.</summary>
    /// <param name="last">The one that was seen before.</param>
    /// <param name="shown">The other.</param>
    /// <param name="isSure">Whether nobody but the log can have made them.</param>
    /// <returns>Whether they are kept now and were not before.</returns>
    public bool Keep(string last, string shown, bool isSure)
    {
        pieces ??= File.Exists(path)
            ? [.. File.ReadAllText(path).Split(Separator, StringSplitOptions.RemoveEmptyEntries)]
            : [];
        var pair = $"{last}\n{shown}";
        if (pieces.Count >= (isSure ? MaxEvidence : MaxDoubts) || pieces.Contains(pair, StringComparer.Ordinal))
            return false;
        WholeFile.Write(path, string.Join(Separator, pieces.Append(pair)));
        pieces.Add(pair);
        return true;
    }
}
