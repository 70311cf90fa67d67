using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>What a note's lines say about one key.</summary>
public enum NoteVerdict
{
    /// <summary>No line claims to be by that key.</summary>
    NotSigned,

    /// <summary>Every line that claims to be by that key is valid.</summary>
    Valid,

    /// <summary>A line claims to be by that key and is not: the note is to be refused.</summary>
    Invalid,
}

/// <summary>
/// A text and the signatures under it (C2SP signed-note). The text means nothing before <see cref="IsAccepted"/> or
/// <see cref="IsSignedOnlyBy"/> has said yes.
/// </summary>
public sealed class SignedNote
{
    /// <summary>
    /// The longest note, in bytes of UTF-8: the limit of the reference implementation (golang.org/x/mod/sumdb/note).
    /// </summary>
    public const int MaxBytes = 1_000_000;

    /// <summary>The most signatures: as many as C2SP asks every verifier to accept.</summary>
    public const int MaxSignatures = 16;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures) => (Text, Signatures) = (text, signatures);

    /// <summary>What is signed, with its final newline.</summary>
    public string Text { get; }

    /// <summary>The lines under the text, in their order; at least one.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Signs a text with each of the signers.</summary>
    /// <exception cref="ArgumentException">
    /// The text cannot be a note's, or there are no signers or too many.
    /// </exception>
    public static SignedNote Sign(string text, IReadOnlyList<NoteSigner> signers)
    {
        if (!IsText(text))
            throw new ArgumentException(
                "A note's text is Unicode without control characters, and ends with a newline.",
                nameof(text)
            );
        if (signers.Count is 0 or > MaxSignatures)
            throw new ArgumentException($"A note has 1 to {MaxSignatures} signatures.", nameof(signers));
        var message = StrictUtf8.GetBytes(text);
        return Checked(
            text,
            [.. signers.Select(s => new NoteSignature(s.Name, s.Key(NoteKeyType.Ed25519).Id, s.Sign(message)))]
        );
    }

    /// <summary>The same note with one line more, such as a witness's; verifying it is the caller's concern.</summary>
    /// <exception cref="ArgumentException">The note would be too long or have too many signatures.</exception>
    public SignedNote With(NoteSignature signature)
    {
        if (Signatures.Count == MaxSignatures)
            throw new ArgumentException($"A note has at most {MaxSignatures} signatures.", nameof(signature));
        return Checked(Text, [.. Signatures, signature]);
    }

    /// <summary>The same note with only some of its lines.</summary>
    /// <exception cref="ArgumentException">No line would be left.</exception>
    public SignedNote Keep(Func<NoteSignature, bool> keeps)
    {
        var kept = Signatures.Where(keeps).ToList();
        return kept.Count > 0 ? new(Text, kept) : throw new ArgumentException("A note has a signature.", nameof(keeps));
    }

    /// <summary>
    /// The same note with the first line of each of these keys alone. What others add to a note, or repeat, is not the
    /// log's, and has no limit but the note's.
    /// </summary>
    /// <param name="keys">The keys; whether their lines are valid is the caller's concern.</param>
    /// <param name="most">Lines, at most.</param>
    /// <exception cref="ArgumentException">No line would be left.</exception>
    public SignedNote OnlyBy(IReadOnlyCollection<NoteKey> keys, int most = MaxSignatures)
    {
        var lines = Signatures
            .Where(line => keys.Any(line.ClaimsToBeBy))
            .DistinctBy(line => (line.Name, line.KeyId))
            .Take(most)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        return Keep(lines.Contains);
    }

    /// <summary>
    /// The same note with lines of another copy of it: of keys that have none here, as long as there is room, and of
    /// witnesses that claim a later time there. What is joined is not verified.
    /// </summary>
    /// <exception cref="ArgumentException">The other note says something else.</exception>
    public SignedNote Join(SignedNote other)
    {
        if (other.Text != Text)
            throw new ArgumentException("Notes with other texts have nothing in common.", nameof(other));
        var joined = new SignedNote(Text, [.. Signatures.Select(line => LaterOf(line, other))]);
        var rest = other.Signatures.Where(line => !Signatures.Any(line.IsOfSameKey));
        foreach (var line in rest.Take(MaxSignatures - Signatures.Count))
        {
            var longer = new SignedNote(Text, [.. joined.Signatures, line]);
            if (IsShort(longer))
                joined = longer;
        }
        return IsShort(joined) ? joined : this;
    }

    private static NoteSignature LaterOf(NoteSignature line, SignedNote other)
    {
        if (!Cosignature.TryReadTime(line, out var latest))
            return line;
        foreach (var there in other.Signatures.Where(line.IsOfSameKey))
        {
            if (Cosignature.TryReadTime(there, out var seconds) && seconds > latest)
                (line, latest) = (there, seconds);
        }
        return line;
    }

    /// <summary>Reads a note from UTF-8; see <see cref="TryParse(string?, out SignedNote?)"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SignedNote? note)
    {
        note = null;
        if (utf8.Length > MaxBytes)
            return false;
        try
        {
            return TryParse(StrictUtf8.GetString(utf8), out note);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>
    /// Reads a note. False for everything but what <see cref="ToString"/> writes; no signature is verified yet.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SignedNote? note)
    {
        note = null;
        if (text is null || !IsText(text))
            return false;
        // The text may have empty lines itself: the last one ends it.
        var split = text.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
            return false;
        var lines = text[(split + 2)..].Split('\n', MaxSignatures + 2);
        // After the last newline there is nothing.
        if (lines.Length is < 2 or > MaxSignatures + 1 || lines[^1].Length > 0)
            return false;
        var signatures = new List<NoteSignature>(lines.Length - 1);
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            if (!NoteSignature.TryParse(line, out var signature))
                return false;
            signatures.Add(signature);
        }
        note = new(text[..(split + 1)], signatures);
        return true;
    }

    /// <summary>What the lines under the note say about <paramref name="key"/>.</summary>
    public NoteVerdict VerifiedBy(NoteKey key)
    {
        var verdict = NoteVerdict.NotSigned;
        foreach (var signature in Signatures)
        {
            if (!signature.ClaimsToBeBy(key))
                continue;
            if (!IsValid(signature, key))
                return NoteVerdict.Invalid;
            verdict = NoteVerdict.Valid;
        }
        return verdict;
    }

    /// <summary>
    /// Whether a verifier that knows these keys accepts the note: at least one of them signed it, and no line of theirs
    /// is invalid. Lines by other keys are ignored, as C2SP asks, so that keys can be rotated and witnesses added.
    /// </summary>
    public bool IsAccepted(IReadOnlyCollection<NoteKey> known)
    {
        var verdicts = known.Select(VerifiedBy).ToList();
        return verdicts.Contains(NoteVerdict.Valid) && !verdicts.Contains(NoteVerdict.Invalid);
    }

    /// <summary>
    /// Whether every line is by one of these keys and valid, and none of them signed twice: nothing in the note is
    /// unverified.
    /// </summary>
    public bool IsSignedOnlyBy(IReadOnlyCollection<NoteKey> known) =>
        Signatures.All(signature => known.Any(signature.ClaimsToBeBy))
        && Signatures.DistinctBy(signature => (signature.Name, signature.KeyId)).Count() == Signatures.Count
        && IsAccepted(known);

    /// <summary>The note as it is published; its UTF-8 is what was read, byte by byte.</summary>
    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
            note.Append(signature).Append('\n');
        return note.ToString();
    }

    private static SignedNote Checked(string text, IReadOnlyList<NoteSignature> signatures)
    {
        var note = new SignedNote(text, signatures);
        return IsShort(note)
            ? note
            : throw new ArgumentException($"A note has at most {MaxBytes} bytes.", nameof(text));
    }

    private static bool IsShort(SignedNote note) => StrictUtf8.GetByteCount(note.ToString()) <= MaxBytes;

    private bool IsValid(NoteSignature signature, NoteKey key) =>
        key.Type == NoteKeyType.Cosignature
            ? Cosignature.TryVerify(signature, Text, key, out _)
            : key.PublicKey.Verify(StrictUtf8.GetBytes(Text), signature.Bytes);

    private static bool IsText(string text)
    {
        if (text.Length is 0 or > MaxBytes || text[^1] != '\n')
            return false;
        foreach (var letter in text)
        {
            if (letter < ' ' && letter != '\n')
                return false;
        }
        try
        {
            return StrictUtf8.GetByteCount(text) <= MaxBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
