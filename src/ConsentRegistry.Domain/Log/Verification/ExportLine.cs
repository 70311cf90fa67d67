using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>One line of an export: canonical JSON with exactly the members of its kind.</summary>
internal abstract record ExportLine
{
    /// <summary>The format, member <c>v</c> of both headers.</summary>
    private const int Format = 1;

    private const string KeysKind = "keys";

    private ExportLine() { }

    /// <summary>
    /// The first line of a part of the log: entries from <paramref name="From"/> on, and before <paramref name="To"/>.
    /// </summary>
    public sealed record LogHeader(string Origin, long From, long To) : ExportLine;

    /// <summary>The first line of a creator's bundle.</summary>
    public sealed record CreatorHeader(string Origin, CreatorId Creator) : ExportLine;

    /// <summary>
    /// The first line of a receipt's bundle, which has the streams that the receipt names, in the order of their names.
    /// </summary>
    public sealed record ReceiptHeader(string Origin, string Token) : ExportLine;

    /// <summary>
    /// The log's keys, as text still: whether they are spelled as they should be depends on the origin.
    /// </summary>
    public sealed record Keys(byte[] Utf8) : ExportLine;

    /// <summary>An entry of the log. Body and salt are null where an erasure took them.</summary>
    public sealed record Entry(long Seq, byte[] Leaf, byte[]? Body, byte[]? Salt, byte[][]? Proof) : ExportLine;

    /// <summary>A checkpoint.</summary>
    public sealed record Note(string Text) : ExportLine;

    /// <summary>
    /// Where the head that a receipt names stands in the tree of the checkpoint: the proof that this tree appends to
    /// it, the last leaf under it, and the first one after it.
    /// </summary>
    public sealed record Head(byte[][] Consistency, ProvenLeaf Last, ProvenLeaf? Next) : ExportLine;

    /// <summary>What the registry says about a stream as a whole.</summary>
    public sealed record Statement(string Token) : ExportLine;

    /// <summary>The last line: the hash of all before it.</summary>
    public sealed record End(byte[] Hash) : ExportLine;

    /// <summary>Reads a line, without its newline; false if it is none of these.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out ExportLine? line)
    {
        line = null;
        if (!CanonicalReading.TryParse(utf8, out var members))
            return false;
        try
        {
            line = members["kind"].Text() switch
            {
                "log" when Has(members, "from", "kind", "origin", "to", "v") && members["v"].Integer() == Format =>
                    new LogHeader(OriginOf(members), IndexOf(members["from"]), IndexOf(members["to"])),
                "creator" when Has(members, "creatorId", "kind", "origin", "v") && members["v"].Integer() == Format =>
                    new CreatorHeader(OriginOf(members), CreatorId.Parse(members["creatorId"].Text())),
                "receipt" when Has(members, "jws", "kind", "origin", "v") && members["v"].Integer() == Format =>
                    new ReceiptHeader(OriginOf(members), members["jws"].Text()),
                KeysKind when Has(members, KeySetReader.KeysMember, "kind") => new Keys(utf8.ToArray()),
                "entry" when Has(members, "body", "kind", "leaf", "salt", "seq") => EntryOf(members, proof: null),
                "entry" when Has(members, "body", "kind", "leaf", "proof", "salt", "seq") => EntryOf(
                    members,
                    HashesOf(members, "proof")
                ),
                "head" when Has(members, "consistency", "kind", "last", "next") => new Head(
                    HashesOf(members, "consistency"),
                    LeafOf(members["last"].Object()),
                    members["next"] is { } next ? LeafOf(next.Object()) : null
                ),
                "checkpoint" when Has(members, "kind", "note") => new Note(members["note"].Text()),
                "statement" when Has(members, "jws", "kind") => new Statement(members["jws"].Text()),
                "end" when Has(members, "kind", "sha256") => new End(
                    BytesOf(members["sha256"], SHA256.HashSizeInBytes)
                ),
                _ => null,
            };
        }
        catch (FormatException)
        {
            // A member is not what it should be.
        }
        return line is not null;
    }

    /// <summary>
    /// The key set of a line of keys; null unless it lists public keys exactly as the registry does, at least one of
    /// each kind.
    /// </summary>
    public static KeySet? KeysOf(Keys line, string origin, IEd25519 ed25519)
    {
        if (
            !KeySet.Parse(line.Utf8, ed25519).Succeeded(out var keys, out _)
            || !keys.Keys.OfType<Ed25519Jwk>().Any()
            || !keys.Keys.OfType<P256Jwk>().Any()
        )
            return null;
        var expected = JsonNode.Parse(keys.Public(origin))!.AsObject();
        expected["kind"] = KeysKind;
        return CanonicalJson.Encode(expected).AsSpan().SequenceEqual(line.Utf8) ? keys : null;
    }

    private static Entry EntryOf(JsonObject members, byte[][]? proof) =>
        new(
            IndexOf(members["seq"]),
            Encoding.UTF8.GetBytes(members["leaf"].Text()),
            members["body"] is { } body ? Encoding.UTF8.GetBytes(body.Text()) : null,
            members["salt"] is { } salt ? BytesOf(salt, Event.SaltLength) : null,
            proof
        );

    private static ProvenLeaf LeafOf(JsonObject members) =>
        Has(members, "leaf", "proof")
            ? new(Encoding.UTF8.GetBytes(members["leaf"].Text()), HashesOf(members, "proof"))
            : throw new FormatException("Not a leaf and its proof.");

    private static byte[][] HashesOf(JsonObject members, string name) =>
        [.. members.Array(name).Select(hash => BytesOf(hash, MerkleTree.HashLength))];

    private static bool Has(JsonObject members, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!members.ContainsKey(name))
                return false;
        }
        return members.Count == names.Length;
    }

    private static string OriginOf(JsonObject members) =>
        members["origin"].Text() is var origin && NoteKey.IsName(origin)
            ? origin
            : throw new FormatException("An origin names the log's keys.");

    private static long IndexOf(JsonNode? node) =>
        node.Integer() is >= 0 and var index ? index : throw new FormatException("An index is 0 or more.");

    private static byte[] BytesOf(JsonNode? node, int length) =>
        StrictBase64.TryDecodeUrl(node.Text(), out var bytes) && bytes.Length == length
            ? bytes
            : throw new FormatException($"{length} bytes in base64url are expected.");
}

/// <summary>A leaf, and the proof of where it stands in a tree.</summary>
/// <param name="Leaf">The leaf, as the log hashes it.</param>
/// <param name="Proof">The hashes from its sibling up.</param>
internal sealed record ProvenLeaf(byte[] Leaf, byte[][] Proof)
{
    /// <summary>The time of the leaf, if it stands at a place in the tree of a checkpoint; null if it does not.</summary>
    public Instant? TimeAt(long seq, Checkpoint checkpoint) =>
        checkpoint.Covers(seq, Leaf, Proof) && History.Leaf.TryParse(Leaf, out var read) ? read.Tx : null;
}
