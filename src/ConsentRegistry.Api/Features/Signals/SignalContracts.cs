using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>A header of HTTP.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
[SchemaName("SignalHeader")]
public sealed record SignalHeaderBody(
    [property: TextLength(1, SignalHeaderBody.MaxLength)] string Name,
    [property: TextLength(1, SignalHeaderBody.MaxLength)] string Value
)
{
    /// <summary>Characters of a header: a URL and some words.</summary>
    public const int MaxLength = ContentIdentifier.MaxLength + 100;
}

/// <summary>What a signal says in place of what it cannot say.</summary>
/// <param name="Purpose">Of which purpose.</param>
/// <param name="Effect">What the registry answers to everybody: the most restrictive effect.</param>
/// <param name="Says">What the signal says.</param>
/// <param name="OverDenied">Whether that is stricter than what the registry answers to somebody nobody named.</param>
/// <param name="Lost">What is lost.</param>
/// <param name="Conditions">The conditions that are lost.</param>
/// <param name="Count">Of how many URLs; 1 of a video's signal.</param>
[SchemaName("SignalLoss")]
public sealed record SignalLossBody(
    [property: PurposeName] string Purpose,
    Effect Effect,
    Said Says,
    bool OverDenied,
    [property: WordList(1)] IReadOnlyList<Lost> Lost,
    [property: Words<Conditions>] [property: WordList(0)] IReadOnlyList<string> Conditions,
    [property: AtLeast(1)] int Count
);

/// <summary>One consent in one format.</summary>
/// <param name="Format">The format.</param>
/// <param name="Form">Where it stands.</param>
/// <param name="Url">The URL that it is about; null of what is part of the file, and of a site's file.</param>
/// <param name="MediaType">The media type of <c>text</c>; null without one.</param>
/// <param name="Text">The document; null if the format has none here, or there is nothing to say.</param>
/// <param name="Headers">The headers to send; none if the format has none here, or there is nothing to say.</param>
/// <param name="ExpiresAt">When the first allow that it says ends: until then it has to be asked for anew; null if none
/// does.</param>
/// <param name="Losses">What it cannot say, by purpose.</param>
[SchemaName("Signal")]
public sealed record SignalBody(
    SignalFormat Format,
    SignalForm Form,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string? Url,
    [property: TextLength(1, 100)] string? MediaType,
    [property: TextLength(1, Signal.MaxLength)] string? Text,
    [property: Items(0, SignalBody.MaxHeaders)] IReadOnlyList<SignalHeaderBody> Headers,
    Instant? ExpiresAt,
    [property: Items(0, Loss.MaxRows)] IReadOnlyList<SignalLossBody> Losses
)
{
    /// <summary>Headers of one signal.</summary>
    public const int MaxHeaders = 2;

    public static SignalBody From(Signal signal, ContentIdentifier? url) =>
        new(
            signal.Format,
            signal.Form,
            url?.Value,
            signal.MediaType,
            signal.Text,
            [.. signal.Headers.Select(header => new SignalHeaderBody(header.Name, header.Value))],
            signal.ExpiresAt,
            [
                .. signal.Losses.Select(loss => new SignalLossBody(
                    loss.Purpose.Name,
                    loss.Effect,
                    loss.Says,
                    loss.OverDenied,
                    loss.Lost,
                    loss.Conditions.Words(),
                    loss.Count
                )),
            ]
        );
}

/// <summary>What anybody may do with a video, in the formats of others.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Signals">
/// What is part of the file first, then for each of the video's URLs what is sent with it.
/// </param>
[SchemaName("VideoSignals")]
public sealed record VideoSignalsBody(
    [property: Id] string CreatorId,
    [property: Id] string VideoId,
    [property: Items(0, VideoSignalsBody.MaxSignals)] IReadOnlyList<SignalBody> Signals
)
{
    /// <summary>Signals of one video: each format for each of its identifiers, and for the file.</summary>
    public const int MaxSignals = 7 * (Limits.IdentifiersPerVideo + 1);
}

/// <summary>What anybody may do with a creator's videos at a site, in one format, as the site's file.</summary>
/// <param name="CreatorId">The owner of the videos.</param>
/// <param name="Site">The site, as an origin in its normal form.</param>
/// <param name="Urls">How many listed URLs it speaks of.</param>
/// <param name="More">Whether there are more: then the file denies everything for the whole site.</param>
/// <param name="Signals">The file, and what it points to.</param>
[SchemaName("SiteSignals")]
public sealed record SiteSignalsBody(
    [property: Id] string CreatorId,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string Site,
    [property: Between(0, GetSiteSignals.MaxUrls)] int Urls,
    bool More,
    [property: Items(1, 2)] IReadOnlyList<SignalBody> Signals
);
