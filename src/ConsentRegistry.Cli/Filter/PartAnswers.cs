using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// The answers to the rows of a part, as the registry sent them, and its attestation. A row is allowed only if its
/// answer says so in every respect.
/// </summary>
internal sealed class PartAnswers : IDisposable
{
    private const string AttestationMember = "attestation";

    /// <summary>Answers that are kept for those that begin alike: more than there are effects, reasons and details.</summary>
    private const int MaxKnown = 128;

    // How the registry writes decisions. Another spelling is read member by member.
    private static ReadOnlySpan<byte> EndOfHead => "\"decidedBy\":"u8;

    private static ReadOnlySpan<byte> EndOfDecision => "\"error\":null}"u8;

    // What an answer says stands before who decided, and is the same for many rows.
    private readonly List<(byte[] Head, RowAnswer Answer)> known = [];

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly int[] starts;
    private readonly IDisposable? owner;

    private PartAnswers(ReadOnlyMemory<byte> bytes, int[] starts, string? attestation, IDisposable? owner) =>
        (this.bytes, this.starts, Attestation, this.owner) = (bytes, starts, attestation, owner);

    /// <summary>How many answers there are.</summary>
    public int Count => starts.Length - 1;

    /// <summary>All answers, without the attestation's line.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes[..starts[^1]];

    /// <summary>The attestation; null if none was sent, or none was wanted.</summary>
    public string? Attestation { get; }

    /// <summary>Reads what was received for a part, and takes the memory over; false if it is not one answer for each row, and the attestation.</summary>
    public static bool TryReadAttested(
        ArrayPoolBufferWriter<byte> received,
        int rows,
        [NotNullWhen(true)] out PartAnswers? answers
    )
    {
        answers = null;
        var sent = received.WrittenMemory;
        if (!TryFindLines(sent.Span, rows + 1, out var starts))
            return false;
        try
        {
            var last = new Utf8JsonReader(sent.Span[starts[rows]..]);
            if (
                !last.Read()
                || last.TokenType != JsonTokenType.StartObject
                || !last.Read()
                || !last.ValueTextEquals(AttestationMember)
                || !last.Read()
                || last.TokenType != JsonTokenType.String
            )
                return false;
            answers = new(sent, starts[..^1], last.GetString(), received);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads answers that were kept; false if it is not one for each row.</summary>
    public static bool TryReadKept(ReadOnlyMemory<byte> kept, int rows, [NotNullWhen(true)] out PartAnswers? answers)
    {
        answers = TryFindLines(kept.Span, rows, out var starts) ? new(kept, starts, null, null) : null;
        return answers is not null;
    }

    /// <summary>The answer to a row, as it was sent, without its newline.</summary>
    public ReadOnlySpan<byte> Line(int row) => bytes.Span[starts[row]..(starts[row + 1] - 1)];

    /// <summary>What was answered to a row.</summary>
    public RowAnswer Answer(int row)
    {
        var line = Line(row);
        if (line.IndexOf(EndOfHead) is not (> 0 and var length) || !line.EndsWith(EndOfDecision))
            return RowAnswer.Read(line);
        foreach (var (head, answer) in known)
        {
            if (line[..length].SequenceEqual(head))
                return answer;
        }
        var read = RowAnswer.Read(line);
        if (known.Count < MaxKnown)
            known.Add((line[..length].ToArray(), read));
        return read;
    }

    /// <summary>Gives the memory back that the answers were received in.</summary>
    public void Dispose() => owner?.Dispose();

    private static bool TryFindLines(ReadOnlySpan<byte> lines, int count, out int[] starts)
    {
        starts = new int[count + 1];
        var at = 0;
        for (var line = 1; line <= count; line++)
        {
            if (lines[at..].IndexOf((byte)'\n') is not (>= 0 and var length))
                return false;
            starts[line] = at += length + 1;
        }
        return at == lines.Length;
    }
}
