using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>A registry does not show now what it should.</summary>
internal sealed class LogSourceException(string message) : Exception(message)
{
    public static LogSourceException TooLong(string path) => new($"What is served as '{path}' is too long to be that.");
}

/// <summary>
/// What is shown of a log to everybody: by its registry, or by whoever has its files. A registry has them in
/// <c>log/</c>, and its keys and proofs in <c>v1/log/</c>. Others have them where the address says.
/// </summary>
internal sealed class LogSource(Uri url) : IDisposable
{
    /// <summary>Bytes of an answer, at most: no file of a log is longer.</summary>
    public const int MaxBytes = EntryBundle.MaxBytes;

    private const int MaxProofBytes = 2 << 20;

    private const string CheckpointFile = "checkpoint";

    private const string InRegistry = "log/";

    private readonly ILogFiles files = url.IsFile ? new LogFolderFiles(url.LocalPath) : new ServedLogFiles(url);

    // Where the files are from the address on. Who serves some is known once a checkpoint was read.
    private string place = url.IsFile ? "" : InRegistry;

    /// <summary>Where it shows that.</summary>
    public Uri Url { get; } = url;

    /// <summary>
    /// The newest checkpoint, in UTF-8: what the answer says about its letters says nothing about a note.
    /// </summary>
    /// <exception cref="LogSourceException">There is none.</exception>
    public async Task<byte[]> CheckpointAsync(CancellationToken cancellation)
    {
        foreach (var each in new[] { place, InRegistry, "" }.Distinct(StringComparer.Ordinal))
        {
            if (await files.ReadAsync(each + CheckpointFile, SignedNote.MaxBytes, cancellation) is { } note)
            {
                place = each;
                return note;
            }
        }
        throw new LogSourceException(
            $"No log has its files there: there is no '{CheckpointFile}', or it may not be read."
        );
    }

    /// <summary>The log's public keys as it lists them, a JWK Set in UTF-8; null if it lists none.</summary>
    public async Task<byte[]?> KeysAsync(CancellationToken cancellation) =>
        (place == InRegistry ? await files.ReadAsync("v1/log/keys", KeySet.MaxBytes, cancellation) : null)
        ?? await files.ReadAsync(place + "keys", KeySet.MaxBytes, cancellation);

    /// <summary>The first hashes of a tile, one after the other; whether they are right is not known.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="width">How many of its hashes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LogSourceException">There are not so many.</exception>
    public async Task<byte[]> TileAsync(TileId tile, int width, CancellationToken cancellation)
    {
        var (bytes, given) = await ReadAsync(tile.Path, TileId.Width * MerkleTree.HashLength, width, cancellation);
        return bytes.Length == given * MerkleTree.HashLength
            ? bytes[..(width * MerkleTree.HashLength)]
            : throw new LogSourceException($"What is served as '{tile.Path(given)}' is no tile.");
    }

    /// <summary>The first leaves of a tile; whether they are right is not known.</summary>
    /// <param name="index">The tile's place.</param>
    /// <param name="width">How many of its leaves.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>An <see cref="EntryBundle"/>.</returns>
    /// <exception cref="LogSourceException">There are not so many.</exception>
    public async Task<byte[]> EntriesAsync(long index, int width, CancellationToken cancellation)
    {
        string PathOf(int each) => EntryBundle.PathOf(index, each);
        var (bytes, given) = await ReadAsync(PathOf, EntryBundle.MaxBytes, width, cancellation);
        return EntryBundle.LengthOf(bytes, given) == bytes.Length
            ? bytes[..EntryBundle.LengthOf(bytes, width)!.Value]
            : throw new LogSourceException($"What is served as '{PathOf(given)}' is no leaves.");
    }

    /// <summary>
    /// The proof that one tree goes on from another; null if the registry says that there is none. It is computed from
    /// tiles where nobody computes it.
    /// </summary>
    /// <exception cref="LogSourceException">What is shown is no proof.</exception>
    public async Task<IReadOnlyList<byte[]>?> ProofAsync(long from, long to, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/log/consistency?from={from}&to={to}");
        try
        {
            var given = place == InRegistry ? await files.ReadAsync(path, MaxProofBytes, cancellation) : null;
            if (given is null)
                return await ComputeProofAsync(from, to, cancellation);
            var answer = JsonNode.Parse(given);
            if (
                answer is JsonObject members
                && members["proof"] is JsonArray { Count: <= AddCheckpoint.MaxProof } proof
            )
                return [.. proof.Select(HashOf)];
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // It is said below.
        }
        throw new LogSourceException("What is served there as a proof is none.");
    }

    /// <summary>The same from tiles alone. Wrong hashes make a proof that proves nothing.</summary>
    /// <exception cref="LogSourceException">There are no such tiles.</exception>
    public async Task<IReadOnlyList<byte[]>> ComputeProofAsync(long from, long to, CancellationToken cancellation)
    {
        var path = ProofPath.Consistency(from, to);
        var tiles = new Dictionary<TileId, byte[]>();
        foreach (var tile in TreeHashes.TilesFor(path))
            tiles.Add(tile, await TileAsync(tile, tile.WidthIn(to), cancellation));
        return new TreeHashes(tiles).ProofOf(path);
    }

    public void Dispose() => files.Dispose();

    // A part of a tile may be gone once the tile is full, which begins with it.
    private async Task<(byte[] Bytes, int Width)> ReadAsync(
        Func<int, string> pathOf,
        int maxBytes,
        int width,
        CancellationToken cancellation
    )
    {
        foreach (var each in (int[])[width, TileId.Width])
        {
            if (await files.ReadAsync(place + pathOf(each), maxBytes, cancellation) is { } bytes)
                return (bytes, each);
        }
        throw new LogSourceException($"There is no '{pathOf(width)}', which the checkpoint covers.");
    }

    private static byte[] HashOf(JsonNode? node) =>
        node is JsonValue text
        && Convert.FromBase64String(text.GetValue<string>()) is { Length: MerkleTree.HashLength } hash
            ? hash
            : throw new FormatException("A hash is expected.");
}
