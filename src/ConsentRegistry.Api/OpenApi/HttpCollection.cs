using System.Globalization;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// The document's examples as requests for HTTP tools: a file of the format <c>.http</c> for each tag. The requests of
/// the story have its order as a number. An operation that the story leaves out has one request without a number.
/// </summary>
internal static partial class HttpCollection
{
    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    /// <summary>Writes the files of a document.</summary>
    /// <param name="document">The document's text.</param>
    /// <returns>The text of each file, by its name.</returns>
    public static IReadOnlyDictionary<string, string> From(string document)
    {
        var steps = ExampleScenario.Read().Steps;
        var files = new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal);
        var json = JsonNode.Parse(document)!;
        foreach (var (path, methods) in json["paths"]!.AsObject())
        {
            foreach (var (method, node) in methods!.AsObject())
            {
                var operation = node!.AsObject();
                var id = (string)operation["operationId"]!;
                var requests = steps
                    .Index()
                    .Where(step => step.Item.Operation == id)
                    .Select(step => RequestOf(step.Index + 1, step.Item))
                    .ToList();
                if (requests.Count == 0)
                    requests.Add(RequestOf(path, method, operation, json["components"]!["parameters"]!));
                var tag = (string)operation["tags"]![0]!;
                if (!files.TryGetValue(tag, out var file))
                    files.Add(tag, file = new());
                file.AppendJoin('\n', requests).Append('\n');
            }
        }
        return files.ToDictionary(
            file => $"{file.Key.ToLowerInvariant()}.http",
            file => Head(file.Key, file.Value.ToString()) + file.Value.ToString().TrimEnd('\n') + "\n",
            StringComparer.Ordinal
        );
    }

    // Each file stands by itself: it has all variables that its requests use.
    private static string Head(string tag, string requests)
    {
        var variables = Variable()
            .Matches(requests)
            .Select(variable => variable.Groups["name"].Value)
            .Where(name => name != "address")
            .Distinct(StringComparer.Ordinal)
            .Select(name => $"@{name} =\n");
        return $"""
            # {tag}: the examples of docs/openapi.json. ./dev openapi writes this file.
            # The numbers are the order of one story, over all files, on an empty registry.
            # The comment above a request says whose token it needs.
            @address = http://127.0.0.1:5080
            {string.Concat(variables)}

            """;
    }

    private static string RequestOf(int number, ExampleStep step) =>
        Request(
            string.Create(CultureInfo.InvariantCulture, $"{number:00} {step.Operation}: {step.Summary}"),
            step.Caller is { } caller ? $"./dev token {caller}" : null,
            step.Method,
            Placeholder().Replace(step.Path, "{{${name}}}"),
            step.Headers ?? [],
            MediaTypeNames.Application.Json,
            step.Request?.ToJsonString(Readable)
        );

    private static string RequestOf(string path, string method, JsonObject operation, JsonNode shared)
    {
        var examples = (operation["parameters"]?.AsArray() ?? [])
            .Select(parameter =>
                (string?)parameter!["$ref"] is { } reference ? shared[reference.Split('/')[^1]] : parameter
            )
            .Where(parameter => (string?)parameter!["in"] == "path")
            .ToDictionary(parameter => (string)parameter!["name"]!, parameter => parameter!["example"]);
        var body = operation["requestBody"]?["content"]?.AsObject().Single();
        var scopes = (operation["security"]?.AsArray() ?? []).SelectMany(way => way!["bearer"]!.AsArray());
        return Request(
            $"{operation["operationId"]}: {operation["summary"]}",
            scopes.FirstOrDefault() is { } scope ? $"a token with {scope}" : null,
            method.ToUpperInvariant(),
            // An id that the registry draws is nobody's to know.
            Placeholder()
                .Replace(
                    path,
                    name =>
                        name.Groups["name"].Value switch
                        {
                            "webhookId" => "{{webhook}}",
                            "notificationId" => "{{notification}}",
                            var known => examples[known]!.ToString(),
                        }
                ),
            [],
            body?.Key,
            TextOf(body?.Value!["examples"]!.AsObject().First().Value!["value"])
        );
    }

    private static string? TextOf(JsonNode? example) =>
        example is JsonObject json ? json.ToJsonString(Readable) : (string?)example;

    private static string Request(
        string title,
        string? caller,
        string method,
        string path,
        IEnumerable<string> headers,
        string? type,
        string? body
    )
    {
        var text = new StringBuilder($"### {title}\n");
        if (caller is not null)
            text.Append(CultureInfo.InvariantCulture, $"# {caller}\n");
        text.Append(CultureInfo.InvariantCulture, $"{method} {{{{address}}}}{path}\n");
        if (caller is not null)
            text.Append("Authorization: Bearer {{token}}\n");
        foreach (var header in headers)
            text.Append(header).Append('\n');
        if (body is not null)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\n\n{body.TrimEnd('\n')}\n");
        return text.ToString();
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Variable();
}
