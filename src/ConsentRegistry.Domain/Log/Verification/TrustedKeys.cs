namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// By which keys signatures are believed: the auditor's own, or, without any, those that the input brings.
/// </summary>
internal sealed class TrustedKeys
{
    private readonly string origin;
    private readonly bool arePinned;
    private readonly HashSet<NoteKey> pinned = [];
    private readonly HashSet<NoteKey> known = [];
    private readonly Dictionary<string, Jwk> broughtKeys = new(StringComparer.Ordinal);
    private KeySet? tokenKeys;

    public TrustedKeys(VerificationRequest request, string origin)
    {
        (this.origin, arePinned) = (origin, request.HasPinnedKeys);
        pinned.UnionWith(request.PinnedKeys);
        if (request.PinnedSet is { } set)
            pinned.UnionWith(set.LogKeys(origin));
        known.UnionWith(pinned);
        tokenKeys = request.PinnedSet;
    }

    /// <summary>Takes note of the keys that a part brings.</summary>
    public Finding? Bring(KeySet brought)
    {
        if (arePinned && pinned.Count == 0)
            return Finding.Unusable("None of the pinned keys is an Ed25519 key, which checkpoints are signed with.");
        known.UnionWith(brought.LogKeys(origin));
        foreach (var key in brought.Keys)
            broughtKeys.TryAdd(key.Kid, key);
        if (broughtKeys.Count > KeySet.MaxKeys)
            return Finding.Unusable($"The parts bring more than {KeySet.MaxKeys} keys together.");
        if (!arePinned && KeySet.Create([.. broughtKeys.Values]).Succeeded(out var all, out _))
            tokenKeys = all;
        return null;
    }

    /// <summary>
    /// Why a checkpoint of the input is not to be believed; null if a trusted key signed it, and no line of a known key
    /// is wrong. Lines of other keys say nothing (C2SP signed-note), nor does one that stands there twice.
    /// </summary>
    public string? Refuse(SignedNote note) =>
        !note.IsAccepted(known) ? "A checkpoint is not signed by the log's keys, or has a wrong signature of theirs."
        : arePinned && !note.IsAccepted(pinned) ? "A checkpoint is not signed by a pinned key."
        : null;

    /// <summary>
    /// Whether a checkpoint that the auditor kept is signed by a trusted key; it may bear witnesses' lines as well.
    /// </summary>
    public bool Accepts(SignedNote kept) => kept.IsAccepted(arePinned ? pinned : known);

    /// <summary>The token's payload, if it is signed by a trusted key.</summary>
    public Result<Jws> Verify(string token, string type) =>
        tokenKeys is null || !tokenKeys.Keys.OfType<P256Jwk>().Any()
            ? new Failure(NoTokenKeys, "No P-256 key is trusted, which tokens are signed with; pin the key set.")
            : Jws.Verify(token, type, tokenKeys);

    /// <summary>The code of a refusal where there is no key at all to verify tokens with.</summary>
    public const string NoTokenKeys = "noTokenKeys";
}
