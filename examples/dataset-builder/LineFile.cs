using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DatasetBuilder;

/// <summary>A line of a file.</summary>
/// <param name="Bytes">The line without its end.</param>
/// <param name="End">Where the next line starts, in bytes.</param>
internal sealed record Line(byte[] Bytes, long End);

/// <summary>A video, as a line of a file of ids names it.</summary>
internal sealed record IdLine(string CreatorId, string VideoId)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a line; null if it names no video.</summary>
    public static IdLine? Parse(byte[] line)
    {
        try
        {
            return JsonSerializer.Deserialize<IdLine>(line, Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Reads files of lines, however long, a piece at a time.</summary>
internal static class LineFile
{
    /// <summary>The longest line in bytes: more than any two ids take.</summary>
    private const int MaxLine = 16 << 10;

    /// <summary>Reads the lines that start at a place.</summary>
    /// <exception cref="DatasetException">A line is too long.</exception>
    public static async IAsyncEnumerable<Line> ReadAsync(string path, long from)
    {
        await using var file = File.OpenRead(path);
        file.Seek(from, SeekOrigin.Begin);
        var reader = PipeReader.Create(file);
        for (var end = from; ; )
        {
            var read = await reader.ReadAsync();
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } at)
            {
                var line = rest.Slice(0, at).ToArray();
                end += line.Length + 1;
                rest = rest.Slice(rest.GetPosition(1, at));
                yield return new(line, end);
            }
            if (rest.Length > MaxLine)
                throw new DatasetException($"The line at byte {end} of '{path}' is longer than {MaxLine} bytes.");
            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                    yield return new(rest.ToArray(), end + rest.Length);
                break;
            }
            reader.AdvanceTo(rest.Start, rest.End);
        }
        await reader.CompleteAsync();
    }

    /// <summary>The SHA-256 of a file, in hexadecimal digits.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }
}
