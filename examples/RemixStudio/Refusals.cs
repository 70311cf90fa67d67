using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Client;
using ConsentRegistry.Client.AspNetCore;

namespace RemixStudio;

/// <summary>
/// Refusals: problem details for programs, and plain words for people. Whatever went wrong, nothing is allowed.
/// </summary>
internal static class Refusals
{
    /// <summary>Whether the registry may answer the same request in a moment, and has not answered it now.</summary>
    public static bool MeansNoAnswer(Exception e) =>
        e switch
        {
            ConsentRegistryException refused => !IsAboutTheRequest(refused),
            HttpRequestException => true,
            // The client's own limit, and nobody's wish to end.
            TaskCanceledException { InnerException: TimeoutException } => true,
            _ => false,
        };

    /// <summary>Turns what the registry refuses, and that it does not answer, into a problem.</summary>
    public static async ValueTask<object?> OfTheRegistryAsync(
        EndpointFilterInvocationContext request,
        EndpointFilterDelegate next
    )
    {
        try
        {
            return await next(request);
        }
        catch (ConsentRegistryException e) when (IsAboutTheRequest(e))
        {
            return Problem(e.Status, e.Code, e.Detail);
        }
        // An id that no address can have.
        catch (ArgumentException e)
        {
            return Problem(HttpStatusCode.BadRequest, ConsentProblemCodes.InvalidRequest, e.Message);
        }
        catch (Exception e) when (MeansNoAnswer(e))
        {
            return Problem(
                HttpStatusCode.ServiceUnavailable,
                ConsentProblemCodes.ConsentUnavailable,
                "The consent registry does not answer. Try again later."
            );
        }
    }

    /// <summary>Shows a problem as a page to whoever uses a browser.</summary>
    public static async Task ShowInWordsAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.Ordinal))
        {
            await next(http);
            return;
        }
        var body = http.Response.Body;
        using var written = new MemoryStream();
        http.Response.Body = written;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = body;
        }
        var answer = written.ToArray();
        if (
            http.Response.ContentType?.StartsWith(MediaTypeNames.Application.ProblemJson, StringComparison.Ordinal)
            == true
        )
        {
            http.Response.ContentType = MediaTypeNames.Text.Html + "; charset=utf-8";
            http.Response.ContentLength = null;
            var video = new VideoName(
                http.Request.RouteValues["owner"]?.ToString() ?? "",
                http.Request.RouteValues["video"]?.ToString() ?? ""
            );
            answer = Encoding.UTF8.GetBytes(Pages.Refusal(JsonElement.Parse(answer), video));
        }
        // Some answers have no body, and must not have an empty one either.
        if (answer.Length > 0)
            await body.WriteAsync(answer, http.RequestAborted);
    }

    /// <summary>Says in plain words why a video may not be used.</summary>
    /// <param name="problem">Problem details, as <c>RequireConsent</c> gives them.</param>
    public static string InWords(JsonElement problem) =>
        (Text(problem, "effect"), Text(problem, "reason"), Text(problem, "reasonDetail")) switch
        {
            _ when Text(problem, "code") == ConsentProblemCodes.ObligationsNotMet =>
                "The creators allow it only under conditions that this studio cannot meet.",
            ("ask", _, _) => "The creators want to be asked first.",
            (_, Reasons.CreatorDefault, _) => "A creator of the video does not allow remixes of their videos.",
            (_, Reasons.VideoOverride, _) => "A creator of the video does not allow remixes of this one.",
            (_, Reasons.Lockdown, _) => "A creator of the video has stopped every use for now.",
            (_, Reasons.Hold, _) => "The use of the video is stopped while something is being cleared up.",
            (_, Reasons.NoConsent, "neverSet") => "A creator of the video has not said yes. Silence is not consent.",
            (_, Reasons.NoConsent, "publishedBeforeConsent") =>
                "A creator allows remixes of newer videos only, and not of this one.",
            (_, Reasons.NoConsent, "expired") => "A creator had allowed it for a time, and that time is over.",
            (_, Reasons.NoConsent, _) => "There is no consent of everybody concerned.",
            (_, Reasons.Indeterminate, _) => "Nobody can say now whether it is allowed. Try again later.",
            _ => Text(problem, "detail") ?? "It is not possible.",
        };

    /// <summary>A member of problem details that is a text; null if there is none.</summary>
    public static string? Text(JsonElement problem, string member) =>
        problem.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>Whether the registry refuses the request itself, and would refuse it again.</summary>
    public static bool IsAboutTheRequest(ConsentRegistryException e) =>
        e.RetryAfter is null
        && e.Status
            is HttpStatusCode.BadRequest
                or HttpStatusCode.NotFound
                or HttpStatusCode.Conflict
                or HttpStatusCode.UnprocessableEntity;

    private static IResult Problem(HttpStatusCode status, string code, string detail) =>
        TypedResults.Problem(
            detail,
            statusCode: (int)status,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code }
        );
}
