using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Cli.Import;

/// <summary>Rows as lines of JSON, with the place of each value. An empty line is no row.</summary>
internal sealed class NdjsonRows(TextReader text)
{
    /// <summary>Reads the rows.</summary>
    /// <param name="known">The names that a member may have.</param>
    /// <param name="ignored">Further names: of members that are passed over.</param>
    public IEnumerable<RawRow> Read(IReadOnlySet<string> known, IReadOnlySet<string> ignored)
    {
        var number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            yield return line.Length > ImportFile.LongestRow
                ? RawRow.Refused(number, ImportFile.LongestRow, RowError.Unreadable, "The row is too long.")
                : Read(number, line, known, ignored);
        }
    }

    private static RawRow Read(int number, string line, IReadOnlySet<string> known, IReadOnlySet<string> ignored)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        var cells = new Dictionary<string, Cell>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(bytes);
        // Columns count characters, and the reader bytes.
        int ColumnOf(long at) => Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)at)) + 1;
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                return RawRow.Refused(number, 1, RowError.Unreadable, "The line is no JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var column = ColumnOf(reader.TokenStartIndex);
                if (ignored.Contains(name))
                {
                    reader.Read();
                    reader.Skip();
                    continue;
                }
                if (!known.Contains(name))
                    return RawRow.Refused(number, column, RowError.UnknownField, $"'{name}' is no member of a row.");
                reader.Read();
                var at = ColumnOf(reader.TokenStartIndex);
                if (ValueOf(ref reader) is not { } value)
                    return RawRow.Refused(
                        number,
                        at,
                        RowError.Invalid,
                        $"{name} is no text, and no list of texts; send one."
                    );
                if (!cells.TryAdd(name, new(value, number, at)))
                    return RawRow.Refused(number, column, RowError.Invalid, $"{name} stands there twice.");
            }
            while (reader.Read())
            {
                // What follows the object is an error, which the reader finds.
            }
        }
        catch (JsonException e)
        {
            return RawRow.Refused(
                number,
                ColumnOf(Math.Min(e.BytePositionInLine ?? 0, bytes.Length)),
                RowError.Unreadable,
                "The line is no JSON."
            );
        }
        return new(
            number,
            cells.Where(cell => cell.Value.Value.Length > 0).ToDictionary(StringComparer.Ordinal),
            Error: null
        );
    }

    // A list is written as CSV has it: its words with spaces between them. Null is as if it were not there.
    private static string? ValueOf(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Null:
                return "";
            case JsonTokenType.StartArray:
                var words = new List<string>();
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                    words.Add(reader.GetString()!);
                return reader.TokenType == JsonTokenType.EndArray
                    ? words.Count == 0
                        ? ImportColumns.NoConditions
                        : string.Join(' ', words)
                    : null;
            default:
                return null;
        }
    }
}
