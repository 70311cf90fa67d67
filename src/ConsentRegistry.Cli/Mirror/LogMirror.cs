using System.Globalization;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Mirror;

/// <summary>
/// Brings a folder up to what a log shows. Before a file is written it was shown to be of the tree whose root is signed,
/// and that tree to go on from the one in the folder. It keeps a few tiles in memory, whatever the size of the log.
/// </summary>
/// <param name="log">Where the log is.</param>
/// <param name="folder">Where it is kept.</param>
/// <param name="policy">Which witnesses have to cosign what is kept; null if nobody has to.</param>
internal sealed class LogMirror(LogSource log, MirrorFolder folder, WitnessPolicy? policy)
{
    /// <summary>Looks at the newest checkpoint, and gets what it covers beyond the folder's.</summary>
    /// <param name="looksAtAll">Whether files that are there already are looked at, and repaired.</param>
    /// <param name="cancellation">Ends the work; the folder stays good.</param>
    /// <returns>An exit code.</returns>
    /// <exception cref="LogSourceException">The log does not show what it should.</exception>
    public async Task<int> LookAsync(bool looksAtAll, CancellationToken cancellation)
    {
        var utf8 = await log.CheckpointAsync(cancellation);
        if (!SignedNote.TryParse(utf8, out var note) || !folder.TryRead(note, out var head))
            throw new LogSourceException(
                $"What is served there is no checkpoint of {folder.Origin}, signed by one of the given keys."
            );
        var shown = new SeenCheckpoint(RightLinesOf(note), head);
        try
        {
            if (folder.Last is { } last && !looksAtAll)
                await folder.ReadRootAsync(last.Checkpoint.Size, cancellation);
            return folder.Last is { } before && head.Size < before.Checkpoint.Size
                ? await LookBackAsync(before, shown, looksAtAll, cancellation)
                : await GoOnAsync(shown, looksAtAll, cancellation);
        }
        catch (DamagedFolderException e)
        {
            Console.Error.WriteLine(
                $"TAMPERED: the files of the folder are not those of its checkpoint: {e.Message}. See --repair."
            );
            return ExitCode.Unexpected;
        }
        catch (TamperedException e)
        {
            Console.Error.WriteLine(
                $"TAMPERED: {folder.Origin} does not show what it signed: {e.Message}. The folder stays as it was."
            );
            return ExitCode.Unexpected;
        }
    }

