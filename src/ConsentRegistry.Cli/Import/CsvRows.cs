using System.Text;

namespace ConsentRegistry.Cli.Import;

/// <summary>
/// Rows of a CSV file (RFC 4180), with the place of each value. The first row names the columns, and tells what
/// separates them: a comma, a semicolon or a tab. A value in quotation marks may have line breaks.
/// </summary>
/// <remarks>
/// The reader of datasets says only in which line a row is wrong. Here each value has its line and column.
/// </remarks>
internal sealed class CsvRows(TextReader text)
{
    private const char Quote = '"';
    private const int End = -1;

    private static readonly char[] Separators = [',', ';', '\t'];

    private int line = 1;
    private int column = 1;

    /// <summary>Reads the rows below the first.</summary>
    /// <param name="known">The names that a column may have.</param>
    /// <param name="ignored">Further names: of columns that are passed over.</param>
    public IEnumerable<RawRow> Read(IReadOnlySet<string> known, IReadOnlySet<string> ignored)
    {
        var first = ReadFirstLine();
        if (first is null)
            yield break;
        var separator = Separators.MaxBy(one => first.Count(c => c == one));
        var names = ReadCells(new StringReader(first), separator).Cells;
        (line, column) = (2, 1);
        if (
            names.FirstOrDefault(name => !known.Contains(name.Value) && !ignored.Contains(name.Value)) is
            { Value: not null } unknown
        )
        {
            yield return RawRow.Refused(
                1,
                unknown.Column,
                RowError.UnknownField,
                $"'{unknown.Value}' is no column; name it one of: {string.Join(", ", known.Order(StringComparer.Ordinal))}."
            );
            yield break;
        }
        if (names.GroupBy(name => name.Value).FirstOrDefault(same => same.Skip(1).Any()) is { } twice)
        {
            yield return RawRow.Refused(
                1,
                twice.Last().Column,
                RowError.Invalid,
                $"Two columns are named '{twice.Key}'; leave one of them out."
            );
            yield break;
        }
        while (text.Peek() != End)
        {
            var begins = line;
            var (cells, error) = ReadCells(text, separator);
            if (error is null && cells is [{ Value: "" }])
                continue;
            if (error is null && cells.Count > names.Count)
            {
                var more = cells[names.Count];
                error = new(
                    more.Line,
                    more.Column,
                    RowError.Invalid,
                    $"The row has {cells.Count} values, and the first row {names.Count} names."
                );
            }
            yield return new(
                begins,
                error is null
                    ? names
                        .Zip(cells)
                        .Where(one => one.Second.Value.Length > 0 && known.Contains(one.First.Value))
                        .ToDictionary(one => one.First.Value, one => one.Second, StringComparer.Ordinal)
                    : new Dictionary<string, Cell>(),
                error
            );
        }
    }

    private string? ReadFirstLine()
    {
        var first = text.ReadLine();
        return first is { Length: > ImportFile.LongestRow } ? first[..ImportFile.LongestRow] : first;
    }

    private (List<Cell> Cells, RowError? Error) ReadCells(TextReader from, char separator)
    {
        var cells = new List<Cell>();
        RowError? error = null;
        var length = 0;
        while (true)
        {
            var (cellLine, cellColumn) = (line, column);
            var value = new StringBuilder();
            if (from.Peek() == Quote)
            {
                Next(from);
                while (true)
                {
                    var next = Next(from);
                    if (next == End || ++length > ImportFile.LongestRow)
                    {
                        error ??= new(
                            cellLine,
                            cellColumn,
                            RowError.Unreadable,
                            "A quotation mark is not closed; close it, or write it twice inside of others."
                        );
                        return (cells, error);
                    }
                    if (next != Quote)
                        value.Append((char)next);
                    else if (from.Peek() == Quote)
                        value.Append((char)Next(from));
                    else
                        break;
                }
                if (from.Peek() is not (End or '\r' or '\n') && from.Peek() != separator)
                    error ??= new(
                        line,
                        column,
                        RowError.Unreadable,
                        "Something stands after a closing quotation mark; write marks inside of a value twice."
                    );
            }
            while (from.Peek() is not (End or '\r' or '\n') && from.Peek() != separator)
            {
                value.Append((char)Next(from));
                if (++length > ImportFile.LongestRow)
                    return (cells, error ?? new(cellLine, cellColumn, RowError.Unreadable, "The row is too long."));
            }
            cells.Add(new(value.ToString().Trim(), cellLine, cellColumn));
            var ends = Next(from);
            if (ends == separator)
                continue;
            if (ends == '\r' && from.Peek() == '\n')
                Next(from);
            return (cells, error);
        }
    }

    // A line ends with a line feed, a carriage return, or both.
    private int Next(TextReader from)
    {
        var next = from.Read();
        if (next == '\n' || (next == '\r' && from.Peek() != '\n'))
            (line, column) = (line + 1, 1);
        else
            column++;
        return next;
    }
}
