using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>A decision that is said to have been relied on, without a receipt that shows it.</summary>
/// <param name="At">The moment that it was made from.</param>
/// <param name="Versions">The versions of the streams that were consulted.</param>
/// <param name="Id">The id of the decision, if it is named.</param>
internal sealed record ReportedDecision(Instant At, IReadOnlyDictionary<string, long> Versions, Guid? Id);

/// <summary>A video of a reported use.</summary>
/// <param name="Video">The video.</param>
/// <param name="Receipt">The receipt that was relied on, if any.</param>
/// <param name="Decision">The decision that was relied on, if it is named instead.</param>
internal sealed record ReportedVideo(VideoKey Video, string? Receipt, ReportedDecision? Decision);

/// <summary>A use as it was reported, its words known to be good.</summary>
/// <param name="Requester">Who used the videos.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Videos">The videos, each with what was relied on.</param>
/// <param name="Made">What was made of them.</param>
/// <param name="PublishedAt">When what was made was published.</param>
/// <param name="UsedAt">When they were used; null for now.</param>
internal sealed record ReportedUse(
    Requester Requester,
    Purpose Purpose,
    IReadOnlyList<ReportedVideo> Videos,
    Made? Made,
    Instant? PublishedAt,
    Instant? UsedAt
)
{
    /// <summary>
    /// Whether it is said to have been so long before a moment that it cannot rest on what was decided then.
    /// </summary>
    public bool IsBefore(Instant moment, Instant now) => (UsedAt ?? now) < moment.Plus(-UseRecord.Recent);

    /// <summary>Reads a validated request, for a requester whom the caller may record uses of.</summary>
    public static bool TryRead(
        RecordUseRequest request,
        Caller caller,
        Instant now,
        [NotNullWhen(true)] out ReportedUse? use,
        [NotNullWhen(false)] out Problem? problem
    )
    {
        use = null;
        Requester? named = request.Requester is { } name ? Requester.Parse(name) : null;
        if (!RequesterAuthorization.TryRead(named, caller, out var requester, out problem))
            return false;
        Instant? usedAt = Instant.TryParseInRange(request.UsedAt, out var at) ? at : null;
        Instant? publishedAt = Instant.TryParseInRange(request.Made?.PublishedAt, out var published) ? published : null;
        if (usedAt > now.Plus(UseRecord.Recent))
            problem = Problem.OfField(
                422,
                FailureCode.Invalid,
                "usedAt",
                "usedAt is in the future; send a moment that is not."
            );
        else if (publishedAt > now)
            problem = Problem.OfField(
                422,
                FailureCode.Invalid,
                "made.publishedAt",
                "made.publishedAt is in the future; send a moment that is not."
            );
        if (problem is not null)
            return false;
        use = new(
            requester.Value,
            Purpose.Parse(request.Purpose!),
            [
                .. request.Videos!.Select(video => new ReportedVideo(
                    new(CreatorId.Parse(video.CreatorId!), VideoId.Parse(video.VideoId!)),
                    video.Receipt,
                    video.Decision is { } decision && Instant.TryParseInRange(decision.FreshAt, out var decidedAt)
                        ? new(decidedAt, decision.Versions!, decision.DecisionId)
                        : null
                )),
            ],
            request.Made is not { } made
                ? null
                : new(
                    made.Video is { } derived
                        ? new VideoKey(CreatorId.Parse(derived.CreatorId!), VideoId.Parse(derived.VideoId!))
                        : null,
                    made.TrainingRun
                ),
            publishedAt,
            usedAt
        );
        return true;
    }
}
