using System.Runtime.CompilerServices;

namespace ConsentRegistry.Client;

/// <summary>The formats of signals. A newer registry may have more.</summary>
public static class SignalFormats
{
    /// <summary>IETF AIPREF: the header <c>Content-Usage</c>, and rules for robots.txt.</summary>
    public const string Aipref = "aipref";

    /// <summary>W3C TDMRep: headers, a file for a site, and a policy.</summary>
    public const string Tdmrep = "tdmrep";

    /// <summary>The CAWG assertion about training and data mining 1.1, for a manifest.</summary>
    public const string Cawg = "cawg";

    /// <summary>IPTC and PLUS: the property <c>plus:DataMining</c>, in an XMP packet.</summary>
    public const string Iptc = "iptc";

    /// <summary>Really Simple Licensing 1.0.</summary>
    public const string Rsl = "rsl";

    /// <summary>Content-Signal: a line of robots.txt for a whole site.</summary>
    public const string ContentSignal = "contentSignal";

    /// <summary><c>noai</c> and <c>noimageai</c>.</summary>
    public const string Noai = "noai";
}

/// <summary>A header of HTTP.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record SignalHeader(string Name, string Value);

/// <summary>What a signal says in place of what it cannot say.</summary>
/// <param name="Purpose">Of which purpose.</param>
/// <param name="Effect">What the registry answers to everybody.</param>
/// <param name="Says">What the signal says: <c>allow</c>, <c>nothing</c>, <c>ask</c> or <c>deny</c>.</param>
/// <param name="OverDenied">Whether that is stricter than what the registry answers to somebody nobody named.</param>
/// <param name="Lost">What is lost: words of docs/reference/signals.md.</param>
/// <param name="Conditions">The conditions that are lost.</param>
/// <param name="Count">Of how many URLs.</param>
public sealed record SignalLoss(
    string Purpose,
    Effect Effect,
    string Says,
    bool OverDenied,
    IReadOnlyList<string> Lost,
    IReadOnlyList<string> Conditions,
    int Count
);

/// <summary>One consent in one format.</summary>
/// <param name="Format">One of <see cref="SignalFormats"/>.</param>
/// <param name="Form">Where it stands: a word of docs/reference/signals.md.</param>
/// <param name="Url">The URL that it is about; null of what is part of the file, and of a site's file.</param>
/// <param name="MediaType">The media type of <paramref name="Text"/>.</param>
/// <param name="Text">The document; null if the format has none here, or there is nothing to say.</param>
/// <param name="Headers">The headers to send.</param>
/// <param name="ExpiresAt">When the first allow that it says ends; null if none does.</param>
/// <param name="Losses">What it cannot say.</param>
public sealed record Signal(
    string Format,
    string Form,
    string? Url,
    string? MediaType,
    string? Text,
    IReadOnlyList<SignalHeader> Headers,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<SignalLoss> Losses
);

/// <summary>What anybody may do with a video, in the formats of others.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Signals">What is part of the file, then for each URL what is sent with it.</param>
public sealed record VideoSignals(string CreatorId, string VideoId, IReadOnlyList<Signal> Signals);

/// <summary>What anybody may do with a creator's videos at a site, in one format.</summary>
/// <param name="CreatorId">The owner of the videos.</param>
/// <param name="Site">The site, as an origin in its normal form.</param>
/// <param name="Urls">How many listed URLs it speaks of.</param>
/// <param name="More">Whether there are more: then the file denies everything for the whole site.</param>
/// <param name="Signals">The file, and what it points to.</param>
public sealed record SiteSignals(string CreatorId, string Site, int Urls, bool More, IReadOnlyList<Signal> Signals);

/// <summary>
/// What anybody may do, in the formats of others, for publishing. Publish an answer for five minutes at most, and ask
/// again.
/// </summary>
public sealed class SignalsClient
{
    private readonly Wire wire;

    internal SignalsClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// The signals of a video. Takes <c>videos:write</c>, <c>consent:audit</c>, or the creator's own token.
    /// </summary>
    /// <param name="creatorId">The owner.</param>
    /// <param name="videoId">The owner's id for the video.</param>
    /// <param name="format">One of <see cref="SignalFormats"/>; null for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<VideoSignals> GetAsync(
        string creatorId,
        string videoId,
        string? format = null,
        CancellationToken cancellation = default
    ) =>
        wire.GetAsync<VideoSignals>(
            Wire.Path("v1", "creators", creatorId, "videos", videoId, "signals") + Wire.Query(("format", format)),
            cancellation
        );

    /// <summary>
    /// Compares a signal that somebody found with the registry. Nothing is fetched: the text is handed over. Takes the
    /// same scopes.
    /// </summary>
    /// <param name="creatorId">The owner.</param>
    /// <param name="videoId">The owner's id for the video.</param>
    /// <param name="source">One of <see cref="SignalSources"/>.</param>
    /// <param name="text">The text as it was found; at most 1 MiB.</param>
    /// <param name="url">
    /// The URL that it is about, one of the video's. Null where the video has one, and of what is part of the file.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<SignalComparison> CompareAsync(
        string creatorId,
        string videoId,
        string source,
        string text,
        string? url = null,
        CancellationToken cancellation = default
    ) =>
        wire.AskAsync<SignalToCompare, SignalComparison>(
            Wire.Path("v1", "creators", creatorId, "videos", videoId, "signals", "comparison"),
            new(source, text, url),
            cancellation
        );

    /// <summary>The file of a site about a creator's videos. Takes the same scopes.</summary>
    /// <param name="creatorId">The owner of the videos.</param>
    /// <param name="format">The format: one that has a file for a site.</param>
    /// <param name="site">The site, as an origin such as <c>https://videos.example.com</c>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<SiteSignals> GetSiteAsync(
        string creatorId,
        string format,
        string site,
        CancellationToken cancellation = default
    ) =>
        wire.GetAsync<SiteSignals>(
            Wire.Path("v1", "creators", creatorId, "signals", format) + Wire.Query(("site", site)),
            cancellation
        );

    /// <summary>
    /// The signals of all registered videos, by owner and id, as they come. Takes <c>videos:write</c> or
    /// <c>consent:audit</c>.
    /// </summary>
    /// <param name="after">The last video of an export that was cut short; null from the start.</param>
    /// <param name="format">One of <see cref="SignalFormats"/>; null for all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="HttpRequestException">
    /// It was cut short, maybe after some videos: go on after the last of them.
    /// </exception>
    public async IAsyncEnumerable<VideoSignals> ExportAsync(
        VideoName? after = null,
        string? format = null,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var lines = wire.LinesAsync<SignalLine>(
            Wire.Path("v1", "signals", "export")
                + Wire.Query(
                    ("format", format),
                    ("afterCreatorId", after?.CreatorId),
                    ("afterVideoId", after?.VideoId)
                ),
            cancellation
        );
        await foreach (var line in lines.WithCancellation(cancellation))
        {
            if (line.End is true)
                yield break;
            yield return line is { CreatorId: { } creator, VideoId: { } video, Signals: { } signals }
                ? new(creator, video, signals)
                : throw Wire.Unreadable("A line of the export is no video's.");
        }
        throw new HttpRequestException("The export was cut short.");
    }
}

/// <summary>A line of an export: a video's signals, or the end.</summary>
internal sealed record SignalLine(
    bool? End = null,
    string? CreatorId = null,
    string? VideoId = null,
    IReadOnlyList<Signal>? Signals = null
);
