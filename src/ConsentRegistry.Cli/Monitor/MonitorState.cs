using System.Text.Json;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>What was seen of a creator's history.</summary>
/// <param name="Version">The last version.</param>
/// <param name="Head">The base64url SHA-256 of its last leaf; null without events.</param>
/// <param name="TreeSize">The size of the tree in which it was the last.</param>
/// <param name="Statement">The registry's signed statement of it.</param>
/// <param name="At">When that was looked at.</param>
/// <param name="Newest">The id of its last event; null without events.</param>
internal sealed record SeenHistory(
    long Version,
    string? Head,
    long TreeSize,
    string Statement,
    DateTimeOffset At,
    Guid? Newest
);

/// <summary>
/// The file in which a monitor keeps the checkpoint that it followed the log to, and how far it has seen each history.
/// </summary>
internal sealed class MonitorState : IDisposable
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string path;
    private readonly FileStream own;
    private readonly SortedDictionary<string, SeenHistory> histories = new(StringComparer.Ordinal);

    /// <summary>Reads the file, if there is one.</summary>
    /// <exception cref="UnusableException">
    /// It holds something else: to begin anew would be to forget what was seen. Or another process keeps it.
    /// </exception>
    public MonitorState(string path)
    {
        this.path = path;
        Evidence = new($"{path}.evidence");
        own = SoleOwner.Take($"{path}.lock", $"Another monitor keeps its state there: '{path}' is in use.");
        try
        {
            if (File.Exists(path))
                Read(File.ReadAllText(path));
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>The checkpoint that the log was followed to; null at first.</summary>
    public SeenCheckpoint? Log { get; private set; }

    /// <summary>Where pairs of checkpoints, or of statements, are kept that contradict each other.</summary>
    public EvidenceFile Evidence { get; }

    /// <summary>Where a bundle is while it is looked at.</summary>
    public string BundlePath => $"{path}.bundle";

    /// <summary>How far a creator's history was seen; null at first.</summary>
    public SeenHistory? Of(string creator) => histories.GetValueOrDefault(creator);

    /// <summary>Keeps how far the log was followed.</summary>
    public void Keep(SeenCheckpoint log)
    {
        Log = log;
        Write();
    }

    /// <summary>Keeps how far a creator's history was seen.</summary>
    public void Keep(string creator, SeenHistory seen)
    {
        histories[creator] = seen;
        Write();
    }

    /// <inheritdoc/>
    public void Dispose() => own.Dispose();

    private void Read(string text)
    {
        var kept = Parse(text);
        if (
            kept?.Checkpoint is null
            || kept.Histories is null
            || !SignedNote.TryParse(kept.Checkpoint, out var note)
            || !Checkpoint.TryParse(note.Text, out var head)
            || kept.Histories.Values.Any(seen => seen?.Statement is null)
        )
            throw new UnusableException($"'{path}' does not hold the state of a monitor.");
        Log = new(note, head);
        foreach (var (creator, seen) in kept.Histories)
            histories[creator] = seen;
    }

    private static Kept? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(text, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Write() =>
        WholeFile.Write(path, JsonSerializer.Serialize(new Kept(Log!.Note.ToString(), histories), Format));

    private sealed record Kept(string Checkpoint, IReadOnlyDictionary<string, SeenHistory> Histories);
}
