using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ConsentRegistry.Client.AspNetCore;

/// <summary>
/// The refusals, as problem details. They say what the caller has to know and nothing about anybody else: not who
/// decided, and none of their settings.
/// </summary>
internal static class ConsentProblems
{
    /// <summary>After how long to come back where the registry does not say.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public static IResult Invalid(string code, string detail) =>
        Answer(new(StatusCodes.Status400BadRequest, code, detail));

    public static IResult Unavailable(HttpContext http, TimeSpan? retryAfter)
    {
        var wait = Math.Max(1, (long)Math.Ceiling((retryAfter ?? Pause).TotalSeconds));
        http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return Answer(
            new(
                StatusCodes.Status503ServiceUnavailable,
                ConsentProblemCodes.ConsentUnavailable,
                "Nobody can say now whether the creators consent. Try again later."
            )
        );
    }

    public static IResult Refused(Decision? decision)
    {
        var effect = EffectOf(decision);
        return Answer(
            new(
                StatusCodes.Status403Forbidden,
                ConsentProblemCodes.ConsentRefused,
                effect == "ask"
                    ? "The video may be used like this only with its creators' approval."
                    : "The video may not be used like this without its creators' consent."
            )
            {
                Effect = effect,
                Reason = decision?.Reason ?? "unknown",
                ReasonDetail = decision?.Detail,
                AskAt = effect == "ask" ? decision?.AskAt : null,
            }
        );
    }

    public static IResult NotMet(Decision decision, IReadOnlyList<string> unmet) =>
        Answer(
            new(
                StatusCodes.Status403Forbidden,
                ConsentProblemCodes.ObligationsNotMet,
                $"The video may be used like this only under obligations that are not met: {string.Join(", ", unmet)}."
            )
            {
                Effect = EffectOf(decision),
                Reason = decision.Reason ?? "unknown",
                Obligations = unmet,
            }
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

    private static IResult Answer(ConsentProblem problem) =>
        TypedResults.Json(
            problem,
            ConsentProblemJson.Default.ConsentProblem,
            "application/problem+json",
            problem.Status
        );
}

/// <summary>
/// Problem details (RFC 9457) of no type of their own. ASP.NET Core's would need the host to know how to write them
/// where it is compiled ahead of time.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A word of <see cref="ConsentProblemCodes"/>.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record ConsentProblem(int Status, string Code, string Detail)
{
    public string Title => ReasonPhrases.GetReasonPhrase(Status);

    public string? Effect { get; init; }

    public string? Reason { get; init; }

    public string? ReasonDetail { get; init; }

    public string? AskAt { get; init; }

    public IReadOnlyList<string>? Obligations { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ConsentProblem))]
internal sealed partial class ConsentProblemJson : JsonSerializerContext;