    private async Task<int> GoOnAsync(SeenCheckpoint shown, bool looksAtAll, CancellationToken cancellation)
    {
        var (head, before, written) = (shown.Checkpoint, folder.Last?.Checkpoint, folder.Written);
        if (before?.Size == head.Size && !before.Root.AsSpan().SequenceEqual(head.Root))
            return ReportFork(folder.Last!, shown);
        // Of the same size it may bear lines of other keys, or newer ones of witnesses. Those that it had stay: whoever
        // shows it without them, or with many that mean nothing, must not make the folder worse.
        if (folder.Last?.Note is { } note && note.Text == shown.Note.Text)
        {
            shown = shown with { Note = RightLinesOf(note).Join(shown.Note) };
            RequireCosignatures(shown);
        }
        if (looksAtAll || folder.Last?.Note.ToString() != shown.Note.ToString())
        {
            var keys = await ReadKeysAsync(cancellation);
            if (looksAtAll || before?.Size != head.Size)
            {
                var tree = await TreeReader.OpenAsync(log, head, cancellation);
                if (before is not null)
                {
                    var root = await tree.RootAtAsync(before.Size, cancellation);
                    if (!before.Root.AsSpan().SequenceEqual(root))
                        return ReportFork(folder.Last!, shown);
                }
                RequireCosignatures(shown);
                await tree.KeepInAsync(folder, cancellation);
                await GetAsync(tree, looksAtAll ? 0 : before?.Size ?? 0, head.Size, cancellation);
            }
            if (keys is not null)
                await folder.KeepKeysAsync(keys, cancellation);
            folder.MoveTo(shown);
            if (looksAtAll)
                await folder.RepairPartsAsync(cancellation);
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"MIRRORED: {head.Origin}, {head.Size} leaves with root {Convert.ToBase64String(head.Root)}; "
            ) + string.Create(CultureInfo.InvariantCulture, $"files written: {folder.Written - written}.")
        );
        return ExitCode.Success;
    }

    // Whoever relies on the policy refuses a checkpoint with one line that is wrong.
    private SignedNote RightLinesOf(SignedNote note) =>
        policy is null ? note : policy.Gather(folder.LinesOfLog(note), note.Signatures);

    private void RequireCosignatures(SeenCheckpoint shown)
    {
        var latest = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + WitnessPolicy.ClockToleranceSeconds;
        if (policy?.Judge(shown.Note, latest).IsMet == false)
            throw new LogSourceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The checkpoint of {shown.Checkpoint.Size} leaves is not cosigned by enough witnesses."
                )
            );
    }

    private async Task GetAsync(TreeReader tree, long from, long size, CancellationToken cancellation)
    {
        for (var index = from / TileId.Width; index * TileId.Width < size; index++)
        {
            var tile = new TileId(0, index);
            var width = tile.WidthIn(size);
            var hashes = await tree.TileAsync(tile, cancellation);
            // It may be there since a run that was ended.
            if (
                await folder.FindEntriesAsync(index, width, cancellation) is { } kept
                && hashes.AsSpan().SequenceEqual(EntryBundle.HashesOf(kept, width))
            )
                continue;
            var leaves = await log.EntriesAsync(index, width, cancellation);
            if (!hashes.AsSpan().SequenceEqual(EntryBundle.HashesOf(leaves, width)))
                throw new TamperedException($"'{EntryBundle.PathOf(index, width)}' has other leaves than its tile");
            await folder.KeepEntriesAsync(index, width, leaves, cancellation);
        }
    }

    // Nobody vouches for a key set but the log itself; it is of this log where it has a key that is trusted already.
    private async Task<byte[]?> ReadKeysAsync(CancellationToken cancellation)
    {
        if (await log.KeysAsync(cancellation) is not { } set)
            return null;
        return KeySet.Parse(set, new NSecEd25519()).Succeeded(out var keys, out _) && folder.IsListedIn(keys)
            ? set
            : throw new LogSourceException("What is served there as the log's keys does not list a given key.");
    }

    // A cache on the way may serve an older checkpoint; it has to be one that the folder's goes on from.
    private async Task<int> LookBackAsync(
        SeenCheckpoint last,
        SeenCheckpoint older,
        bool looksAtAll,
        CancellationToken cancellation
    )
    {
        var root = await folder.ReadRootAsync(older.Checkpoint.Size, cancellation);
        if (!older.Checkpoint.Root.AsSpan().SequenceEqual(root))
            return ReportFork(last, older);
        await Console.Error.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The log shows a checkpoint of {older.Checkpoint.Size} leaves, older than that of "
            )
                + string.Create(CultureInfo.InvariantCulture, $"{last.Checkpoint.Size} in the folder, and consistent ")
                + (looksAtAll ? "with it. The folder is not repaired." : "with it. Nothing is written.")
        );
        // Who asked for a repair must not take this for one.
        return looksAtAll ? ExitCode.Unusable : ExitCode.Success;
    }

    private int ReportFork(SeenCheckpoint last, SeenCheckpoint shown)
    {
        folder.KeepEvidence(shown.Note);
        Console.Error.WriteLine(
            $"TAMPERED: {shown.Checkpoint.Origin} now shows {shown.Checkpoint.Size} leaves with root "
                + $"{Convert.ToBase64String(shown.Checkpoint.Root)}, which do not go with the "
                + $"{last.Checkpoint.Size} leaves with root {Convert.ToBase64String(last.Checkpoint.Root)} in the "
                + $"folder. Both are signed by the log; they are kept in '{folder.EvidencePath}'."
        );
        return ExitCode.Unexpected;
    }
}
