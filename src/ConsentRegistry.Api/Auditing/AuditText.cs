using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Auditing;

/// <summary>The report of an audit, for people and for programs.</summary>
internal static class AuditText
{
    /// <summary>For people.</summary>
    public static string For(AuditReport report)
    {
        var text = new StringBuilder();
        var (findings, root) = (
            report.Findings,
            ColumnText.Format(report.Root) ?? "unknown, for leaves are missing or cannot be read"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Compared {report.Leaves} leaves of the log, {report.Waiting} waiting events, {report.Tiles} tiles, "
                + $"{report.Checkpoints} checkpoints, {report.Creators} creators and {report.Requesters} requesters."
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"The root over the leaves is {root}.");
        if (report.Agrees)
            return text.Append("The database holds what the log says.").ToString();
        text.Append(
            CultureInfo.InvariantCulture,
            $"The database does not hold what the log says: {findings.Count} findings."
        );
        foreach (var finding in findings.Written)
            text.AppendLine().Append("  ").Append(LineOf(finding));
        if (findings.Count > findings.Written.Count)
            text.AppendLine()
                .Append(CultureInfo.InvariantCulture, $"  {findings.Count - findings.Written.Count} more of these:");
        foreach (var ((code, table), count) in findings.Counts.OrderBy(one => one.Key.Table, StringComparer.Ordinal))
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {code.Word()} in {table}: {count}");
        return text.ToString();
    }

    /// <summary>For programs: one object of JSON.</summary>
    public static string ForPrograms(AuditReport report) =>
        new JsonObject
        {
            ["agrees"] = report.Agrees,
            ["leaves"] = report.Leaves,
            ["root"] = ColumnText.Format(report.Root),
            ["waiting"] = report.Waiting,
            ["tiles"] = report.Tiles,
            ["checkpoints"] = report.Checkpoints,
            ["creators"] = report.Creators,
            ["requesters"] = report.Requesters,
            ["found"] = report.Findings.Count,
            ["findings"] = new JsonArray([.. report.Findings.Written.Select(JsonOf)]),
            ["counts"] = new JsonArray([
                .. report
                    .Findings.Counts.OrderBy(one => one.Key.Table, StringComparer.Ordinal)
                    .Select(one => new JsonObject
                    {
                        ["code"] = one.Key.Code.Word(),
                        ["table"] = one.Key.Table,
                        ["count"] = one.Value,
                    }),
            ]),
        }.ToJsonString();

    private static string LineOf(Finding finding)
    {
        var line = new StringBuilder($"{finding.Code.Word()} {finding.Table}");
        foreach (var (column, value) in finding.Key)
            line.Append(CultureInfo.InvariantCulture, $" {column}={Shown(value)}");
        if (finding.Column is { } name)
            line.Append(CultureInfo.InvariantCulture, $": {name}");
        if (finding.Log is not null || finding.Stored is not null)
            line.Append(
                CultureInfo.InvariantCulture,
                $" is {Shown(finding.Stored)}, and {Shown(finding.Log)} by the log"
            );
        return line.ToString();
    }

    // Whoever wrote a row by hand does not write to somebody's terminal.
    private static string Shown(string? value) =>
        value is null
            ? "nothing"
            : string.Concat(value.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? "\uFFFD" : rune.ToString()));

    private static JsonObject JsonOf(Finding finding) =>
        new()
        {
            ["code"] = finding.Code.Word(),
            ["table"] = finding.Table,
            ["key"] = new JsonObject(
                finding.Key.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)JsonValue.Create(one.Value)))
            ),
            ["column"] = finding.Column,
            ["log"] = finding.Log,
            ["stored"] = finding.Stored,
        };
}
