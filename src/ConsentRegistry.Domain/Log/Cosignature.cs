using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// A witness's word that at a time this checkpoint was the largest it had seen of the log, and consistent with all
/// before (C2SP tlog-cosignature, type 0x04): 8 bytes of seconds since 1970, big-endian, then the Ed25519 signature
/// over <c>cosignature/v1</c>, the time and the note's text.
/// </summary>
public static class Cosignature
{
    private const int TimeLength = 8;

    /// <summary>The line that a witness adds under a note with this text.</summary>
    /// <param name="text">The text of the note, with its final newline.</param>
    /// <param name="seconds">When, in seconds since 1970.</param>
    /// <param name="witness">Who; its key is used for cosignatures only.</param>
    /// <exception cref="ArgumentException">The text is no checkpoint, or the time lies before 1970.</exception>
    public static NoteSignature Sign(string text, long seconds, NoteSigner witness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        if (!Checkpoint.TryParse(text, out _))
            throw new ArgumentException("Only a checkpoint is cosigned.", nameof(text));
        var bytes = new byte[TimeLength + Ed25519.SignatureLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
        witness.Sign(Message(text, seconds)).CopyTo(bytes, TimeLength);
        return new(witness.Name, witness.Key(NoteKeyType.Cosignature).Id, bytes);
    }

    /// <summary>
    /// Whether a line is the cosignature of a note's text by this witness, and of when; whether that time is plausible
    /// is the caller's to judge.
    /// </summary>
    /// <param name="signature">The line.</param>
    /// <param name="text">The text of the note, with its final newline.</param>
    /// <param name="witness">
    /// A key of type <see cref="NoteKeyType.Cosignature"/>; with another nothing is verified.
    /// </param>
    /// <param name="seconds">When, in seconds since 1970; 0 where it is not the witness's.</param>
    public static bool TryVerify(NoteSignature signature, string text, NoteKey witness, out long seconds)
    {
        seconds = 0;
        if (
            witness.Type != NoteKeyType.Cosignature
            || !signature.ClaimsToBeBy(witness)
            || !TryReadTime(signature, out var claimed)
        )
            return false;
        if (
            !Checkpoint.TryParse(text, out _)
            || !witness.PublicKey.Verify(Message(text, claimed), signature.Bytes[TimeLength..])
        )
            return false;
        seconds = claimed;
        return true;
    }

    /// <summary>
    /// The time that a line claims, in seconds since 1970; false if it is no line of a witness. It is verified by nobody.
    /// The time is at most 2^63 - 1, so that nobody reads it as negative.
    /// </summary>
    internal static bool TryReadTime(NoteSignature signature, out long seconds)
    {
        seconds = -1;
        return signature.Bytes.Length == TimeLength + Ed25519.SignatureLength
            && (seconds = BinaryPrimitives.ReadInt64BigEndian(signature.Bytes)) >= 0;
    }

    private static byte[] Message(string text, long seconds) =>
        Encoding.UTF8.GetBytes($"cosignature/v1\ntime {seconds.ToString(CultureInfo.InvariantCulture)}\n{text}");
}
