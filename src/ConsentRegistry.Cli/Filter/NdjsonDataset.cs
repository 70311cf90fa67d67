using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// Rows as lines of JSON. An empty line is no row. A line that is no object is a row that names no video.
/// </summary>
internal sealed class NdjsonDataset(string path, Columns columns, CheckLineWriter lines) : Dataset
{
    /// <summary>Bytes of one read: what is read beyond a part is copied to the next.</summary>
    private const int BytesPerRead = 1 << 20;

    /// <summary>Bytes of a usual part's rows.</summary>
    private const int UsualRows = 16 << 20;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly byte[] creator = Encoding.UTF8.GetBytes(columns.Creator);
    private readonly byte[] video = Encoding.UTF8.GetBytes(columns.Video);
    private readonly byte[] content = Encoding.UTF8.GetBytes(Columns.Content);

    private readonly (byte[] Scheme, byte[] Column)[] identifiers =
    [
        .. columns.Identifiers.Select(column =>
            (Encoding.UTF8.GetBytes(column.Key), Encoding.UTF8.GetBytes(column.Value))
        ),
    ];

    private long length = 1;
    private long read;

    public override string Extension => ".ndjson";

    public override double Progress => (double)read / length;

    public override async IAsyncEnumerable<DatasetPart> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var file = File.OpenRead(path);
        length = Math.Max(1, file.Length);
        var rest = Array.Empty<byte>();
        var line = 0L;
        for (var isOver = false; !isOver; )
        {
            var buffer = PartMemory.Pool.Rent(Math.Max(rest.Length, UsualRows));
            rest.CopyTo(buffer, 0);
            var filled = rest.Length;
            var rows = new List<(int Start, int Length)>();
            var (start, looked) = (0, 0);
            while (rows.Count < RowsPerPart && start < BytesPerPart)
            {
                var end = buffer.AsSpan(looked, filled - looked).IndexOf((byte)'\n');
                if (end >= 0 || (isOver && start < filled))
                {
                    end = end >= 0 ? looked + end : filled;
                    line++;
                    RequireLength(end - start, line);
                    if (Trim(buffer.AsSpan(start, end - start), line).Length is > 0 and var left)
                        rows.Add((end - left, left));
                    looked = start = Math.Min(end + 1, filled);
                    continue;
                }
                if (isOver)
                    break;
                looked = filled;
                RequireLength(filled - start, line + 1);
                if (filled == buffer.Length)
                    buffer = Grow(buffer);
                var room = Math.Min(BytesPerRead, buffer.Length - filled);
                var more = await file.ReadAsync(buffer.AsMemory(filled, room), cancellation);
                (filled, isOver, read) = (filled + more, more == 0, read + more);
            }
            rest = buffer[start..filled];
            isOver = isOver && rest.Length == 0;
            if (rows.Count > 0)
                yield return Read(buffer, rows);
            else
                PartMemory.Pool.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = PartMemory.Pool.Rent(2 * full.Length);
        full.CopyTo(larger, 0);
        PartMemory.Pool.Return(full);
        return larger;
    }

    private void RequireLength(int bytes, long line)
    {
        if (bytes > LongestRow)
            throw new DatasetException($"{path}, line {line}: a row has at most {LongestRow} bytes.");
    }

    // What is left is at the end, so that its place follows from its length.
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> row, long line)
    {
        if (line == 1 && row.StartsWith(ByteOrderMark))
            row = row[ByteOrderMark.Length..];
        return row.TrimStart(" \t\r"u8);
    }

    private Part Read(byte[] buffer, List<(int Start, int Length)> rows)
    {
        var checks = PartMemory.Rent(UsualChecks);
        var areObjects = new bool[rows.Count];
        var names = new RowNames();
        for (var row = 0; row < rows.Count; row++)
        {
            names.Clear();
            areObjects[row] = TryRead(buffer.AsSpan(rows[row].Start, rows[row].Length), names);
            if (!areObjects[row])
                names.Clear();
            lines.Write(names, checks);
        }
        return new(buffer, rows, areObjects, checks);
    }

    // What two members of one name say depends on who reads them: such a row names nothing.
    private bool TryRead(ReadOnlySpan<byte> row, RowNames names)
    {
        try
        {
            var reader = new Utf8JsonReader(row);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            var seen = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var member = Find(ref reader);
                if (!reader.Read())
                    return false;
                if (member < 0)
                {
                    reader.Skip();
                    continue;
                }
                if ((seen & (1 << member)) != 0)
                    return false;
                seen |= 1 << member;
                Add(ref reader, row, member, names);
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private int Find(ref Utf8JsonReader reader)
    {
        for (var i = 0; i < identifiers.Length; i++)
        {
            if (reader.ValueTextEquals(identifiers[i].Column))
                return i;
        }
        return reader.ValueTextEquals(creator) ? identifiers.Length
            : reader.ValueTextEquals(video) ? identifiers.Length + 1
            : reader.ValueTextEquals(content) ? identifiers.Length + 2
            : -1;
    }

    private void Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, int member, RowNames names)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.String when member == identifiers.Length:
                names.AddCreator(reader.ValueSpan);
                break;
            case JsonTokenType.String when member == identifiers.Length + 1:
                names.AddVideo(reader.ValueSpan);
                break;
            case JsonTokenType.String when member < identifiers.Length:
                names.AddIdentifier(identifiers[member].Scheme, reader.ValueSpan);
                break;
            case JsonTokenType.StartArray when member < identifiers.Length:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType != JsonTokenType.String)
                        throw new JsonException("An identifier is a text.");
                    names.AddIdentifier(identifiers[member].Scheme, reader.ValueSpan);
                }
                break;
            case JsonTokenType.StartArray when member == identifiers.Length + 2:
                reader.Skip();
                names.AddContent(row[(start + 1)..(int)(reader.BytesConsumed - 1)]);
                break;
            case JsonTokenType.Null:
                break;
            default:
                throw new JsonException("A name is a text.");
        }
    }

    private sealed class Part(
        byte[] buffer,
        List<(int Start, int Length)> rows,
        bool[] areObjects,
        ArrayPoolBufferWriter<byte> checks
    ) : DatasetPart(checks)
    {
        public override int Rows => rows.Count;

        public override Task WriteAsync(PartAnswers answers, PartFiles to, CancellationToken cancellation)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                var text = buffer.AsSpan(rows[row].Start, rows[row].Length);
                var answer = answers.Answer(row);
                if (answer.IsAllowed)
                {
                    to.Allowed.Write(text);
                }
                else
                {
                    to.Refused.Write("{"u8);
                    to.Refused.Write(answer.Members.Span);
                    if (areObjects[row])
                    {
                        to.Refused.Write(",\"row\":"u8);
                        to.Refused.Write(text.TrimEnd((byte)'\r'));
                    }
                    else
                    {
                        to.Refused.Write(",\"text\":"u8);
                        to.Refused.Write(JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(text)));
                    }
                    to.Refused.Write("}"u8);
                }
                (answer.IsAllowed ? to.Allowed : to.Refused).WriteByte((byte)'\n');
            }
            return Task.CompletedTask;
        }

        public override void Dispose()
        {
            PartMemory.Pool.Return(buffer);
            base.Dispose();
        }
    }
}
