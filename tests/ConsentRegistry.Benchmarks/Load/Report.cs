using System.Globalization;
using System.Text;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>The results of a run: a table that reads as well on a terminal as in a document.</summary>
internal static class Report
{
    private const string Begin = "<!-- results: written by ./dev bench -->";

    private const string End = "<!-- end of results -->";

    private static readonly string[] Titles = ["what", "measured", "compared with", "ratio", "target", "holds"];

    public static string Text(IReadOnlyList<Row> rows, LoadOptions options, string machine, DateTimeOffset at)
    {
        var text = new StringBuilder()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"{at:yyyy-MM-dd}, {options.Scale.Creators:N0} creators with {options.Scale.Videos:N0} videos and as "
                    + $"many overrides; {options.Rounds} rounds of {options.Round.TotalSeconds:0} s each."
            )
            .AppendLine(CultureInfo.InvariantCulture, $"Machine, shared by client, service and database: {machine}.")
            .AppendLine();
        return text.Append(Table(rows)).ToString();
    }

    /// <summary>Rows as a table.</summary>
    public static string Table(IReadOnlyList<Row> rows)
    {
        var lines = rows.Select(Cells).Prepend(Titles).ToArray();
        var widths = Enumerable
            .Range(0, Titles.Length)
            .Select(column => lines.Max(line => line[column].Length))
            .ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append('|')
                .AppendJoin('|', line.Select((cell, column) => $" {cell.PadRight(widths[column])} "))
                .AppendLine("|");
            if (line == Titles)
                text.Append('|').AppendJoin('|', widths.Select(width => new string('-', width + 2))).AppendLine("|");
        }
        return text.ToString();
    }

    /// <summary>Puts results into a document, in the place of those that stood between its two marks.</summary>
    public static async Task WriteAsync(string path, string text, string first = Begin, string last = End)
    {
        var document = await File.ReadAllTextAsync(path);
        var (begin, end) = (
            document.IndexOf(first, StringComparison.Ordinal),
            document.IndexOf(last, StringComparison.Ordinal)
        );
        if (begin < 0 || end < begin)
            throw new InvalidDataException($"{path} has no place for results, between '{first}' and '{last}'.");
        await File.WriteAllTextAsync(path, $"{document[..(begin + first.Length)]}\n\n{text}\n{document[end..]}");
    }

    private static string[] Cells(Row row) =>
        [
            row.What,
            row.Measured,
            row.Yardstick,
            row.Ratio,
            row.Target,
            row.Holds switch
            {
                true => "yes",
                false => "NO",
                null => "–",
            },
        ];
}
