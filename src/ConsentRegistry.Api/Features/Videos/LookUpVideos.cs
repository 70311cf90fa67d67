using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>Identifiers to look up.</summary>
/// <param name="Identifiers">The identifiers; 1 to 1,000.</param>
public sealed record LookupRequest(
    [property: Required]
    [property: Items(1, LookupRequest.MaxIdentifiers)]
        IReadOnlyList<IdentifierReference>? Identifiers
)
{
    /// <summary>Identifiers of one request.</summary>
    public const int MaxIdentifiers = 1_000;
}

/// <summary>Which videos carry one identifier.</summary>
/// <param name="Identifier">The identifier, in its normal form.</param>
/// <param name="Videos">
/// Videos that carry it, by owner and id; at most 64, more than which no check answers for.
/// </param>
/// <param name="More">Whether further videos carry it: then these are any 64 of them.</param>
[SchemaName("LookupResult")]
public sealed record LookupItem(
    IdentifierBody Identifier,
    [property: Items(0, Limits.VideosPerCheck)] IReadOnlyList<VideoName> Videos,
    bool More
);

/// <summary>The videos for identifiers, in the order of the request.</summary>
/// <param name="Results">For each identifier.</param>
[SchemaName("Lookup")]
public sealed record LookupBody([property: Items(1, LookupRequest.MaxIdentifiers)] IReadOnlyList<LookupItem> Results);

/// <summary>
/// Gives the videos for identifiers. What no video carries has an empty list; whether an erased video carried it is not
/// told.
/// </summary>
internal static class LookUpVideos
{
    public static async Task<Ok<LookupBody>> Handle(
        Body<LookupRequest> body,
        SnapshotReader reading,
        CancellationToken cancellation
    )
    {
        var identifiers = body.Value.Identifiers!.Select(one => one.ToIdentifier()).ToList();
        await using var snapshot = await reading.OpenAsync(cancellation);
        var carriers = await VideoStore.FindCarriersAsync(
            snapshot.OpenTransaction(),
            [.. identifiers.Distinct()],
            Limits.VideosPerCheck + 1,
            cancellation
        );
        return TypedResults.Ok(
            new LookupBody([
                .. identifiers.Select(identifier =>
                {
                    var videos = carriers.GetValueOrDefault(identifier, []);
                    return new LookupItem(
                        IdentifierBody.From(identifier),
                        [.. videos.Take(Limits.VideosPerCheck).Select(VideoName.From)],
                        videos.Count > Limits.VideosPerCheck
                    );
                }),
            ])
        );
    }
}

internal sealed class LookupValidator : AbstractValidator<LookupRequest>
{
    public LookupValidator()
    {
        RuleFor(request => request.Identifiers)
            .MustHaveItems("at least one identifier")
            .MustHaveAtMost(LookupRequest.MaxIdentifiers, "identifiers");
        RuleForEach(request => request.Identifiers).MustBeIdentifiers();
    }
}
