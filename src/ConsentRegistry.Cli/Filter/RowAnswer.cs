using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Cli.Filter;

/// <summary>What the registry answered to a row.</summary>
internal sealed class RowAnswer
{
    /// <summary>Columns that refused rows of a table have in addition, with the value of each.</summary>
    public static readonly IReadOnlyList<(string Name, Func<RowAnswer, string?> Value)> Columns =
    [
        ("consent_effect", answer => answer.Effect),
        ("consent_reason", answer => answer.Reason ?? answer.Error),
        ("consent_detail", answer => answer.Detail),
    ];

    private const string Deny = "deny";

    private const string Allow = "allow";

    private static readonly RowAnswer Unreadable = new(false, Deny, null, null, "unreadable");

    private RowAnswer(bool isAllowed, string effect, string? reason, string? detail, string? error)
    {
        (IsAllowed, Effect, Reason, Detail, Error) = (isAllowed, effect, reason, detail, error);
        var members = new StringBuilder().Append(Member("effect", effect)).Append(',').Append(Member("reason", reason));
        if (detail is not null)
            members.Append(',').Append(Member("detail", detail));
        if (error is not null)
            members.Append(',').Append(Member("error", error));
        Members = Encoding.UTF8.GetBytes(members.ToString());
    }

    /// <summary>Whether the row may be used.</summary>
    public bool IsAllowed { get; }

    /// <summary>The effect; <c>deny</c> for an answer that cannot be read.</summary>
    public string Effect { get; }

    /// <summary>What decided; null if the row's line was no check.</summary>
    public string? Reason { get; }

    /// <summary>Why there is no consent; null otherwise.</summary>
    public string? Detail { get; }

    /// <summary>Why the row's line was no check; null of a decision.</summary>
    public string? Error { get; }

    /// <summary>All of it as members of a JSON object.</summary>
    public ReadOnlyMemory<byte> Members { get; }

    /// <summary>Reads an answer; one that cannot be read allows nothing.</summary>
    public static RowAnswer Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var answer = document.RootElement;
            var error =
                answer.TryGetProperty("error", out var item) && item.ValueKind == JsonValueKind.Object
                    ? item.GetProperty("code").GetString()
                    : null;
            var effect = answer.GetProperty("effect").GetString() ?? Deny;
            return new(
                answer.GetProperty("allowed").GetBoolean() && effect == Allow && error is null,
                effect,
                Text(answer, "reason"),
                Text(answer, "detail"),
                error
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Unreadable;
        }
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    private static string Member(string name, string? value) =>
        value is null ? $"\"{name}\":null" : $"\"{name}\":\"{JsonEncodedText.Encode(value)}\"";
}
