using System.Globalization;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log.Verification;
using Spectre.Console;

namespace ConsentRegistry.Cli;

/// <summary>Prints what a verification found: the verdict, what was proven, and by whose keys.</summary>
internal static class VerdictPage
{
    public static void Write(VerificationReport report, VerificationRequest request, IReadOnlyList<string> files)
    {
        var console = Terminal.Open();
        console.MarkupLine(
            report.Verdict switch
            {
                Verdict.Valid => "[green bold]VALID[/]",
                Verdict.Tampered => "[red bold]TAMPERED[/]",
                Verdict.NotShown => "[yellow bold]NOT SHOWN[/]",
                _ => "[yellow bold]UNUSABLE[/]",
            }
        );
        if (report.Failure is { } failure)
            console.MarkupLineInterpolated($"{PlaceOf(failure, files)}{RuleOf(failure)}{failure.What}");
        console.Write(Table(console, report.Proven, request.Now));
        for (var at = 0; at < report.Receipts.Length; at++)
            console.MarkupLineInterpolated(
                $"Receipt {at + 1}: {WordOf(report.Receipts[at].Verdict)}. {report.Receipts[at].What}"
            );
        foreach (var remark in report.Remarks)
            console.MarkupLineInterpolated($"Remark: {remark}");
        console.MarkupLine(
            request.HasPinnedKeys
                ? "Signatures were checked with the keys that you pinned."
                : "[yellow]No keys were pinned: signatures were checked with the keys that the export itself brings. "
                    + "Whoever forged all of it would have forged them too; --keys or --key pins the real ones.[/]"
        );
        if (!request.JudgesMeaning)
            console.MarkupLine("[yellow]What the events say was not judged.[/]");
        if (request.KeptCheckpoints.Length == 0)
            console.MarkupLine(
                "No kept checkpoint was given: a log that was cut off, or rewritten and signed again by the registry "
                    + "itself, cannot be told from a whole one. Keep a checkpoint for the next time."
            );
    }

    public static void WriteReceipts(IReadOnlyList<ReceiptFinding> findings)
    {
        var console = Terminal.Open();
        for (var at = 0; at < findings.Count; at++)
            console.MarkupLineInterpolated($"Receipt {at + 1}: {WordOf(findings[at].Verdict)}. {findings[at].What}");
    }

    private static Table Table(IAnsiConsole console, Proven proven, Instant? now)
    {
        var table = new Table()
            .Border(
                console.Profile.Capabilities is { Unicode: true, Ansi: true } ? TableBorder.Rounded : TableBorder.Ascii
            )
            .AddColumn("Verified")
            .AddColumn("");
        void Row(string name, string? value)
        {
            if (value is not null)
                table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }
        Row("Log", proven.Origin);
        Row("Creator", proven.Creator);
        Row("Entries", Text(proven.Entries));
        Row("Streams", Text(proven.Streams));
        Row("Checkpoints", Text(proven.Checkpoints));
        Row("Kept checkpoints", proven.KeptCheckpoints == 0 ? null : Text(proven.KeptCheckpoints));
        Row("Bodies", Text(proven.Bodies));
        Row("Erased bodies", Text(proven.ErasedBodies));
        Row("Tree size", Text(proven.Size));
        Row("Root", proven.Root.IsEmpty ? null : Convert.ToBase64String([.. proven.Root]));
        Row("Changes from", proven.From?.ToString());
        Row("to", proven.To is { } to ? $"{to}{AgeOf(to, now)}" : null);
        Row("Completeness", proven.Completeness);
        foreach (var one in proven.Witnessed?.Counted ?? [])
            Row($"Cosigned by {one.Witness.Name}", TimeOf(one.Seconds, now));
        Row("Policy met since", proven.Witnessed is { Since: { } since } ? TimeOf(since, now) : null);
        return table;
    }

    private static string AgeOf(Instant newest, Instant? now) =>
        now?.Since(newest) is { } age && age > TimeSpan.Zero
            ? string.Create(CultureInfo.InvariantCulture, $", {age:d' d 'hh':'mm':'ss} ago")
            : "";

    // What a witness says of its time may be beyond all calendars.
    private static string TimeOf(long seconds, Instant? now) =>
        seconds <= Instant.Latest.Microseconds / 1_000_000 && new Instant(seconds * 1_000_000) is var at
            ? $"{at}{AgeOf(at, now)}"
            : "after the year 9999";

    private static string PlaceOf(Finding failure, IReadOnlyList<string> files)
    {
        var line =
            failure is { Input: { } input, Line: { } number } && input <= files.Count
                ? $"{files[input - 1]}, line {number}: "
                : "";
        return failure.Seq is { } seq ? $"{line}entry {seq}: " : line;
    }

    private static string RuleOf(Finding failure) => failure.Code is { } code ? $"{code}: " : "";

    private static string WordOf(Verdict verdict) =>
        verdict switch
        {
            Verdict.Valid => "valid",
            Verdict.Tampered => "tampered",
            Verdict.NotShown => "not shown",
            _ => "unusable",
        };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
