using System.Buffers;
using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// Writes the check of each row as a line for the registry. A row that names no video has a line as well: the registry
/// refuses it, and its answer stands at the row's place.
/// </summary>
internal sealed class CheckLineWriter
{
    /// <summary>Bytes of a line, at most: the registry ends a stream at a longer one.</summary>
    private const int LongestLine = 16 << 10;

    private readonly byte[] end;

    /// <param name="purpose">The purpose of every check.</param>
    /// <param name="requester">The requester of every check; null for the token's own client.</param>
    public CheckLineWriter(string purpose, string? requester) =>
        end = Encoding.UTF8.GetBytes(
            $"\"purpose\":\"{JsonEncodedText.Encode(purpose)}\""
                + (requester is null ? "" : $",\"requester\":\"{JsonEncodedText.Encode(requester)}\"")
                + "}\n"
        );

    /// <summary>Writes the line of a row.</summary>
    /// <param name="row">What the row names.</param>
    /// <param name="to">Where to.</param>
    public void Write(RowNames row, IBufferWriter<byte> to)
    {
        var names = row.Names;
        to.Write("{"u8);
        // One byte more each for the comma after the names and the newline.
        if (!names.IsEmpty && names.Length + end.Length + 2 <= LongestLine)
        {
            to.Write(names);
            to.Write(","u8);
        }
        to.Write(end);
    }
}
