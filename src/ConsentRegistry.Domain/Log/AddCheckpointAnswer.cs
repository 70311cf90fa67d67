using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>What a witness answered to a log (C2SP tlog-witness, <c>add-checkpoint</c>), as the log reads it.</summary>
public abstract record AddCheckpointAnswer
{
    /// <summary>Bytes of an answer that are read: lines of a few keys fit many times over.</summary>
    public const int MaxBytes = 1 << 16;

    private AddCheckpointAnswer() { }

    /// <summary>The witness cosigned.</summary>
    /// <param name="Line">Its newest line, which is verified.</param>
    /// <param name="Seconds">When, in seconds since 1970.</param>
    public sealed record Cosigned(NoteSignature Line, long Seconds) : AddCheckpointAnswer;

    /// <summary>The witness has seen another size last than the log thought.</summary>
    /// <param name="Size">The size that it has seen.</param>
    public sealed record Seen(long Size) : AddCheckpointAnswer;

    /// <summary>The witness refused.</summary>
    public sealed record Refused : AddCheckpointAnswer;

    /// <summary>What was answered is nothing of the protocol, or no cosignature of this checkpoint.</summary>
    public sealed record Unusable : AddCheckpointAnswer;

    /// <summary>Reads an answer.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The body.</param>
    /// <param name="asked">The note that was sent.</param>
    /// <param name="witness">The key of the witness. Lines of other keys are ignored.</param>
    /// <param name="latest">A cosignature after this time, in seconds since 1970, is none.</param>
    public static AddCheckpointAnswer Read(
        int status,
        ReadOnlySpan<byte> body,
        SignedNote asked,
        NoteKey witness,
        long latest
    ) =>
        (status, body.Length) switch
        {
            (_, > MaxBytes) => new Unusable(),
            (200, _) => ReadLines(body, asked, witness, latest),
            (409, _) => ReadSize(body),
            (>= 400 and < 500, _) => new Refused(),
            _ => new Unusable(),
        };

    private static AddCheckpointAnswer ReadLines(
        ReadOnlySpan<byte> body,
        SignedNote asked,
        NoteKey witness,
        long latest
    )
    {
        // Bytes that are no text make a line that cannot be read.
        var lines = Encoding.UTF8.GetString(body).Split('\n', SignedNote.MaxSignatures + 2);
        if (lines.Length is < 2 or > SignedNote.MaxSignatures + 1 || lines[^1].Length > 0)
            return new Unusable();
        Cosigned? newest = null;
        foreach (var text in lines.AsSpan(0, lines.Length - 1))
        {
            if (!NoteSignature.TryParse(text, out var line))
                return new Unusable();
            if (
                Cosignature.TryVerify(line, asked.Text, witness, out var seconds)
                && seconds <= latest
                && !(newest?.Seconds >= seconds)
            )
                newest = new(line, seconds);
        }
        return newest is null ? new Unusable() : newest;
    }

    private static AddCheckpointAnswer ReadSize(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body);
        return
            text.EndsWith('\n')
            && long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && text[..^1] == size.ToString(CultureInfo.InvariantCulture)
            ? new Seen(size)
            : new Unusable();
    }
}
