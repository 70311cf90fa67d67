using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>What the code says of itself: the XML docs of the host and of the rules, as Markdown.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> members = new[] { typeof(XmlDocs).Assembly, typeof(Limits).Assembly }
        .Select(assembly => XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml")))
        .SelectMany(document => document.Descendants("member"))
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    /// <summary>The summary of a type.</summary>
    public string? Summary(Type type) => Text(NameOf('T', type), "summary");

    /// <summary>The remarks on a type.</summary>
    public string? Remarks(Type type) => Text(NameOf('T', type), "remarks");

    /// <summary>The summary of a method, whatever its parameters.</summary>
    public string? Summary(MethodInfo method)
    {
        var name = $"{NameOf('M', method.DeclaringType!)}.{method.Name}";
        return
            members.Keys.FirstOrDefault(key => key == name || key.StartsWith($"{name}(", StringComparison.Ordinal))
                is { } key
            ? Text(key, "summary")
            : null;
    }

    /// <summary>What a record's docs say of one of its properties.</summary>
    public string? Property(PropertyInfo property)
    {
        var parameter = members
            .GetValueOrDefault(NameOf('T', property.DeclaringType!))
            ?.Elements("param")
            .FirstOrDefault(param => param.Attribute("name")?.Value == property.Name);
        return parameter is null
            ? Text($"{NameOf('P', property.DeclaringType!)}.{property.Name}", "summary")
            : Markdown(parameter);
    }

    /// <summary>What an enumeration's docs say of one of its values.</summary>
    public string? Value(Type type, string value) => Text($"{NameOf('F', type)}.{value}", "summary");

    private string? Text(string member, string element) =>
        members.GetValueOrDefault(member)?.Element(element) is { } found ? Markdown(found) : null;

    private static string NameOf(char kind, Type type) =>
        $"{kind}:{(type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.')}";

    private static string Markdown(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(
                node switch
                {
                    XText plain => plain.Value,
                    XElement { Name.LocalName: "para" } paragraph => $"\u2029{Markdown(paragraph)}\u2029",
                    XElement { Name.LocalName: "see" } reference => $"`{Word(reference.Attribute("cref")!.Value)}`",
                    XElement { Name.LocalName: "paramref" } reference =>
                        $"`{Word(reference.Attribute("name")!.Value)}`",
                    XElement code => $"`{code.Value}`",
                    _ => "",
                }
            );
        }
        var lines = Blank()
            .Replace(text.ToString(), " ")
            .Split('\u2029', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // The numbers of the rules are for readers of the code.
        return RuleNumber().Replace(string.Join("\n\n", lines), "").Trim();
    }

    // What the code calls NoConsent, the contract calls noConsent.
    private static string Word(string reference) =>
        JsonNamingPolicy.CamelCase.ConvertName(reference[(reference.LastIndexOf('.') + 1)..]);

    [GeneratedRegex(@"[ \t\r\n]+", RegexOptions.NonBacktracking)]
    private static partial Regex Blank();

    [GeneratedRegex(@" \(R\d\)", RegexOptions.NonBacktracking)]
    private static partial Regex RuleNumber();
}
