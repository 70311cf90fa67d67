using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.WebUtilities;

namespace ConsentRegistry.Api.Http;

/// <summary>The stable codes that transport adds to those of <see cref="FailureCode"/>.</summary>
public static class ProblemCode
{
    public const string MalformedRequest = "malformedRequest";
    public const string RequestTimeout = "requestTimeout";
    public const string MalformedJson = "malformedJson";
    public const string UnknownField = "unknownField";
    public const string DuplicateKey = "duplicateKey";
    public const string WrongType = "wrongType";
    public const string UnexpectedBody = "unexpectedBody";
    public const string UnknownParameter = "unknownParameter";
    public const string RepeatedParameter = "repeatedParameter";
    public const string EmptyParameter = "emptyParameter";
    public const string InvalidHeader = "invalidHeader";
    public const string Unauthenticated = "unauthenticated";
    public const string RequesterNotYours = "requesterNotYours";
    public const string MethodNotAllowed = "methodNotAllowed";
    public const string StaleVersion = "staleVersion";
    public const string PreconditionFailed = "preconditionFailed";
    public const string TooLarge = "tooLarge";
    public const string UnsupportedMediaType = "unsupportedMediaType";
    public const string IdempotencyKeyReused = "idempotencyKeyReused";
    public const string IdempotencyKeyInFlight = "idempotencyKeyInFlight";
    public const string WebhookExists = "webhookExists";
    public const string WebhookDisabled = "webhookDisabled";
    public const string RateLimited = "rateLimited";
    public const string Unavailable = "unavailable";
    public const string OutcomeUnknown = "outcomeUnknown";
    public const string InternalError = "internalError";
}

/// <summary>
/// An answer that refuses: RFC 9457 problem details with a stable code. The one place that turns failures into
/// statuses.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A stable word for programs.</param>
/// <param name="Detail">A sentence for people. Never an internal cause, never another creator's data.</param>
public sealed record Problem(int Status, string Code, string Detail) : IResult
{
    /// <summary>The media type of RFC 9457.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Seconds after which to try again what could not be answered now.</summary>
    public const int RetryAfterSeconds = 1;

    /// <summary>The refusal of a path that is no operation's.</summary>
    public static readonly Problem UnknownPath = new(
        404,
        FailureCode.NotFound,
        "The path leads to no operation; send one that /swagger/v1/swagger.json lists."
    );

    /// <summary>The refusal of a caller who is not known.</summary>
    /// <param name="why">What is wrong with the token, and after a semicolon what to send.</param>
    public static Problem Unauthenticated(string why) => new(401, ProblemCode.Unauthenticated, why);

    /// <summary>The refusal of a caller who may not, the same whether or not what was asked for exists.</summary>
    /// <param name="lacks">What the token would need: the scope or the claim, as it goes on after "a token
    /// with".</param>
    public static Problem Forbidden(string lacks) => new(403, FailureCode.Forbidden, ForbiddenDetail(lacks));

    /// <summary>The sentence of <see cref="Forbidden"/>.</summary>
    public static string ForbiddenDetail(string lacks) => $"The token does not allow this; send a token with {lacks}.";

    /// <summary>The refusal of something that is not there, or that the caller may not see.</summary>
    /// <param name="what">What is not there.</param>
    /// <param name="expected">Where those that are there can be found, as it goes on after "send".</param>
    public static Problem NotFound(string what, string expected) =>
        new(404, FailureCode.NotFound, NotFoundDetail(what, expected));

    /// <summary>The sentence of <see cref="NotFound"/>.</summary>
    public static string NotFoundDetail(string what, string expected) =>
        $"No {what} that the caller may see has this name; send {expected}.";

    /// <summary>Messages by field, where fields are at fault.</summary>
    public ImmutableSortedDictionary<string, string[]> Errors { get; init; } =
        ImmutableSortedDictionary<string, string[]>.Empty;

    /// <summary>
    /// Seconds after which to try again, where that is of use: for 429 and 503, and for a key in flight.
    /// </summary>
    public int RetryAfter { get; init; } = RetryAfterSeconds;

    /// <summary>A problem of one field.</summary>
    public static Problem OfField(int status, string code, string field, string detail) =>
        new(status, code, detail) { Errors = ImmutableSortedDictionary<string, string[]>.Empty.Add(field, [detail]) };

