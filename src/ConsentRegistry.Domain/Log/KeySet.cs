using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The registry's keys, as a JSON Web Key Set (RFC 7517): Ed25519 for the log's checkpoints, P-256 for tokens. The
/// first of each type that has its private part signs. Every further key of Ed25519 that has it signs checkpoints as
/// well, so that whoever knows only the older key still accepts them while keys are rotated. Keys without it stay so
/// that what they signed can be verified.
/// </summary>
public sealed class KeySet
{
    /// <summary>The most keys: one rotation a month for ten years.</summary>
    public const int MaxKeys = 256;

    /// <summary>The longest set that is read, in bytes: a key takes about 400.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>
    /// The most keys of Ed25519 with a private part: half of what a note may bear, which leaves the other half to
    /// witnesses.
    /// </summary>
    public const int MaxLogSigners = SignedNote.MaxSignatures / 2;

    private KeySet(IReadOnlyList<Jwk> keys) => Keys = keys;

    /// <summary>All keys; those that sign come before older ones of their type.</summary>
    public IReadOnlyList<Jwk> Keys { get; }

    /// <summary>The key that signs tokens; null if the set only verifies.</summary>
    public P256Jwk? TokenSigner => Keys.OfType<P256Jwk>().FirstOrDefault(key => key.HasPrivatePart);

    /// <summary>
    /// What signs the checkpoints of the log of that origin, the newest key first; empty if the set only verifies.
    /// </summary>
    /// <exception cref="ArgumentException">The origin cannot name a key.</exception>
    public IReadOnlyList<NoteSigner> LogSigners(string origin) =>
        [.. Keys.OfType<Ed25519Jwk>().Select(key => key.Signer(origin)).OfType<NoteSigner>()];

    /// <summary>
    /// The keys by which checkpoints of the log of that origin are verified, also those that sign no longer.
    /// </summary>
    /// <exception cref="ArgumentException">The origin cannot name a key.</exception>
    public IReadOnlyList<NoteKey> LogKeys(string origin) =>
        [.. Keys.OfType<Ed25519Jwk>().Select(key => key.NoteKey(origin))];

    /// <summary>The key for tokens of that id, also one that signs no longer; null if there is none.</summary>
    public P256Jwk? FindTokenKey(string kid) => Keys.OfType<P256Jwk>().FirstOrDefault(key => key.Kid == kid);

    /// <summary>A set of new keys, one of each type, from randomness that the caller has drawn.</summary>
    /// <param name="seed">32 random bytes.</param>
    /// <param name="p256">
    /// A key of P-256 with its private part, as <see cref="ECDsa"/> generates and exports it.
    /// </param>
    /// <param name="ed25519">What computes the public key of the seed.</param>
    public static Result<KeySet> Create(ReadOnlySpan<byte> seed, ECParameters p256, IEd25519 ed25519)
    {
        if (seed.Length != Ed25519.SeedLength)
            return new Failure(
                FailureCode.Invalid,
                $"The seed has {seed.Length} bytes; give {Ed25519.SeedLength}, " + "as Ed25519 takes."
            );
        if (p256.D is null)
            return new Failure(FailureCode.Invalid, "The key of P-256 has no private part; give one that has.");
        return P256Jwk.From(p256).Succeeded(out var tokens, out var failure)
            ? Create([Ed25519Jwk.FromSeed(seed, ed25519), tokens])
            : failure;
    }

    /// <summary>
    /// Reads a key set; see <see cref="KeySetReader"/> for what is accepted. A failure says which member is at fault
    /// and quotes none.
    /// </summary>
    public static Result<KeySet> Parse(ReadOnlySpan<byte> utf8, IEd25519 ed25519) => KeySetReader.Read(utf8, ed25519);

    /// <summary>
    /// The fresh keys first, then these with their private parts: from now on the fresh ones sign, and checkpoints are
    /// signed by both until <see cref="Retire"/>. The newest of these hands over to each of the fresh ones.
    /// </summary>
    public Result<KeySet> Rotate(KeySet fresh)
    {
        var newest = Keys.OfType<Ed25519Jwk>().FirstOrDefault(key => key.HasPrivatePart);
        return Create([
            .. fresh.Keys.Select(key => newest is null ? key : key.With(KeyHandover.Sign(newest, key.Kid))),
            .. Keys,
        ]);
    }

