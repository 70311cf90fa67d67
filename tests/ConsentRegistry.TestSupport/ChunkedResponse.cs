using System.Buffers;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.TestSupport;

/// <summary>
/// Counts the lines of an HTTP/1.1 answer in chunked transfer coding (RFC 9112, section 7.1) as its bytes come in, and
/// keeps nothing of them. A client library would take a good part of the machine that the server needs.
/// </summary>
/// <param name="copy">Is given the body; null where nobody reads it.</param>
internal sealed class ChunkedResponse(IBufferWriter<byte>? copy = null)
{
    private enum Part
    {
        Head,
        Size,
        Data,
        AfterData,
        End,
    }

    // The head, or the line that says a chunk's size; only ever a few hundred bytes.
    private readonly StringBuilder line = new();
    private Part part;
    private long left;

    /// <summary>The head of the answer; empty until it is there.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Whether the last chunk has been read.</summary>
    public bool IsComplete => part == Part.End;

    /// <summary>Lines of the body so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Bytes of the body so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && part != Part.End)
            bytes = bytes[(part == Part.Data ? ReadData(bytes) : ReadFrame(bytes[0]))..];
    }

    private int ReadData(ReadOnlySpan<byte> bytes)
    {
        var data = bytes[..(int)Math.Min(bytes.Length, left)];
        Lines += data.Count((byte)'\n');
        Bytes += data.Length;
        copy?.Write(data);
        left -= data.Length;
        if (left == 0)
            part = Part.AfterData;
        return data.Length;
    }

    private int ReadFrame(byte next)
    {
        line.Append((char)next);
        if (next != '\n')
            return 1;
        var text = line.ToString();
        switch (part)
        {
            case Part.Head when text.EndsWith("\r\n\r\n", StringComparison.Ordinal):
                (Head, part) = (text, Part.Size);
                break;
            case Part.Head:
                return 1;
            case Part.AfterData:
                part = Part.Size;
                break;
            case Part.Size:
                left = long.Parse(text.TrimEnd(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                part = left == 0 ? Part.End : Part.Data;
                break;
        }
        line.Clear();
        return 1;
    }
}
