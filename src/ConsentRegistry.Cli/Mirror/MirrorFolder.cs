using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Mirror;

/// <summary>The files of a folder are not those that its checkpoint stands for.</summary>
internal sealed class DamagedFolderException(string message) : Exception(message);

/// <summary>
/// The folder of a mirror, in the layout of C2SP tlog-tiles. The checkpoint is written last: whatever ends the program,
/// everything that it covers is there.
/// </summary>
internal sealed class MirrorFolder : IKeptTiles, IDisposable
{
    private const string CheckpointFile = "checkpoint";

    private const string KeysFile = "keys";

    private const string TileFolder = "tile";

    /// <summary>What the folder of a tile's parts ends with.</summary>
    private const string PartsEnding = ".p";

    private readonly string path;
    private readonly IReadOnlyCollection<NoteKey> keys;
    private readonly FileStream own;
    private readonly EvidenceFile evidence;

    /// <summary>Takes a folder, and makes it if there is none.</summary>
    /// <exception cref="UnusableException">
    /// It holds something else than this log: to begin anew would be to forget what was seen. Or another process has it.
    /// </exception>
    public MirrorFolder(string path, string origin, IReadOnlyCollection<NoteKey> keys)
    {
        (this.path, Origin, this.keys) = (path, origin, keys);
        Directory.CreateDirectory(path);
        own = SoleOwner.Take(PathOf(".lock"), $"Another process mirrors a log to '{path}'.");
        evidence = new(PathOf(".evidence"));
        try
        {
            var file = new FileInfo(PathOf(CheckpointFile));
            if (!file.Exists)
                return;
            Last =
                file.Length <= SignedNote.MaxBytes
                && SignedNote.TryParse(File.ReadAllBytes(file.FullName), out var note)
                && TryRead(note, out var head)
                    ? new(note, head)
                    : throw new UnusableException($"'{path}' holds no checkpoint of {origin} by the given keys.");
            RemoveParts();
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>The log's name.</summary>
    public string Origin { get; }

    /// <summary>The newest checkpoint whose files are all there; null in a new folder.</summary>
    public SeenCheckpoint? Last { get; private set; }

    /// <summary>Where evidence of another history is kept.</summary>
    public string EvidencePath => evidence.Path;

    /// <summary>Files that were written since this was made.</summary>
    public int Written { get; private set; }

    /// <summary>
    /// The root over the folder's first leaves, which its newest checkpoint covers, from its files. The right edge is
    /// looked at every time: what was altered there would be gone on from.
    /// </summary>
    /// <exception cref="DamagedFolderException">The files are not those that the checkpoint stands for.</exception>
    public async Task<byte[]> ReadRootAsync(long size, CancellationToken cancellation)
    {
        var head = Last!.Checkpoint;
        using var files = new LogSource(new(path));
        try
        {
            var tree = await TreeReader.OpenAsync(files, head, cancellation);
            var edge = new TileId(0, head.Size / TileId.Width);
            if (edge.WidthIn(head.Size) is > 0 and var width)
            {
                var leaves = await files.EntriesAsync(edge.Index, width, cancellation);
                if (
                    !(await tree.TileAsync(edge, cancellation))
                        .AsSpan()
                        .SequenceEqual(EntryBundle.HashesOf(leaves, width))
                )
                    throw new TamperedException($"'{EntryBundle.PathOf(edge.Index, width)}' has other leaves");
            }
            return await tree.RootAtAsync(size, cancellation);
        }
        catch (Exception e) when (e is TamperedException or LogSourceException)
        {
            throw new DamagedFolderException(e.Message.TrimEnd('.'));
        }
    }

    /// <summary>Reads a note as a checkpoint of the log; false if it is none, or no key of the log signed it.</summary>
    public bool TryRead(SignedNote note, [NotNullWhen(true)] out Checkpoint? head) =>
        Checkpoint.TryParse(note.Text, out head) && head.Origin == Origin && note.IsAccepted(keys);

    /// <summary>Whether a key set lists one of the keys by which checkpoints are believed.</summary>
    public bool IsListedIn(KeySet set) =>
        set
            .Keys.OfType<Ed25519Jwk>()
            .Any(listed => keys.Any(key => key.PublicKey.Bytes.SequenceEqual(listed.PublicKey.Bytes)));

    /// <inheritdoc/>
    public Task<byte[]?> FindAsync(TileId tile, CancellationToken cancellation) =>
        FindAsync(tile.Path(TileId.Width), TileId.Width * MerkleTree.HashLength, cancellation);

    /// <inheritdoc/>
    public Task KeepAsync(TileId tile, byte[] hashes, CancellationToken cancellation) =>
        KeepAsync(tile.Path(hashes.Length / MerkleTree.HashLength), hashes, cancellation);

    /// <summary>The leaves of a tile; null if none are kept. Whether they are right is not known.</summary>
    public Task<byte[]?> FindEntriesAsync(long index, int width, CancellationToken cancellation) =>
        FindAsync(EntryBundle.PathOf(index, width), EntryBundle.MaxBytes, cancellation);

    /// <summary>Keeps leaves, which are right.</summary>
    public Task KeepEntriesAsync(long index, int width, byte[] bundle, CancellationToken cancellation) =>
        KeepAsync(EntryBundle.PathOf(index, width), bundle, cancellation);

    /// <summary>Keeps the log's key set.</summary>
    public Task KeepKeysAsync(byte[] set, CancellationToken cancellation) => KeepAsync(KeysFile, set, cancellation);

    /// <summary>A checkpoint of the log with one line of each of the log's keys alone.</summary>
    /// <exception cref="ArgumentException">None of them signed it.</exception>
    public SignedNote LinesOfLog(SignedNote note) => note.OnlyBy(keys);

    /// <summary>Keeps a checkpoint that does not go with the folder's, with the lines of the log's keys alone.</summary>
    public void KeepEvidence(SignedNote shown) =>
        evidence.Keep($"{LinesOfLog(Last!.Note)}", $"{LinesOfLog(shown)}", isSure: true);

    /// <summary>Moves on to a checkpoint whose files are all kept, and drops parts of tiles that are full now.</summary>
    public void MoveTo(SeenCheckpoint head)
    {
        WholeFile.Write(PathOf(CheckpointFile), head.Note.ToString());
        var before = Last?.Checkpoint.Size ?? 0;
        Last = head;
        foreach (var tile in VerifiedTiles.EdgeOf(before).Where(tile => IsFull(tile.Level, tile.Index)))
        {
            RemoveParts(tile.Path(TileId.Width) + PartsEnding);
            if (tile.Level == 0)
                RemoveParts(EntryBundle.PathOf(tile.Index, TileId.Width) + PartsEnding);
        }
    }

    /// <summary>
    /// Repairs parts of tiles that were kept at earlier sizes, by the files of the newest checkpoint, which are right. Those
    /// that it does not cover are dropped.
    /// </summary>
    public async Task RepairPartsAsync(CancellationToken cancellation)
    {
        var size = Last!.Checkpoint.Size;
        foreach (var tile in VerifiedTiles.EdgeOf(size))
        {
            var width = tile.WidthIn(size);
            var hashes = await FindAsync(tile.Path(width), width * MerkleTree.HashLength, cancellation);
            await RepairPartsAsync(tile.Path, width, part => hashes?[..(part * MerkleTree.HashLength)], cancellation);
            if (tile.Level > 0)
                continue;
            var leaves = await FindEntriesAsync(tile.Index, width, cancellation);
            await RepairPartsAsync(
                part => EntryBundle.PathOf(tile.Index, part),
                width,
                part => leaves?[..EntryBundle.LengthOf(leaves, part)!.Value],
                cancellation
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => own.Dispose();

    // A part is what the tile begins with.
    private async Task RepairPartsAsync(
        Func<int, string> pathOf,
        int width,
        Func<int, byte[]?> firstOf,
        CancellationToken cancellation
    )
    {
        var parts = PathOf(pathOf(TileId.Width) + PartsEnding);
        if (!Directory.Exists(parts))
            return;
        foreach (var file in Directory.EnumerateFiles(parts).ToList())
        {
            if (
                int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var part)
                && part > 0
                && part <= width
                && Path.GetFileName(pathOf(part)) == Path.GetFileName(file)
                && firstOf(part) is { } right
            )
                await KeepAsync(pathOf(part), right, cancellation);
            else
                File.Delete(file);
        }
    }

    // What was left when the program was ended between a checkpoint and this.
    private void RemoveParts()
    {
        var tiles = PathOf(TileFolder);
        if (!Directory.Exists(tiles))
            return;
        var parts = Directory.EnumerateDirectories(tiles, $"*{PartsEnding}", SearchOption.AllDirectories).ToList();
        foreach (var folder in parts)
        {
            // 0/x001/067.p or entries/x001/067.p
            var name = Path.GetRelativePath(tiles, folder)[..^PartsEnding.Length]
                .Replace(Path.DirectorySeparatorChar, '/');
            if (
                name.Split('/', 2) is [var kind, var place]
                && (TileId.TryParseLevel(kind, out var level) || kind == EntryBundle.Folder)
                && TileId.TryParsePath(place, out var index, out _)
                && IsFull(Math.Max(level, 0), index)
            )
                Directory.Delete(folder, recursive: true);
        }
    }

    private void RemoveParts(string folder)
    {
        if (Directory.Exists(PathOf(folder)))
            Directory.Delete(PathOf(folder), recursive: true);
    }

    private bool IsFull(int level, long index) =>
        new TileId(level, index).WidthIn(Last?.Checkpoint.Size ?? 0) == TileId.Width;

    private string PathOf(string name) => Path.Combine(path, name);

    private async Task<byte[]?> FindAsync(string name, int maxBytes, CancellationToken cancellation)
    {
        using var files = new LogFolderFiles(path);
        try
        {
            return await files.ReadAsync(name, maxBytes, cancellation);
        }
        catch (LogSourceException)
        {
            // It is too long, or cannot be read: it is written anew.
            return null;
        }
    }

    private async Task KeepAsync(string name, byte[] bytes, CancellationToken cancellation)
    {
        if (await FindAsync(name, bytes.Length, cancellation) is { } before && before.AsSpan().SequenceEqual(bytes))
            return;
        WholeFile.Write(PathOf(name), bytes);
        Written++;
    }
}
