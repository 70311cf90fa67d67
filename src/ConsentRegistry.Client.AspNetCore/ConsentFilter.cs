using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Client.AspNetCore;

/// <summary>Asks for consent before a handler runs: only an allow whose obligations can be met lets it.</summary>
/// <param name="purpose">The purpose.</param>
/// <param name="video">Finds the video in a request.</param>
/// <param name="canMeet">The obligations that the handler meets.</param>
/// <param name="requester">Finds the requester; if null, it is the application itself.</param>
internal sealed partial class ConsentFilter(
    string purpose,
    Func<EndpointFilterInvocationContext, ValueTask<VideoName?>> video,
    FrozenSet<string> canMeet,
    Func<EndpointFilterInvocationContext, string?>? requester
)
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext request, EndpointFilterDelegate next)
    {
        var http = request.HttpContext;
        // The arguments could not be bound. Filters run all the same, with arguments that are missing.
        if (http.Response.StatusCode == StatusCodes.Status400BadRequest)
            return ConsentProblems.Invalid(ConsentProblemCodes.InvalidRequest, "The request cannot be read.");
        if (await video(request) is not { } name || !Ids.IsValid(name.CreatorId) || !Ids.IsValid(name.VideoId))
            return ConsentProblems.Invalid(
                ConsentProblemCodes.InvalidVideo,
                $"The request names no video. The ids of its owner and of itself are {Ids.Grammar}."
            );
        // A requester that is missing would be asked for as the application itself, which may be allowed more.
        var who = requester?.Invoke(request);
        if (requester is not null && !Ids.IsValid(who))
            return ConsentProblems.Invalid(
                ConsentProblemCodes.InvalidRequester,
                $"The request does not say for whom it is. An id is {Ids.Grammar}."
            );

        var checker = http.RequestServices.GetRequiredService<IConsentChecker>();
        Decision? decision;
        try
        {
            decision = await checker.CheckAsync(
                new(name.CreatorId, name.VideoId, purpose) { Requester = who },
                http.RequestAborted
            );
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogUnavailable(http, e);
            return ConsentProblems.Unavailable(http, (e as ConsentRegistryException)?.RetryAfter);
        }

        if (decision is not { Allowed: true })
            return ConsentProblems.Refused(decision);
        if (decision.Obligations.Where(obligation => !canMeet.Contains(obligation)).ToList() is { Count: > 0 } unmet)
            return ConsentProblems.NotMet(decision, unmet);
        http.Features.Set(new ConsentFeature(decision));
        return await next(request);
    }

    private void LogUnavailable(HttpContext http, Exception e)
    {
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<ConsentFilter>();
        // What the registry says in words may name creators; its own log has it under the trace id.
        if (e is not ConsentRegistryException refused)
            LogNotAsked(log, purpose, e);
        else if (refused.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            LogNotNow(log, purpose, (int)refused.Status, refused.Code, refused.TraceId);
        else
            LogNoAnswer(log, purpose, (int)refused.Status, refused.Code, refused.TraceId);
    }

    [LoggerMessage(
        1,
        LogLevel.Error,
        "A use for {Purpose} is refused, since the consent registry could not be asked or did not answer in time."
    )]
    private static partial void LogNotAsked(ILogger log, string purpose, Exception e);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "A use for {Purpose} is refused, since the consent registry does not answer now: {Status} {Code}, {RegistryTraceId}."
    )]
    private static partial void LogNotNow(
        ILogger log,
        string purpose,
        int status,
        string code,
        string? registryTraceId
    );

    [LoggerMessage(
        3,
        LogLevel.Error,
        "A use for {Purpose} is refused, since the consent registry refused the check: {Status} {Code}, {RegistryTraceId}."
    )]
    private static partial void LogNoAnswer(
        ILogger log,
        string purpose,
        int status,
        string code,
        string? registryTraceId
    );
}

/// <summary>The consent with which a request goes ahead.</summary>
/// <param name="Decision">The allow.</param>
internal sealed record ConsentFeature(Decision Decision);
