using System.Text;

namespace ConsentRegistry.Cli.Import;

/// <summary>Why something in a file is no row.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character of that line, from 1.</param>
/// <param name="Code">A stable word, as in problem details.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record RowError(int Line, int Column, string Code, string Detail)
{
    /// <summary>The code of a value that is not what it has to be.</summary>
    public const string Invalid = "invalid";

    /// <summary>The code of a column or member that no row has.</summary>
    public const string UnknownField = "unknownField";

    /// <summary>The code of a line that is no row at all.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>A value, and where it stands.</summary>
internal readonly record struct Cell(string Value, int Line, int Column);

/// <summary>A row of a file: its values by the names of columns, or why it is none.</summary>
/// <param name="Line">The line in which it begins, from 1.</param>
/// <param name="Cells">Its values; those that are empty are left out.</param>
/// <param name="Error">Why it is no row.</param>
internal sealed record RawRow(int Line, IReadOnlyDictionary<string, Cell> Cells, RowError? Error)
{
    private static readonly Dictionary<string, Cell> Nothing = [];

    public static RawRow Refused(int line, int column, string code, string detail) =>
        new(line, Nothing, new(line, column, code, detail));
}

/// <summary>The text of a file to import, in the encoding that it has.</summary>
internal static class ImportFile
{
    /// <summary>Characters of one row, at most: more is a quotation mark that is not closed.</summary>
    public const int LongestRow = 1 << 20;

    private const int BytesPerRead = 1 << 16;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>
    /// Opens a file as text: as its byte order mark says, else as UTF-8, else, where it is none, as Windows-1252, which
    /// spreadsheets write.
    /// </summary>
    public static StreamReader Open(string path)
    {
        var encoding = IsUtf8(path) ? Strict : CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
        return new(path, encoding, detectEncodingFromByteOrderMarks: true);
    }

    private static bool IsUtf8(string path)
    {
        using var file = File.OpenRead(path);
        var decoder = Strict.GetDecoder();
        var bytes = new byte[BytesPerRead];
        var characters = new char[BytesPerRead + 1];
        try
        {
            for (var read = file.Read(bytes); ; read = file.Read(bytes))
            {
                decoder.GetChars(bytes.AsSpan(0, read), characters, flush: read == 0);
                if (read == 0)
                    return true;
            }
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
