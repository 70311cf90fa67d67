using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// A log as somebody makes it anew who has its keys: what is altered is committed to, every stream goes on from it, and
/// the tree over all of it is signed.
/// </summary>
internal sealed class ForgedLog
{
    private readonly List<Entry> entries = [];

    private ForgedLog() { }

    /// <summary>The entries, in order.</summary>
    public IList<Entry> Entries => entries;

    /// <summary>The log of an export.</summary>
    public static ForgedLog Read(byte[] export)
    {
        var (log, text) = (new ForgedLog(), ExportText.Of(export));
        foreach (var at in text.PlacesOf("entry"))
        {
            var line = text[at];
            log.entries.Add(
                new()
                {
                    Leaf = JsonNode.Parse((string)line["leaf"]!)!.AsObject(),
                    Body = (string?)line["body"] is { } body ? JsonNode.Parse(body)!.AsObject() : null,
                    Salt = (string?)line["salt"] is { } salt ? Base64Url.DecodeFromChars(salt) : null,
                }
            );
        }
        return log;
    }

    /// <summary>The entries of a stream.</summary>
    public IReadOnlyList<Entry> Of(string stream) => [.. entries.Where(entry => entry.Stream == stream)];

    /// <summary>Lets each event of a stream go on from the one before it.</summary>
    public void Link(string stream)
    {
        byte[]? head = null;
        foreach (var entry in Of(stream))
        {
            entry.Body!["prev"] = head is null ? null : Base64Url.EncodeToString(head);
            head = SHA256.HashData(entry.Commit());
        }
    }

    /// <summary>The export, signed by these keys.</summary>
    public byte[] Export(KeySet keys)
    {
        const string Origin = RegistryOptions.DevelopmentOrigin;
        var (tree, lines) = (new TreeBuilder(), new List<string>());
        lines.Add(
            ExportText.TextOf(
                new JsonObject
                {
                    ["from"] = 0,
                    ["kind"] = "log",
                    ["origin"] = Origin,
                    ["to"] = entries.Count,
                    ["v"] = 1,
                }
            )
        );
        var listed = JsonNode.Parse(keys.Public(Origin))!["keys"]!.DeepClone();
        lines.Add(ExportText.TextOf(new JsonObject { ["kind"] = "keys", ["keys"] = listed }));
        foreach (var entry in entries)
        {
            var leaf = entry.Commit();
            tree.Append(MerkleTree.LeafHash(leaf));
            lines.Add(
                ExportText.TextOf(
                    new JsonObject
                    {
                        ["kind"] = "entry",
                        ["seq"] = lines.Count - 2,
                        ["leaf"] = Encoding.UTF8.GetString(leaf),
                        ["body"] = entry.Body is { } body ? ExportText.TextOf(body) : null,
                        ["salt"] = entry.Salt is { } salt ? Base64Url.EncodeToString(salt) : null,
                    }
                )
            );
        }
        var note = SignedNote.Sign(new Checkpoint(Origin, tree.Size, tree.Root()).ToString(), keys.LogSigners(Origin));
        lines.Add(ExportText.TextOf(new JsonObject { ["kind"] = "checkpoint", ["note"] = note.ToString() }));
        return ExportText.Of(lines).Sealed();
    }

    /// <summary>An entry of the log.</summary>
    internal sealed class Entry
    {
        public required JsonObject Leaf { get; set; }

        public JsonObject? Body { get; set; }

        public byte[]? Salt { get; set; }

        /// <summary>Whose event it is; null where an erasure took that.</summary>
        public string? Stream => (string?)Body?["stream"];

        /// <summary>A copy.</summary>
        public Entry Copy() =>
            new()
            {
                Leaf = Leaf.DeepClone().AsObject(),
                Body = Body?.DeepClone().AsObject(),
                Salt = Salt,
            };

        /// <summary>The leaf, which commits to the body.</summary>
        public byte[] Commit()
        {
            if (Body is not null && Salt is not null)
                Leaf["commit"] = Base64Url.EncodeToString(HMACSHA256.HashData(Salt, CanonicalJson.Encode(Body)));
            return CanonicalJson.Encode(Leaf);
        }
    }
}
