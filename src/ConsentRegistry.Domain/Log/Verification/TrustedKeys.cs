namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// By which keys signatures are believed: the auditor's own and those that they handed over to, or, without any, those
/// that the input brings.
/// </summary>
internal sealed class TrustedKeys
{
    private readonly string origin;
    private readonly bool arePinned;
    private readonly HashSet<NoteKey> pinned = [];
    private readonly HashSet<NoteKey> known = [];
    private readonly Dictionary<string, Jwk> broughtKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> handedOver = new(StringComparer.Ordinal);
    private KeySet? tokenKeys;

    public TrustedKeys(VerificationRequest request, string origin)
    {
        (this.origin, arePinned) = (origin, request.HasPinnedKeys);
        pinned.UnionWith(request.PinnedKeys);
        if (request.PinnedSet is { } set)
            pinned.UnionWith(set.LogKeys(origin));
        if (request.Policy is { } policy)
            pinned.UnionWith(policy.LogKeys(origin));
        known.UnionWith(pinned);
        tokenKeys = request.PinnedSet;
    }

    /// <summary>Takes note of the keys that a part brings.</summary>
    public Finding? Bring(KeySet brought)
    {
        if (arePinned && pinned.Count == 0)
            return Finding.Unusable(
                "None of the pinned keys is an Ed25519 key of this log, which checkpoints are signed with."
            );
        known.UnionWith(brought.LogKeys(origin));
        foreach (var key in brought.Keys)
            broughtKeys.TryAdd(key.Kid, key);
        if (broughtKeys.Count > KeySet.MaxKeys)
            return Finding.Unusable($"The parts bring more than {KeySet.MaxKeys} keys together.");
        if (!arePinned && KeySet.Create([.. broughtKeys.Values]).Succeeded(out var all, out _))
            tokenKeys = all;
        if (arePinned)
            TakeOver(brought);
        return null;
    }

    /// <summary>What is worth knowing about the keys, and not wrong.</summary>
    public IEnumerable<string> Remarks =>
        handedOver.Count == 0
            ? []
            :
            [
                $"{handedOver.Count} keys are trusted because a pinned key handed over to them; pin them from now on: "
                    + $"{string.Join(", ", handedOver)}.",
            ];

    /// <summary>
    /// Why a checkpoint of the input is wrong; null if a key of the log signed it, and no line of a known key is wrong.
    /// Lines of other keys say nothing (C2SP signed-note), nor does one that stands there twice.
    /// </summary>
    public string? Refuse(SignedNote note) =>
        note.IsAccepted(known)
            ? null
            : "A checkpoint is not signed by the log's keys, or has a wrong signature of theirs.";

    /// <summary>
    /// Whether a checkpoint that is not wrong shows something to the auditor: where keys are pinned, one of them signed
    /// it, or one that they handed over to.
    /// </summary>
    public bool IsTrusted(SignedNote note) => !arePinned || note.IsAccepted(pinned);

    /// <summary>What is wrong where the auditor's keys signed nothing.</summary>
    public const string NotTrusted =
        "What the input shows is not signed by a pinned key, nor by one that a pinned key handed over to.";

    /// <summary>
    /// Whether a checkpoint that the auditor kept is signed by a trusted key; it may bear witnesses' lines as well.
    /// </summary>
    public bool Accepts(SignedNote kept) => kept.IsAccepted(arePinned ? pinned : known);

    /// <summary>The token's payload, if it is signed by a trusted key.</summary>
    public Result<Jws> Verify(string token, string type) =>
        tokenKeys is null || !tokenKeys.Keys.OfType<P256Jwk>().Any()
            ? new Failure(NoTokenKeys, "No P-256 key is trusted, which tokens are signed with; pin the key set.")
            : Jws.Verify(token, type, tokenKeys);

    private void TakeOver(KeySet brought)
    {
        var own = pinned.Where(key => key.Name == origin && key.Type == NoteKeyType.Ed25519);
        var tokens = tokenKeys?.Keys.ToList() ?? [];
        foreach (var key in brought.HandedOverBy(own.Select(key => key.PublicKey).ToList()))
        {
            var isNew = key is Ed25519Jwk log
                ? pinned.Add(log.NoteKey(origin))
                : !tokens.Exists(known => known.Kid == key.Kid);
            if (!isNew)
                continue;
            handedOver.Add(key.Kid);
            if (key is P256Jwk)
                tokens.Add(key);
        }
        if (tokens.Count > 0 && KeySet.Create(tokens).Succeeded(out var all, out _))
            tokenKeys = all;
    }

    /// <summary>The code of a refusal where there is no key at all to verify tokens with.</summary>
    public const string NoTokenKeys = "noTokenKeys";
}
