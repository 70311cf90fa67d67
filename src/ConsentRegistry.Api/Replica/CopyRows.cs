using System.Buffers.Binary;
using System.Text;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Reads the rows of a query as PostgreSQL's binary COPY sends them, without an object for any value: the format of the
/// manual's page on COPY, "Binary Format".
/// </summary>
internal sealed class CopyRows : IAsyncDisposable
{
    private const int BufferSize = 1 << 20;

    // The signature, flags, and the length of the header's extension.
    private const int HeaderLength = 11 + 4 + 4;

    private const int MostColumns = 16;

    // PostgreSQL counts microseconds from the year 2000.
    private const long Year2000 = 946_684_800_000_000;

    private readonly Stream stream;
    private readonly int columns;
    private readonly (int Start, int Length)[] fields = new (int Start, int Length)[MostColumns];
    private byte[] buffer = new byte[BufferSize];
    private int start;
    private int end;

    private CopyRows(Stream stream, int columns) => (this.stream, this.columns) = (stream, columns);

    /// <summary>Starts a query.</summary>
    public static async Task<CopyRows> OpenAsync(
        NpgsqlConnection connection,
        string query,
        int columns,
        CancellationToken cancellation
    )
    {
        var rows = new CopyRows(
            await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT BINARY)", cancellation),
            columns
        );
        await rows.FillAsync(HeaderLength, cancellation);
        rows.start += HeaderLength + BinaryPrimitives.ReadInt32BigEndian(rows.buffer.AsSpan(HeaderLength - 4));
        return rows;
    }

    /// <summary>Goes on to the next row; false after the last.</summary>
    public ValueTask<bool> ReadAsync(CancellationToken cancellation) =>
        TryRead(out var isLast) ? new(!isLast) : ReadMoreAsync(cancellation);

    /// <summary>Whether a column of the row is null.</summary>
    public bool IsNull(int column) => fields[column].Length < 0;

    /// <summary>A column's bytes, good until the next row.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => buffer.AsSpan(fields[column].Start, fields[column].Length);

    /// <summary>A column of type text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>A column of type text whose ids are joined by slashes; none if it is null.</summary>
    public string[] Ids(int column) => IsNull(column) ? [] : Text(column).Split('/');

    /// <summary>A column of type bigint.</summary>
    public long Int64(int column) => BinaryPrimitives.ReadInt64BigEndian(Bytes(column));

    /// <summary>A column of type integer.</summary>
    public int Int32(int column) => BinaryPrimitives.ReadInt32BigEndian(Bytes(column));

    /// <summary>A column of type timestamptz.</summary>
    public Instant Time(int column) => new(Int64(column) + Year2000);

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<bool> ReadMoreAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await FillAsync(end - start + 1, cancellation);
            if (TryRead(out var isLast))
                return !isLast;
        }
    }

    // False if the row is not there as a whole yet.
    private bool TryRead(out bool isLast)
    {
        isLast = false;
        var at = start;
        if (end - at < sizeof(short))
            return false;
        var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(at));
        at += sizeof(short);
        if (count < 0)
        {
            isLast = true;
            return true;
        }
        if (count != columns)
            throw new InvalidDataException("COPY sent another number of columns.");
        for (var column = 0; column < count; column++)
        {
            if (end - at < sizeof(int))
                return false;
            var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
            at += sizeof(int);
            if (end - at < length)
                return false;
            fields[column] = (at, length);
            at += Math.Max(length, 0);
        }
        start = at;
        return true;
    }

    // Makes sure that so many bytes are there.
    private async ValueTask FillAsync(int wanted, CancellationToken cancellation)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (wanted > buffer.Length)
            Array.Resize(ref buffer, buffer.Length * 2);
        while (end < wanted)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
            if (read == 0)
                throw new EndOfStreamException("COPY ended within a row.");
            end += read;
        }
    }
}
