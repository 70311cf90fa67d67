using System.Globalization;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>The log shows another history than before; both checkpoints are signed, and kept.</summary>
internal sealed class ForkException(string message) : Exception(message);

/// <summary>
/// Follows a log from checkpoint to checkpoint: each goes on from the one before. All that it keeps is the last one.
/// </summary>
internal sealed class FollowedLog(LogSource log, KeySet trusted, MonitorState state)
{
    private readonly NSecEd25519 ed25519 = new();

    /// <summary>Follows the log to its newest checkpoint.</summary>
    public async Task FollowAsync(CancellationToken cancellation) =>
        await FollowAsync(await log.CheckpointAsync(cancellation), cancellation);

    /// <summary>Follows the log to a checkpoint of it, or looks back at one that is older.</summary>
    /// <exception cref="LogSourceException">It is none, or the log does not show what it covers.</exception>
    /// <exception cref="TamperedException">The log shows other files than it signed.</exception>
    /// <exception cref="ForkException">It does not go with the one before.</exception>
    public async Task FollowAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellation)
    {
        if (
            !SignedNote.TryParse(utf8.Span, out var note)
            || !Checkpoint.TryParse(note.Text, out var head)
            || !NoteKey.IsName(head.Origin)
            || await KeysAsync(note, head.Origin, cancellation) is not { } keys
            || !note.IsAccepted(keys)
        )
            throw new LogSourceException("What is served there is no checkpoint by a trusted key.");
        // Anybody can write other lines under it.
        var shown = new SeenCheckpoint(note.OnlyBy(keys), head);
        if (state.Log is not { } last)
        {
            await TreeReader.OpenAsync(log, head, cancellation);
            state.Keep(shown);
            return;
        }
        if (last.Checkpoint.Origin != head.Origin)
            throw new LogSourceException($"It is another log than {last.Checkpoint.Origin}: {head.Origin}.");
        var (older, newer) = head.Size < last.Checkpoint.Size ? (shown, last) : (last, shown);
        if (!await TreeReader.GoesOnAsync(log, older.Checkpoint, newer.Checkpoint, cancellation))
        {
            state.Evidence.Keep($"{last.Note}", $"{shown.Note}", isSure: true);
            throw new ForkException(
                string.Create(CultureInfo.InvariantCulture, $"{head.Origin} now shows {head.Size} leaves that do not ")
                    + string.Create(CultureInfo.InvariantCulture, $"go with the {last.Checkpoint.Size} seen before.")
            );
        }
        if (newer == shown && head.Size > last.Checkpoint.Size)
            state.Keep(shown);
    }

    // Keys are rotated: a trusted key may have handed over to those that sign now.
    private async Task<IReadOnlyCollection<NoteKey>> KeysAsync(
        SignedNote note,
        string origin,
        CancellationToken cancellation
    )
    {
        var own = trusted.LogKeys(origin);
        if (
            note.IsAccepted(own)
            || await log.KeysAsync(cancellation) is not { } listed
            || !KeySet.Parse(listed, ed25519).Succeeded(out var set, out _)
        )
            return own;
        var handedOver = set.HandedOverBy(trusted.Keys.OfType<Ed25519Jwk>().Select(key => key.PublicKey));
        return [.. own, .. handedOver.OfType<Ed25519Jwk>().Select(key => key.NoteKey(origin))];
    }
}
