using System.Globalization;
using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli.Import;

/// <summary>Says what became of the rows: a table of the first ones, and how many there are of each kind.</summary>
internal sealed class ImportReport
{
    /// <summary>Rows of the table: more nobody reads in a terminal.</summary>
    private const int RowsShown = 1_000;

    private readonly Table table = new Table()
        .Border(TableBorder.Ascii)
        .AddColumns("line", "creator", "for", "purpose", "requester", "effect", "direction", "outcome", "revokes");

    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly List<string> errors = [];
    private long rows;

    /// <summary>How many rows were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Adds a row.</summary>
    public void Add(RowResult row)
    {
        rows++;
        foreach (var one in row.Settings)
        {
            var kind = one.Direction is null ? one.Outcome : $"{one.Outcome}, {one.Direction}";
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (table.Rows.Count < RowsShown)
                table.AddRow(
                    new Text(row.Line.ToString(CultureInfo.InvariantCulture)),
                    new Text(row.CreatorId ?? ""),
                    new Text(one.Video is { } video ? $"{video.CreatorId}/{video.VideoId}" : "every video"),
                    new Text(one.Purpose),
                    new Text(one.Requester ?? "anybody"),
                    new Text(one.Effect.ToString().ToLowerInvariant()),
                    new Text(one.Direction ?? ""),
                    new Text(one.Outcome),
                    new Text(RevokedBy(one))
                );
        }
        if (row.Error is not { } error)
            return;
        Refused++;
        if (errors.Count < RowsShown)
            errors.Add(
                error.Line is { } line
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"line {row.Line}: {error.Code} (line {line}, column {error.Column}): {error.Detail}"
                    )
                    : string.Create(CultureInfo.InvariantCulture, $"line {row.Line}: {error.Code}: {error.Detail}")
            );
    }

    /// <summary>Prints it.</summary>
    public void Write(bool applies)
    {
        var console = Terminal.Open();
        if (table.Rows.Count > 0)
            console.Write(table);
        foreach (var error in errors)
            console.WriteLine(error);
        console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rows:N0} rows, {Refused:N0} refused{(applies ? "" : "; nothing is changed yet")}."
            )
        );
        foreach (var (kind, count) in counts)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {kind}: {count:N0}"));
    }

    // The grants by their requesters, as far as they are named in full.
    private static string RevokedBy(ImportedSetting one) =>
        one.RevokedGrants is { Count: > 0 } revoked
            ? $"{revoked.Count}: {string.Join(", ", revoked.First.Select(grant => grant.Requester).Distinct())}"
            : "";
}
