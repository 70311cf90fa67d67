using System.Buffers.Binary;
using System.Text;

namespace ConsentRegistry.Domain.Integrity;

/// <summary>What a row of an event says beside its body, which the leaf commits to.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="Version">The version of the stream.</param>
/// <param name="Ordinal">Its place in the version, from 1.</param>
/// <param name="Count">How many events make up the version.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Type">What it is about.</param>
/// <param name="Tx">The time of the change, in microseconds since 1970.</param>
/// <param name="Leaf">What the log holds.</param>
public readonly record struct EventColumns(
    string Stream,
    long Version,
    int Ordinal,
    int Count,
    Guid EventId,
    string Type,
    long Tx,
    byte[] Leaf
)
{
    private const int FixedLength = (4 * sizeof(int)) + sizeof(long) + sizeof(long) + 16 + sizeof(int);

    /// <summary>
    /// The columns as one sequence of bytes, of which each means one row only: every text has its length before it.
    /// </summary>
    public byte[] Encode()
    {
        var (stream, type) = (Encoding.UTF8.GetByteCount(Stream), Encoding.UTF8.GetByteCount(Type));
        var bytes = new byte[FixedLength + stream + type + Leaf.Length];
        var rest = bytes.AsSpan();
        rest = WriteText(rest, Stream, stream);
        rest = WriteText(rest, Type, type);
        BinaryPrimitives.WriteInt64BigEndian(rest, Version);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], Tx);
        BinaryPrimitives.WriteInt32BigEndian(rest[16..], Ordinal);
        BinaryPrimitives.WriteInt32BigEndian(rest[20..], Count);
        EventId.TryWriteBytes(rest[24..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(rest[40..], Leaf.Length);
        Leaf.CopyTo(rest[44..]);
        return bytes;
    }

    private static Span<byte> WriteText(Span<byte> to, string text, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, length);
        Encoding.UTF8.GetBytes(text, to[sizeof(int)..]);
        return to[(sizeof(int) + length)..];
    }
}
