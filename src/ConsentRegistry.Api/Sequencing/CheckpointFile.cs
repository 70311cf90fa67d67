using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// The checkpoint that this node signed last, beside the database and not in it: a database that was restored from an
/// older copy, or rewritten, does not agree with it.
/// </summary>
internal sealed class CheckpointFile(string path)
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = path;

    /// <summary>The checkpoint; null if this node has not signed any.</summary>
    /// <exception cref="LogIntegrityException">The file does not hold a checkpoint of this log.</exception>
    public Checkpoint? Read(LogSigner signer)
    {
        if (!File.Exists(Path))
            return null;
        return signer.TryRead(File.ReadAllText(Path), out var checkpoint)
            ? checkpoint
            : throw new LogIntegrityException(
                $"'{Path}' does not hold a checkpoint of this log; docs/how-to/respond-to-alarms.md says what to do."
            );
    }

    /// <summary>
    /// Replaces the checkpoint. On return it has reached the disk; a crash or a power cut leaves the one or the other.
    /// </summary>
    public void Write(string note) => WholeFile.Write(Path, note);
}