    /// <summary>
    /// The keys of this set that some keys handed over to, and those that these handed over to in turn: whoever trusts
    /// the first can trust them.
    /// </summary>
    public IReadOnlyList<Jwk> HandedOverBy(IEnumerable<Ed25519PublicKey> trusted)
    {
        var known = trusted
            .DistinctBy(key => Ed25519Jwk.FromPublicKey(key).Kid)
            .ToDictionary(key => Ed25519Jwk.FromPublicKey(key).Kid, StringComparer.Ordinal);
        var found = new List<Jwk>();
        // Each turn finds a key, or is the last.
        for (var before = -1; before < found.Count; )
        {
            before = found.Count;
            foreach (var key in Keys.Except(found).ToList())
            {
                if (
                    key.Handover is not { } handover
                    || !known.TryGetValue(handover.By, out var by)
                    || !handover.IsBy(by, key.Kid)
                )
                    continue;
                found.Add(key);
                if (key is Ed25519Jwk next)
                    known.TryAdd(next.Kid, next.PublicKey);
            }
        }
        return found;
    }

    /// <summary>
    /// Without the private parts of all but the first of each type that has one: older keys sign no longer, and still
    /// verify.
    /// </summary>
    public KeySet Retire()
    {
        var signing = new HashSet<Type>();
        return new([
            .. Keys.Select(key => key.HasPrivatePart && signing.Add(key.GetType()) ? key : key.WithoutPrivatePart()),
        ]);
    }

    /// <summary>
    /// The set as canonical JSON: with private parts it is the key file, which nobody but the registry may read.
    /// </summary>
    public string ToJson(bool includePrivate) => Write(key => key.ToJson(includePrivate));

    /// <summary>
    /// The set as everyone may see it, without any private part. Each key of Ed25519 also has a member <c>vkey</c>, its
    /// verifier key for the log of that origin (<see cref="NoteKey"/>), ready to be given to tools for logs.
    /// </summary>
    /// <exception cref="ArgumentException">The origin cannot name a key.</exception>
    public string Public(string origin) =>
        Write(key =>
        {
            var members = key.ToJson(includePrivate: false);
            if (key is Ed25519Jwk logKey)
                members["vkey"] = logKey.NoteKey(origin).ToString();
            return members;
        });

    /// <summary>The keys' curves and thumbprints; nothing private.</summary>
    public override string ToString() => string.Join(", ", Keys);

    internal static Result<KeySet> Create(IReadOnlyList<Jwk> keys)
    {
        if (keys.Count == 0)
            return new Failure(
                FailureCode.Invalid,
                "The key set has no key; give it at least one.",
                KeySetReader.KeysMember
            );
        if (keys.Count > MaxKeys)
            return new Failure(
                FailureCode.TooMany,
                $"The key set has {keys.Count} keys; give it at most {MaxKeys}.",
                KeySetReader.KeysMember
            );
        if (keys.DistinctBy(key => key.Kid).Count() < keys.Count)
            return new Failure(
                FailureCode.Invalid,
                "A key stands in the set more than once; leave it in once.",
                KeySetReader.KeysMember
            );
        if (keys.Any(key => IsForged(key, keys)))
            return new Failure(
                FailureCode.Invalid,
                "A key names another of the set that did not hand over to it; leave the member out.",
                KeySetReader.KeysMember
            );
        if (keys.Count(key => key is Ed25519Jwk { HasPrivatePart: true }) > MaxLogSigners)
            return new Failure(
                FailureCode.TooMany,
                $"More than {MaxLogSigners} keys of Ed25519 would sign at once; " + "retire the older ones.",
                KeySetReader.KeysMember
            );
        return new KeySet(keys);
    }

    private static bool IsForged(Jwk key, IReadOnlyList<Jwk> keys) =>
        key.Handover is { } handover
        && keys.FirstOrDefault(older => older.Kid == handover.By) is { } by
        && !(by is Ed25519Jwk signer && handover.IsBy(signer.PublicKey, key.Kid));

    private string Write(Func<Jwk, JsonObject> members) =>
        Encoding.UTF8.GetString(
            CanonicalJson.Encode(
                new JsonObject { [KeySetReader.KeysMember] = new JsonArray([.. Keys.Select(members)]) }
            )
        );
}
