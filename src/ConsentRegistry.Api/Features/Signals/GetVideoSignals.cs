using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>
/// Says what anybody may do with a video in the formats of others. What is part of the file, and for each of its URLs
/// what is sent with it.
/// </summary>
/// <remarks>
/// No signal permits what the registry denies to anybody, and none names a requester. The signal of a URL is the
/// strictest answer of all videos that carry it; that of the file, of all that carry one of its identifiers.
/// <c>losses</c> says what a format cannot say. Publish each only for as long as <c>Cache-Control</c> says; what is
/// part of a file never says allow.
/// </remarks>
internal static class GetVideoSignals
{
    public static async Task<IResult> Handle(
        CreatorId creatorId,
        VideoId videoId,
        WordFilter<SignalFormat> format,
        SnapshotReader reading,
        VideoSignals signals,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (await IdentifiedVideo.FindAsync(reading, new(creatorId, videoId), cancellation) is not { } video)
            return IdentifiedVideo.NotFound;
        return await signals.OfAsync([video], format.Value, cancellation) is [var only]
            ? SignalAnswer.Create(http, only.Body, only.Signals, only.ReadAt)
            : MemoryFacts.Unavailable;
    }
}
