using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Client.AspNetCore;

/// <summary>
/// The refusals, as problem details. They say what the caller has to know and nothing about anybody else: not who
/// decided, and none of their settings.
/// </summary>
internal static partial class ConsentProblems
{
    /// <summary>After how long to come back where the registry does not say.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static IResult Invalid(string code, string detail) => Problem(StatusCodes.Status400BadRequest, code, detail);

    public static IResult Unavailable(HttpContext http, TimeSpan? retryAfter)
    {
        var wait = Math.Max(1, (long)Math.Ceiling((retryAfter ?? Pause).TotalSeconds));
        http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return Problem(
            StatusCodes.Status503ServiceUnavailable,
            ConsentProblemCodes.ConsentUnavailable,
            "Nobody can say now whether the creators consent. Try again later."
        );
    }

    public static IResult Refused(Decision? decision)
    {
        var effect = EffectOf(decision);
        return Problem(
            StatusCodes.Status403Forbidden,
            ConsentProblemCodes.ConsentRefused,
            effect == "ask"
                ? "The video may be used like this only with its creators' approval."
                : "The video may not be used like this without its creators' consent.",
            ("effect", effect),
            ("reason", decision?.Reason ?? "unknown"),
            ("reasonDetail", decision?.Detail),
            ("askAt", effect == "ask" ? decision?.AskAt : null)
        );
    }

    public static IResult NotMet(Decision decision, IReadOnlyList<string> unmet) =>
        Problem(
            StatusCodes.Status403Forbidden,
            ConsentProblemCodes.ObligationsNotMet,
            $"The video may be used like this only under obligations that are not met: {string.Join(", ", unmet)}.",
            ("effect", EffectOf(decision)),
            ("reason", decision.Reason ?? "unknown"),
            ("obligations", JsonSerializer.SerializeToElement(unmet, Json.Default.IReadOnlyListString))
        );

    // An answer that says allow and is none, or speaks of an effect of tomorrow, is not passed on as what it says.
    private static string EffectOf(Decision? decision) =>
        decision switch
        {
            { Allowed: true } => "allow",
            { Effect: Effect.Ask } => "ask",
            { Effect: Effect.Deny } => "deny",
            _ => "unknown",
        };

    // Values are such as every host can write, one that is compiled ahead of time too.
    private static IResult Problem(
        int status,
        string code,
        string detail,
        params ReadOnlySpan<(string Name, object? Value)> more
    )
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        foreach (var (name, value) in more)
        {
            if (value is not null)
                members[name] = value;
        }
        return TypedResults.Problem(detail, statusCode: status, extensions: members);
    }

    [JsonSerializable(typeof(IReadOnlyList<string>))]
    private sealed partial class Json : JsonSerializerContext;
}
