using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>
/// Gives the file of a site about a creator's videos, in one format. It names only URLs of the site that were
/// registered with <c>listed: true</c>.
/// </summary>
/// <remarks>
/// Allows stand for single URLs alone, denies for everything that begins as a URL does. A file that would become too
/// large, or speak of more than 4,000 URLs, is one deny for the site. The rules of several creators may stand in one
/// file; the default of TDMRep, the location <c>/*</c>, is last then.
/// </remarks>
internal static class GetSiteSignals
{
    /// <summary>URLs that one file speaks of: a longer file would be too large in every format.</summary>
    public const int MaxUrls = 4_000;

    /// <summary>URLs whose facts are taken from memory at once.</summary>
    private const int Chunk = 250;

    public static async Task<IResult> Handle(
        CreatorId creatorId,
        string format,
        string? site,
        SnapshotReader reading,
        MemoryFacts memory,
        RegistryOptions options,
        ConcurrencyLimits limits,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (!Wording.TryParse<SignalFormat>(format, out var named) || !SignalProjector.SiteFormats.Contains(named))
            return Invalid(
                "format",
                $"has no file for a site; send one of {string.Join(", ", SignalProjector.SiteFormats.Select(one => one.Word()))}"
            );
        if (!Site.TryParse(site, out var origin))
            return Invalid("site", "is no origin; send one, such as https://videos.example.com");
        if (!options.IdentifierRights.KnowsHost(origin.Host))
            return Invalid("site", "has a host whose URLs nobody may register; send the origin of another site");
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;

        List<ContentIdentifier> urls;
        await using (var snapshot = await reading.OpenAsync(cancellation))
        {
            urls = await VideoStore.ReadListedUrlsAsync(
                snapshot.OpenTransaction(),
                creatorId,
                origin.Origin,
                MaxUrls + 1,
                cancellation
            );
        }
        var isWhole = urls.Count <= MaxUrls;
        var entries = new List<SiteEntry>();
        var readAt = Instant.Latest;
        foreach (var part in urls.Take(MaxUrls).Order().Chunk(Chunk))
        {
            if (
                await memory.TakeForEverybodyAsync(
                    [],
                    [.. part.Select(url => (IReadOnlyList<ContentIdentifier>)[url])],
                    cancellation
                )
                is not { } taken
            )
                return MemoryFacts.Unavailable;
            entries.AddRange(
                part.Zip(taken.Contents, (url, content) => new SiteEntry(url, PublicConsent.From(taken.Facts, content)))
            );
            readAt = taken.Facts.ReadAt;
        }
        var signals = SignalProjector.OfSite(named, origin, entries, isWhole, options.SignalContact);
        return SignalAnswer.Create(
            http,
            new SiteSignalsBody(
                creatorId.Value,
                origin.Origin,
                entries.Count,
                !isWhole,
                [.. signals.Select(signal => SignalBody.From(signal, url: null))]
            ),
            signals,
            readAt
        );
    }

    private static IResult Invalid(string field, string problem) =>
        Problem.OfField(422, FailureCode.Invalid, field, $"{field} {problem}.");
}
