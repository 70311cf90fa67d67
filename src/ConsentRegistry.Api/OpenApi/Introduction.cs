using System.Text;
using ConsentRegistry.Api.Http;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// The head of the document: what a reader has to know before the first call. The text is <c>Introduction.md</c>.
/// </summary>
internal static class Introduction
{
    public const string Title = "Consent registry";

    public static OpenApiInfo Info =>
        new()
        {
            Title = Title,
            Version = "1",
            Summary = "Who may use a creator's videos for which kind of AI, and why.",
            Description = Text(),
            License = new() { Name = "MIT", Identifier = "MIT" },
            Contact = new() { Name = "Consent Registry contributors" },
        };

    private static string Text()
    {
        using var stream = typeof(Introduction).Assembly.GetManifestResourceStream(
            "ConsentRegistry.Api.OpenApi.Introduction.md"
        )!;
        using var reader = new StreamReader(stream);
        return reader
            .ReadToEnd()
            .ReplaceLineEndings("\n")
            .Replace("{scopes}", ScopeTable(), StringComparison.Ordinal)
            .Replace("{codes}", CodeTable(), StringComparison.Ordinal)
            .TrimEnd();
    }

    private static string ScopeTable() =>
        Table("| scope | may |", Scopes.All.Select(scope => $"| `{scope.Key}` | {scope.Value} |"));

    private static string CodeTable() =>
        Table(
            "| code | status | when |",
            ProblemCatalog.All.Select(entry => $"| `{entry.Code}` | {entry.Status} | {entry.When} |")
        );

    private static string Table(string head, IEnumerable<string> rows)
    {
        var columns = head.Count(c => c == '|') - 1;
        var table = new StringBuilder(head).Append('\n').Append('|').Insert(head.Length + 2, "---|", columns);
        foreach (var row in rows)
            table.Append('\n').Append(row);
        return table.ToString();
    }
}
