using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>
/// A checkpoint of the history log, a signed note of C2SP tlog-checkpoint. Its signatures are read here, not verified.
/// </summary>
/// <param name="Note">The note as it came. Keep it to find out later whether the log was rewritten.</param>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">How many entries the log has.</param>
/// <param name="Root">The root of the tree over them, in base64.</param>
/// <param name="Signatures">The signatures, in their order: the log's, and those of witnesses.</param>
public sealed record Checkpoint(
    string Note,
    string Origin,
    long Size,
    string Root,
    IReadOnlyList<NoteSignature> Signatures
)
{
    /// <summary>How many signatures are read; a note of more is none.</summary>
    private const int MostSignatures = 100;

    /// <summary>Reads a note.</summary>
    /// <returns>The checkpoint; null where the text is none.</returns>
    internal static Checkpoint? Read(string note)
    {
        var end = note.IndexOf("\n\n", StringComparison.Ordinal);
        if (
            end < 0
            || note[..end].Split('\n') is not [{ Length: > 0 } origin, var size, { Length: > 0 } root, ..]
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var leaves)
        )
            return null;
        var lines = note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > MostSignatures)
            return null;
        var signatures = lines.Select(NoteSignature.Read).OfType<NoteSignature>().ToList();
        return signatures.Count == lines.Length ? new(note, origin, leaves, root, signatures) : null;
    }
}

/// <summary>A signature of a signed note: read, not verified.</summary>
/// <param name="Name">Who is said to have signed: the log's name, or a witness's.</param>
/// <param name="KeyHash">The first four bytes of the key's hash, in hexadecimal digits.</param>
/// <param name="SignedAt">Of a witness's cosignature: when it was made, to the second; null otherwise.</param>
public sealed record NoteSignature(string Name, string KeyHash, DateTimeOffset? SignedAt = null)
{
    /// <summary>What begins a line with a signature.</summary>
    private const string Dash = "\u2014";

    private const int HashBytes = 4;

    /// <summary>C2SP tlog-cosignature: a time and a signature of Ed25519, after the hash of the key.</summary>
    private const int CosignatureBytes = HashBytes + sizeof(long) + 64;

    /// <summary>The last second of the year 9999, the last that there is a date for.</summary>
    private const long LastSecond = 253_402_300_799;

    internal static NoteSignature? Read(string line)
    {
        if (line.Split(' ') is not [Dash, { Length: > 0 } name, var text])
            return null;
        if (!Base64.IsValid(text))
            return null;
        var bytes = Convert.FromBase64String(text);
        if (bytes.Length <= HashBytes)
            return null;
        DateTimeOffset? signedAt = null;
        if (bytes.Length == CosignatureBytes)
        {
            var second = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(HashBytes));
            if (second is >= 0 and <= LastSecond)
                signedAt = DateTimeOffset.FromUnixTimeSeconds(second);
        }
        return new(name, Convert.ToHexStringLower(bytes.AsSpan(0, HashBytes)), signedAt);
    }
}

/// <summary>A public key of the log.</summary>
/// <param name="Thumbprint">Its thumbprint (RFC 7638), which receipts name.</param>
/// <param name="Curve"><c>Ed25519</c> for checkpoints, <c>P-256</c> for receipts.</param>
/// <param name="VerifierKey">
/// Of an Ed25519 key: the verifier key of C2SP signed-note, under the log's name; null otherwise.
/// </param>
public sealed record LogKey(
    [property: JsonPropertyName("kid")] string Thumbprint,
    [property: JsonPropertyName("crv")] string Curve,
    [property: JsonPropertyName("vkey")] string? VerifierKey = null
);

/// <summary>Reads what anybody may know of the history log. What it reads it does not verify.</summary>
public sealed class LogClient
{
    private readonly Wire wire;

    internal LogClient(Wire wire) => this.wire = wire;

    /// <summary>Reads the newest checkpoint; null where a registry of an older version has none yet.</summary>
    public async Task<Checkpoint?> FindCheckpointAsync(CancellationToken cancellation = default) =>
        await wire.FindTextAsync(Wire.Path("log", "checkpoint"), cancellation) is { } note
            ? Checkpoint.Read(note) ?? throw Wire.Unreadable("What it gives as its checkpoint is none.")
            : null;

    /// <summary>Lists the keys that sign now, newest first, then those that signed before.</summary>
    public async Task<IReadOnlyList<LogKey>> ListKeysAsync(CancellationToken cancellation = default) =>
        (await wire.GetAsync<LogKeys>(Wire.Path("v1", "log", "keys"), cancellation)).Keys;
}

internal sealed record LogKeys(IReadOnlyList<LogKey> Keys);
