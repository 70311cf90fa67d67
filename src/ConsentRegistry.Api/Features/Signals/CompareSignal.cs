using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Signals.Reading;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>A text with signals, as it was found.</summary>
/// <param name="Source">Where it was found.</param>
/// <param name="Text">The text; at most 1 MiB.</param>
/// <param name="Url">
/// The URL that it is about, one of the video's. It may be left out where the video has one, and of what is part of the
/// file (<c>xmp</c>, <c>manifest</c>).
/// </param>
public sealed record SignalComparisonRequest(
    [property: Required] [property: Words<SignalSource>] string? Source,
    [property: Required] [property: TextLength(1, SignalDocument.MaxLength)] string? Text,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string? Url
);

/// <summary>What a signal says of a purpose, beside the registry's answer.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Says">What the signal says.</param>
/// <param name="Effect">What the registry answers to everybody: the most restrictive effect.</param>
/// <param name="Drift">How the two stand to each other.</param>
[SchemaName("PurposeDrift")]
public sealed record PurposeDriftBody([property: PurposeName] string Purpose, Said Says, Effect Effect, Drift Drift);

/// <summary>Why a text cannot be read in a format.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The place in that line, from 1.</param>
/// <param name="Detail">One sentence for people.</param>
[SchemaName("UnreadableSignal")]
public sealed record UnreadableSignalBody(
    [property: AtLeast(1)] int Line,
    [property: AtLeast(1)] int Column,
    [property: TextLength(1, 1_000)] string Detail
);

/// <summary>What a text says in one format, beside the registry's answers.</summary>
/// <param name="Format">The format.</param>
/// <param name="Unreadable">Why it cannot be read; null if it can. Then it says nothing.</param>
/// <param name="Purposes">For each purpose.</param>
[SchemaName("FormatDrift")]
public sealed record FormatDriftBody(
    SignalFormat Format,
    UnreadableSignalBody? Unreadable,
    [property: Items(1, Limits.Purposes)] IReadOnlyList<PurposeDriftBody> Purposes
);

/// <summary>How a signal stands to the registry.</summary>
/// <param name="Url">The URL that it is about; null of what is part of the file.</param>
/// <param name="FreshAt">The moment of the registry's answers.</param>
/// <param name="Formats">For each format that may stand there.</param>
[SchemaName("SignalComparison")]
public sealed record SignalComparisonBody(
    [property: TextLength(1, ContentIdentifier.MaxLength)] string? Url,
    Instant FreshAt,
    [property: Items(1, SignalComparisonBody.MaxFormats)] IReadOnlyList<FormatDriftBody> Formats
)
{
    /// <summary>Formats that may stand in one place.</summary>
    public const int MaxFormats = 3;
}

internal sealed class SignalComparisonValidator : AbstractValidator<SignalComparisonRequest>
{
    public SignalComparisonValidator()
    {
        RuleFor(request => request.Source)
            .MustBeGiven("where the text was found")
            .MustBeWord<SignalComparisonRequest, SignalSource>();
        RuleFor(request => request.Text)
            .MustBeGiven("the text as it was found")
            .MustHaveLength(SignalDocument.MaxLength);
    }
}

/// <summary>
/// Compares a signal that somebody found with the registry. For each purpose it agrees, is stricter, is looser, or says
/// nothing.
/// </summary>
/// <remarks>
/// The caller hands the text over; the registry fetches nothing. It is read as what it says to anybody, and where the
/// format leaves something open, as what permits more. What cannot be read says nothing, and <c>unreadable</c> says
/// where. The registry's answer is the strictest of R10, as in <c>getVideoSignals</c>.
/// </remarks>
internal static class CompareSignal
{
    public static async Task<Results<Ok<SignalComparisonBody>, Problem>> Handle(
        CreatorId creatorId,
        VideoId videoId,
        Body<SignalComparisonRequest> body,
        SnapshotReader reading,
        VideoSignals signals,
        RegistryOptions options,
        CancellationToken cancellation
    )
    {
        if (await IdentifiedVideo.FindAsync(reading, new(creatorId, videoId), cancellation) is not { } video)
            return IdentifiedVideo.NotFound;
        var source = Wording.Parse<SignalSource>(body.Value.Source!);
        var document = new SignalDocument(source, body.Value.Text!, null);
        if (document.IsServed)
        {
            if (FindUrl(video, body.Value.Url) is not { } url)
                return NoUrl(video, body.Value.Url);
            document = document with { Url = url };
        }
        if (await signals.ConsentOfAsync(video, document.Url, cancellation) is not { } consent)
            return MemoryFacts.Unavailable;
        return TypedResults.Ok(
            new SignalComparisonBody(
                document.Url?.Value,
                consent.At,
                [
                    .. SignalReader
                        .Read(document, consent.Vocabulary, options.SignalContact)
                        .Select(read => BodyOf(read, consent)),
                ]
            )
        );
    }

    private static ContentIdentifier? FindUrl(IdentifiedVideo video, string? named) =>
        named is null
            ? video.Urls is [var only]
                ? only
                : null
            : ContentIdentifier.Parse(IdentifierScheme.Url, named).Succeeded(out var url, out _)
            && video.Urls.Contains(url)
                ? url
                : null;

    private static Problem NoUrl(IdentifiedVideo video, string? named) =>
        Problem.OfField(
            422,
            FailureCode.Invalid,
            "url",
            named is null
                ? $"url is missing, and the video has {video.Urls.Count} URLs; send the one that the text is about."
                : $"url is {Characters.Quote(named)}, and no URL of the video; send one that the video is registered with."
        );

    private static FormatDriftBody BodyOf(SignalReading reading, PublicConsent consent) =>
        new(
            reading.Format,
            reading.Unreadable is { } why ? new(why.Line, why.Column, why.What) : null,
            [
                .. SignalComparer
                    .Compare(reading, consent)
                    .Select(row => new PurposeDriftBody(row.Purpose.Name, row.Says, row.Effect, row.Drift)),
            ]
        );
}
