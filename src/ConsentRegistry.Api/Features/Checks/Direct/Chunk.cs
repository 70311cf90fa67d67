using System.Buffers;
using System.Collections.Concurrent;
using ConsentRegistry.Api.Replica;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// Some whole lines of a stream, and then their answers, in one part or several. Its buffers are used again for the
/// next.
/// </summary>
internal sealed class Chunk : IDisposable
{
    /// <summary>Chunks that are kept for use: more than streams keep busy at once on most machines.</summary>
    private const int Kept = 64;

    private static readonly ConcurrentBag<Chunk> Free = [];

    private byte[] bytes = [];
    private int length;

    /// <summary>The lines, each with its newline but perhaps the last.</summary>
    public ReadOnlyMemory<byte> Bytes => bytes.AsMemory(0, length);

    /// <summary>When the lines had arrived, by <see cref="BootClock"/>.</summary>
    public long ArrivedAt { get; private set; }

    /// <summary>How many lines there are.</summary>
    public int Lines { get; private set; }

    /// <summary>Where the first line begins that has no answer yet.</summary>
    public int At { get; private set; }

    /// <summary>The number of that line, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Whether every line has its answer.</summary>
    public bool IsAnswered => At >= length;

    /// <summary>
    /// Whether the stream ends after this chunk, for its last line is longer than a line may be, or the caller may not
    /// go on.
    /// </summary>
    public bool IsLast { get; private set; }

    /// <summary>The answers of the newest part, a line each.</summary>
    public AnswerBuffer Answer { get; } = new();

    /// <summary>Cuts whole lines off what has arrived; null if there is no whole one.</summary>
    /// <param name="arrived">What has arrived; what is left of it.</param>
    /// <param name="isAll">Whether nothing more will come, so that the last line needs no newline.</param>
    /// <param name="most">Bytes of a chunk, at most; one line goes into it whatever its length.</param>
    /// <param name="longestLine">Bytes of a line, at most: a longer one is not kept, and the chunk is the last.</param>
    /// <param name="firstLine">The number of the first line.</param>
    public static Chunk? TryCut(
        ref ReadOnlySequence<byte> arrived,
        bool isAll,
        int most,
        int longestLine,
        long firstLine
    )
    {
        if (arrived.IsEmpty)
            return null;
        var window = arrived.Length > most ? arrived.Slice(0, most) : arrived;
        var chunk = Free.TryTake(out var free) ? free : new();
        chunk.Fill(window);
        chunk.Summary = PartSummary.Empty;
        var lines = chunk.bytes.AsSpan(0, chunk.length);
        var end = 0;
        (chunk.ArrivedAt, chunk.At, chunk.Line, chunk.Lines, chunk.IsLast) = (BootClock.Now, 0, firstLine, 0, false);
        while (end < lines.Length)
        {
            var line = lines[end..].IndexOf((byte)'\n');
            var isUnfinished = line < 0;
            if (isUnfinished)
                line = lines.Length - end;
            chunk.IsLast = line > longestLine;
            if (chunk.IsLast || (isUnfinished && !(isAll && window.Length == arrived.Length)))
                break;
            end = Math.Min(end + line + 1, lines.Length);
            chunk.Lines++;
        }
        if (end == 0 && !chunk.IsLast)
        {
            chunk.Dispose();
            return null;
        }
        chunk.length = end;
        arrived = arrived.Slice(end);
        return chunk;
    }

    /// <summary>A chunk without lines, for what is said before a line.</summary>
    public static Chunk Before(long line)
    {
        var chunk = Free.TryTake(out var free) ? free : new();
        chunk.Summary = PartSummary.Empty;
        (chunk.length, chunk.ArrivedAt, chunk.At, chunk.Line, chunk.Lines, chunk.IsLast) = (
            0,
            BootClock.Now,
            0,
            line,
            0,
            false
        );
        return chunk;
    }

    /// <summary>The length of the line that begins at a place, without its newline.</summary>
    public int LengthAt(int at) =>
        bytes.AsSpan(at, length - at).IndexOf((byte)'\n') is >= 0 and var end ? end : length - at;

    /// <summary>What the newest part came to.</summary>
    public PartSummary Summary { get; set; } = PartSummary.Empty;

    /// <summary>Notes that the lines before a place have their answers.</summary>
    public void MoveTo(int at, long line) => (At, Line) = (at, line);

    /// <summary>Ends the chunk, and the stream with it, before the lines that have no answer yet.</summary>
    public void End() => (At, IsLast) = (length, true);

    public void Dispose()
    {
        Answer.Clear();
        if (Free.Count < Kept)
            Free.Add(this);
    }

    private void Fill(in ReadOnlySequence<byte> window)
    {
        length = (int)window.Length;
        if (bytes.Length < length)
            bytes = new byte[length];
        window.CopyTo(bytes);
    }
}
