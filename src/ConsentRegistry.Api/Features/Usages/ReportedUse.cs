using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>A use as it was reported, its words known to be good.</summary>
/// <param name="Requester">Who used the videos.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Videos">The videos, each with the receipt that was relied on, if any.</param>
/// <param name="Made">What was made of them.</param>
/// <param name="PublishedAt">When what was made was published.</param>
/// <param name="UsedAt">When they were used; null for now.</param>
internal sealed record ReportedUse(
    Requester Requester, Purpose Purpose, IReadOnlyList<(VideoKey Video, string? Receipt)> Videos, Made? Made, Instant? PublishedAt, Instant? UsedAt)
{
    /// <summary>Reads a validated request, for a requester whom the caller may record uses of.</summary>
    public static bool TryRead(
        RecordUseRequest request, Caller caller, Instant now, string field, [NotNullWhen(true)] out ReportedUse? use, [NotNullWhen(false)] out Problem? problem)
    {
        (use, problem) = (null, null);
        Requester? requester = request.Requester is { } named ? Requester.Parse(named) : caller.OwnRequester;
        Instant? usedAt = Instant.TryParse(request.UsedAt, out var at) ? at : null;
        Instant? publishedAt = Instant.TryParse(request.Made?.PublishedAt, out var published) ? published : null;
        if (requester is null)
            problem = Asking.NoRequester;
        else if (requester != caller.OwnRequester && !caller.Has(Scopes.CheckAny))
            problem = Asking.RequesterNotYours;
        else if (usedAt > now.Plus(UseJudge.Recent))
            problem = Problem.Of(422, FailureCode.Invalid, $"{field}usedAt", "The use is yet to come.");
        else if (publishedAt > now)
            problem = Problem.Of(422, FailureCode.Invalid, $"{field}made.publishedAt", "A video cannot have been published in the future.");
        if (problem is not null)
            return false;
        use = new(
            requester!.Value,
            Purpose.Parse(request.Purpose!),
            [.. request.Videos!.Select(video => (new VideoKey(CreatorId.Parse(video.CreatorId!), VideoId.Parse(video.VideoId!)), video.Receipt))],
            request.Made is not { } made
                ? null
                : new(made.Video is { } derived ? new VideoKey(CreatorId.Parse(derived.CreatorId!), VideoId.Parse(derived.VideoId!)) : null, made.TrainingRun),
            publishedAt,
            usedAt);
        return true;
    }
}
