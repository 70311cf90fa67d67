using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>A registered video, and what it is known by.</summary>
internal sealed record IdentifiedVideo(VideoKey Video, IReadOnlyList<ContentIdentifier> Identifiers)
{
    /// <summary>Its URLs.</summary>
    public IReadOnlyList<ContentIdentifier> Urls { get; } =
    [.. Identifiers.Where(one => one.Scheme == IdentifierScheme.Url)];

    /// <summary>The refusal of a video that is not registered.</summary>
    public static readonly Problem NotFound = Problem.NotFound(
        "registered video of the creator",
        "the id of one that GET /v1/creators/{creatorId}/videos lists"
    );

    /// <summary>Finds a registered video; null if there is none.</summary>
    public static async Task<IdentifiedVideo?> FindAsync(
        SnapshotReader reading,
        VideoKey video,
        CancellationToken cancellation
    )
    {
        await using var snapshot = await reading.OpenAsync(cancellation);
        var stored = await VideoStore.ReadAsync(snapshot.OpenTransaction(), [video], cancellation);
        return stored.TryGetValue(video, out var record)
            ? new(video, [.. record.Identifiers.Select(one => one.Identifier)])
            : null;
    }
}

/// <summary>The signals of one video.</summary>
/// <param name="Body">As they are answered.</param>
/// <param name="Signals">The signals.</param>
/// <param name="ReadAt">The moment of the facts.</param>
internal sealed record SignalsOfVideo(VideoSignalsBody Body, IReadOnlyList<Signal> Signals, Instant ReadAt);

/// <summary>Makes the signals of videos.</summary>
internal sealed class VideoSignals(MemoryFacts memory, RegistryOptions options)
{
    /// <summary>The signals of some videos, all from one state of memory; null if memory cannot answer.</summary>
    /// <param name="videos">The videos; all of their facts are in memory at once.</param>
    /// <param name="format">The format; null for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<SignalsOfVideo>?> OfAsync(
        IReadOnlyList<IdentifiedVideo> videos,
        SignalFormat? format,
        CancellationToken cancellation
    )
    {
        if (
            await memory.TakeForEverybodyAsync(
                [.. videos.Select(one => one.Video)],
                [.. videos.SelectMany(ContentsOf)],
                cancellation
            )
            is not { } taken
        )
            return null;
        var answers = new List<SignalsOfVideo>();
        var first = 0;
        foreach (var video in videos)
        {
            answers.Add(Of(video, taken, first, format));
            first += 1 + video.Urls.Count;
        }
        return answers;
    }

    /// <summary>The public consent of a video's file, or of what is at one of its URLs; null if memory cannot answer.</summary>
    public async Task<PublicConsent?> ConsentOfAsync(
        IdentifiedVideo video,
        ContentIdentifier? url,
        CancellationToken cancellation
    ) =>
        await memory.TakeForEverybodyAsync([video.Video], [url is { } at ? [at] : video.Identifiers], cancellation)
            is { } taken
            ? url is null
                ? ConsentOfFile(video, taken, taken.Contents[0])
                : PublicConsent.From(taken.Facts, taken.Contents[0])
            : null;

    // Memory may not have learned yet that the video carries its identifiers.
    private static PublicConsent ConsentOfFile(IdentifiedVideo video, ExtractedFacts taken, CarriedContent file) =>
        PublicConsent.From(taken.Facts, file with { Videos = [.. file.Videos.Append(video.Video).Distinct().Order()] });

    // The file, which is known by all of the identifiers, and what is at each URL.
    private static IEnumerable<IReadOnlyList<ContentIdentifier>> ContentsOf(IdentifiedVideo video) =>
        [video.Identifiers, .. video.Urls.Select(url => (IReadOnlyList<ContentIdentifier>)[url])];

    private SignalsOfVideo Of(IdentifiedVideo video, ExtractedFacts taken, int first, SignalFormat? format)
    {
        var consent = ConsentOfFile(video, taken, taken.Contents[first]);
        var contact = options.SignalContact;
        var signals = SignalProjector
            .OfFile(consent, contact)
            .Select(signal => (Url: (ContentIdentifier?)null, Signal: signal))
            .Concat(
                video.Urls.SelectMany(
                    (url, i) =>
                        SignalProjector
                            .OfUrl(PublicConsent.From(taken.Facts, taken.Contents[first + 1 + i]), url, contact)
                            .Select(signal => (Url: (ContentIdentifier?)url, Signal: signal))
                )
            )
            .Where(one => format is null || one.Signal.Format == format)
            .ToList();
        return new(
            new(
                video.Video.Creator.Value,
                video.Video.Video.Value,
                signals.ConvertAll(one => SignalBody.From(one.Signal, one.Url))
            ),
            signals.ConvertAll(one => one.Signal),
            taken.Facts.ReadAt
        );
    }
}
