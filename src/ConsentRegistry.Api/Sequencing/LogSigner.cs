using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>Signs checkpoints and receipts under the log's origin, and knows those that it signed before.</summary>
internal sealed class LogSigner(string origin, KeySet keys)
{
    private readonly IReadOnlyList<NoteSigner> signers = keys.LogSigners(origin);
    private readonly IReadOnlyList<NoteKey> known = keys.LogKeys(origin);
    private readonly P256Jwk tokenSigner =
        keys.TokenSigner ?? throw new ArgumentException("No key signs tokens.", nameof(keys));

    /// <summary>The name of the log, and of its keys.</summary>
    public string Origin { get; } = origin;

    /// <summary>The public keys, as everybody may have them: a JWK Set.</summary>
    public string PublicKeys { get; } = keys.Public(origin);

    /// <summary>Lines that a checkpoint is signed with.</summary>
    public int Lines => signers.Count;

    /// <summary>Whether one of these keys is a key of the log.</summary>
    public bool HasAny(IEnumerable<NoteKey> keys) => known.Intersect(keys).Any();

    /// <summary>A checkpoint over a tree.</summary>
    public SignedNote Sign(long size, byte[] root) =>
        SignedNote.Sign(new Checkpoint(Origin, size, root).ToString(), signers);

    /// <summary>A head of this log, as tokens name it; null for none.</summary>
    public LogHead? Name(TreeHead? head) => head is null ? null : new(Origin, head.Size, head.Root);

    /// <summary>A token over a payload.</summary>
    public string Sign(JsonObject payload, string type) => Jws.Sign(payload, type, tokenSigner);

    /// <summary>A token's payload, if this log signed it, with a key that it has still.</summary>
    public Result<Jws> Verify(string token, string type) => Jws.Verify(token, type, keys);

    /// <summary>Reads a checkpoint of this log; false if it is none, or no key of this log signed it.</summary>
    public bool TryRead(string note, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        return SignedNote.TryParse(note, out var signed)
            && signed.IsAccepted(known)
            && Checkpoint.TryParse(signed.Text, out checkpoint)
            && checkpoint.Origin == Origin;
    }
}