    /// <summary>The problem that a refusal by the rules is to a caller.</summary>
    public static Problem From(Failure failure)
    {
        Failure[] all = [failure, .. failure.Further];
        var worst = all.FirstOrDefault(one => one.Code == FailureCode.Forbidden) ?? failure;
        if (worst.Code == FailureCode.Forbidden)
            return new(403, worst.Code, worst.Detail);
        var code = all.All(one => one.Code == failure.Code) ? failure.Code : FailureCode.Invalid;
        return new(
            StatusOf(failure.Code),
            code,
            all.Length == 1
                ? failure.Detail
                : $"{all.Length} items of the request are refused; errors says for each what to send."
        )
        {
            Errors = all.Where(one => one.Field is not null)
                .GroupBy(one => one.Field!, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(
                    field => field.Key,
                    field => field.Select(one => one.Detail).ToArray(),
                    StringComparer.Ordinal
                ),
        };
    }

    /// <summary>The body, as bytes.</summary>
    public byte[] ToJson(HttpContext http) => JsonSerializer.SerializeToUtf8Bytes(Body(http), Json.Options);

    /// <summary>Answers with the problem.</summary>
    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, ToJson(httpContext));

    /// <summary>
    /// Answers with the problem, and with more members beside those of every problem (RFC 9457, section 3.2).
    /// </summary>
    public Task WriteAsync(HttpContext http, JsonObject more)
    {
        var body = JsonSerializer.SerializeToNode(Body(http), Json.Options)!.AsObject();
        foreach (var (name, value) in more)
            body[name] = value?.DeepClone();
        return WriteAsync(http, JsonSerializer.SerializeToUtf8Bytes(body, Json.Options));
    }

    private ProblemBody Body(HttpContext http) =>
        new(
            $"https://www.rfc-editor.org/rfc/rfc9110#status.{Status}",
            ReasonPhrases.GetReasonPhrase(Status),
            Status,
            Detail,
            Code,
            TraceIdOf(http),
            Errors.IsEmpty ? null : Errors
        );

    private async Task WriteAsync(HttpContext http, byte[] body)
    {
        http.Response.StatusCode = Status;
        // A refusal holds for whoever sent the request, and perhaps not for long.
        http.Response.Headers.CacheControl = "no-store";
        if (Status is 429 or 503 || Code == ProblemCode.IdempotencyKeyInFlight)
            http.Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        http.Response.ContentType = MediaType;
        Note(http, Code, Status);
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Notes for the log of requests why a request is refused, and counts it.</summary>
    public static void Note(HttpContext http, string code, int status)
    {
        http.Items[typeof(Problem)] = code;
        http.RequestServices.GetRequiredService<ChangeMetrics>().CountRefusal(code, status);
    }

    /// <summary>The code of a problem that <see cref="ToJson"/> wrote.</summary>
    public static string CodeIn(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>The id under which the log knows the request.</summary>
    public static string TraceIdOf(HttpContext http) => Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;

    private static int StatusOf(string code) =>
        code switch
        {
            FailureCode.IdentifierNotYours => 403,
            FailureCode.NotFound => 404,
            FailureCode.WouldWiden
            or FailureCode.PurposeExists
            or FailureCode.CreatorErased
            or FailureCode.NotAsked
            or FailureCode.AlreadyAsked
            or FailureCode.RefusedBefore
            or FailureCode.AskingBlocked
            or FailureCode.NotOpen
            or ProblemCode.WebhookExists
            or ProblemCode.WebhookDisabled => 409,
            ProblemCode.StaleVersion or ProblemCode.PreconditionFailed => 412,
            ProblemCode.Unavailable => 503,
            _ => 422,
        };
}

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Type">A link to what the status means.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong, for people.</param>
/// <param name="Code">What is wrong, as a stable word for programs.</param>
/// <param name="TraceId">The id under which the service's log knows the request.</param>
/// <param name="Errors">Where fields of the request are at fault: messages by field.</param>
public sealed record ProblemBody(
    string Type,
    string Title,
    [property: Between(400, 599)] int Status,
    string Detail,
    string Code,
    string TraceId,
    IReadOnlyDictionary<string, string[]>? Errors
);
