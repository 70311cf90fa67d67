using System.Collections.Frozen;
using ConsentRegistry.Client;
using ConsentRegistry.Client.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Makes endpoints run only with consent.</summary>
public static class ConsentEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Runs an endpoint, or those of a group, only if the registry allows the use of a video; everything else is
    /// refused, and the handler is not called.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The registry is asked once, after the arguments are bound. The handler reads the answer, with its obligations,
    /// from <see cref="ConsentHttpContextExtensions.GetConsent"/>. Refusals are problem details (RFC 9457), whose
    /// <c>code</c> is a word of <see cref="ConsentProblemCodes"/>.
    /// </para>
    /// <list type="bullet">
    /// <item>
    /// 403 <c>consentRefused</c>: the use is not allowed. <c>effect</c> and <c>reason</c> say what decided,
    /// <c>reasonDetail</c> says more about silence, and <c>askAt</c> says where approval may be asked for.
    /// </item>
    /// <item>
    /// 403 <c>obligationsNotMet</c>: the use is allowed under <c>obligations</c> that <paramref name="canMeet"/> does
    /// not name.
    /// </item>
    /// <item>
    /// 503 <c>consentUnavailable</c>, with <c>Retry-After</c>: the registry could not be asked, did not answer in time,
    /// refused to answer or gave no answer that can be read.
    /// </item>
    /// <item>400 <c>invalidVideo</c> or <c>invalidRequester</c>: the request does not say which video, or for whom.</item>
    /// </list>
    /// <para>
    /// The check is for the purpose itself. What <see cref="Decision.Excludes"/> names below it needs a check of its
    /// own: ask for the narrowest purpose that describes the use.
    /// </para>
    /// </remarks>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="purpose">The purpose, for example <c>remix</c>.</param>
    /// <param name="video">Finds the video in the request; null, or ids that are none, are refused.</param>
    /// <param name="canMeet">
    /// The obligations that the endpoint meets, words of <see cref="Conditions"/>. An allow under another is refused;
    /// if null, an allow under any is.
    /// </param>
    /// <param name="requester">
    /// Finds who wants to use the video, which takes the scope <c>consent:check:any</c>; null, or an id that is none,
    /// is refused. Without it, it is the client of the application's own token.
    /// </param>
    /// <exception cref="ArgumentException">The purpose is empty.</exception>
    public static TBuilder RequireConsent<TBuilder>(
        this TBuilder builder,
        string purpose,
        Func<EndpointFilterInvocationContext, VideoName?> video,
        IEnumerable<string>? canMeet = null,
        Func<EndpointFilterInvocationContext, string?>? requester = null
    )
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(video);
        return builder.RequireConsent(purpose, request => ValueTask.FromResult(video(request)), canMeet, requester);
    }

    /// <inheritdoc cref="RequireConsent{TBuilder}(TBuilder, string, Func{EndpointFilterInvocationContext, VideoName?},
    /// IEnumerable{string}?, Func{EndpointFilterInvocationContext, string?}?)"/>
    /// <param name="builder">The endpoint, or the group.</param>
    /// <param name="purpose">The purpose, for example <c>remix</c>.</param>
    /// <param name="video">
    /// Finds the video, for example in a database; null, or ids that are none, are refused.
    /// </param>
    /// <param name="canMeet">
    /// The obligations that the endpoint meets, words of <see cref="Conditions"/>. An allow under another is refused;
    /// if null, an allow under any is.
    /// </param>
    /// <param name="requester">
    /// Finds who wants to use the video, which takes the scope <c>consent:check:any</c>; null, or an id that is none,
    /// is refused. Without it, it is the client of the application's own token.
    /// </param>
    public static TBuilder RequireConsent<TBuilder>(
        this TBuilder builder,
        string purpose,
        Func<EndpointFilterInvocationContext, ValueTask<VideoName?>> video,
        IEnumerable<string>? canMeet = null,
        Func<EndpointFilterInvocationContext, string?>? requester = null
    )
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(purpose);
        ArgumentNullException.ThrowIfNull(video);
        var filter = new ConsentFilter(purpose, video, (canMeet ?? []).ToFrozenSet(StringComparer.Ordinal), requester);
        builder.Add(endpoint => Require(endpoint, filter));
        builder.Finally(Guard);
        return builder;
    }

    private static void Require(EndpointBuilder endpoint, ConsentFilter filter)
    {
        if (endpoint.Metadata.OfType<ConsentRequirement>().Any())
            throw new InvalidOperationException(
                $"'{endpoint.DisplayName}' requires consent twice, and a request is checked once. "
                    + $"Check further purposes in the handler, with {nameof(IConsentChecker)}."
            );
        var requirement = new ConsentRequirement();
        endpoint.Metadata.Add(requirement);
        foreach (var status in (int[])[400, 403, 503])
            endpoint.Metadata.Add(
                new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"])
            );
        endpoint.FilterFactories.Add(
            (_, next) =>
            {
                requirement.IsFiltered = true;
                return request => filter.InvokeAsync(request, next);
            }
        );
    }

    // Some kinds of endpoints take filters and never run them: such an endpoint would be open to everybody.
    private static void Guard(EndpointBuilder endpoint)
    {
        if (
            endpoint.RequestDelegate is not { } handle
            || endpoint.Metadata.OfType<ConsentRequirement>().FirstOrDefault() is not { IsGuarded: false } requirement
        )
            return;
        requirement.IsGuarded = true;
        endpoint.RequestDelegate = http =>
            requirement.IsFiltered
                ? handle(http)
                : throw new InvalidOperationException(
                    $"'{endpoint.DisplayName}' does not run endpoint filters, so that no consent is asked for. "
                        + "Require consent of route handlers, or of groups of them."
                );
    }
}
