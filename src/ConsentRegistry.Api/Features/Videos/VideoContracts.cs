using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Videos;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>The facts of a registration.</summary>
public interface IRegistration
{
    string? PublishedAt { get; }

    IReadOnlyList<ParticipantBody>? Participants { get; }

    IReadOnlyList<VideoReference>? DerivedFrom { get; }

    IReadOnlyList<WantedIdentifierBody>? Identifiers { get; }

    string? Reason { get; }
}

/// <summary>Facts about a video. A fact that is left out stays as it is; a list is the wanted list.</summary>
/// <param name="PublishedAt">When it was published, RFC 3339; not in the future.</param>
/// <param name="Participants">Everybody else who is concerned; at most 64.</param>
/// <param name="DerivedFrom">The videos it was made from; at most 64.</param>
/// <param name="Identifiers">What it is known by outside the platform; at most 16.</param>
/// <param name="Reason">
/// Why; required of an administrator who changes facts in the direction that can widen consent.
/// </param>
public sealed record RegisterVideoRequest(
    [property: Time] string? PublishedAt,
    [property: Items(0, Limits.ParticipantsPerVideo)] IReadOnlyList<ParticipantBody>? Participants,
    [property: Items(0, Limits.SourcesPerVideo)] IReadOnlyList<VideoReference>? DerivedFrom,
    [property: Items(0, Limits.IdentifiersPerVideo)] IReadOnlyList<WantedIdentifierBody>? Identifiers,
    [property: Text] string? Reason
) : IRegistration;

/// <summary>Facts about one video among many.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="PublishedAt">When it was published, RFC 3339; not in the future.</param>
/// <param name="Participants">Everybody else who is concerned; at most 64.</param>
/// <param name="DerivedFrom">The videos it was made from; at most 64.</param>
/// <param name="Identifiers">What it is known by outside the platform; at most 16.</param>
/// <param name="Reason">
/// Why; required of an administrator who changes facts in the direction that can widen consent.
/// </param>
[SchemaName("RegistrationItem")]
public sealed record RegisterItem(
    [property: Required] [property: Id] string? CreatorId,
    [property: Required] [property: Id] string? VideoId,
    [property: Time] string? PublishedAt,
    [property: Items(0, Limits.ParticipantsPerVideo)] IReadOnlyList<ParticipantBody>? Participants,
    [property: Items(0, Limits.SourcesPerVideo)] IReadOnlyList<VideoReference>? DerivedFrom,
    [property: Items(0, Limits.IdentifiersPerVideo)] IReadOnlyList<WantedIdentifierBody>? Identifiers,
    [property: Text] string? Reason
) : IRegistration;

/// <summary>Many videos to register, of any creators.</summary>
/// <param name="Videos">The videos; 1 to 10,000.</param>
public sealed record RegisterVideosRequest(
    [property: Required] [property: Items(1, RegisterVideosValidator.MaxVideos)] IReadOnlyList<RegisterItem>? Videos
);

/// <summary>The answer to a registration.</summary>
/// <param name="Video">What is registered now.</param>
/// <param name="Version">The version of the owner's stream, for <c>minVersions</c> of a check.</param>
/// <param name="Changes">1, or 0 if what was said already stood.</param>
[SchemaName("Registration")]
public sealed record RegisteredBody(
    VideoBody Video,
    [property: AtLeast(0)] long Version,
    [property: AtLeast(0)] int Changes
) : ChangeAnswer;

/// <summary>The answer for one video among many: what happened, or why it was refused.</summary>
/// <param name="CreatorId">The owner, as the request said.</param>
/// <param name="VideoId">The video, as the request said.</param>
/// <param name="Version">The version of the owner's stream; null of a refused item.</param>
/// <param name="Changes">
/// 1, or 0 if what was said already stood; null of a refused item, of which nothing is registered.
/// </param>
/// <param name="Error">Why the item was refused; null of an accepted one.</param>
[SchemaName("RegistrationResult")]
public sealed record RegisteredItem(
    string? CreatorId,
    string? VideoId,
    [property: AtLeast(0)] long? Version,
    [property: AtLeast(0)] int? Changes,
    ItemError? Error
);

/// <summary>The answers for many videos, in the order of the request.</summary>
/// <param name="Results">For each video what happened. A refused one spoils no other.</param>
[SchemaName("RegistrationBatch")]
public sealed record RegisteredBatchBody(
    [property: Items(1, RegisterVideosValidator.MaxVideos)] IReadOnlyList<RegisteredItem> Results
) : ChangeAnswer;

/// <summary>A video with its effective consent.</summary>
/// <param name="Video">What is registered; null of a video that nobody registered.</param>
/// <param name="Consent">The decision for each purpose asked about.</param>
public sealed record VideoConsentBody(VideoBody? Video, IReadOnlyList<PurposeConsentBody> Consent);

/// <summary>Effective consent for one purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Decision">What a check would be answered.</param>
public sealed record PurposeConsentBody([property: PurposeName] string Purpose, DecisionBody Decision);

internal sealed class RegisterVideoValidator : AbstractValidator<RegisterVideoRequest>
{
    public RegisterVideoValidator() => Include(new RegistrationValidator());
}

internal sealed class RegisterItemValidator : AbstractValidator<RegisterItem>
{
    public RegisterItemValidator()
    {
        RuleFor(item => item.CreatorId).MustBeGiven("the id of the video's owner").MustBeId();
        RuleFor(item => item.VideoId).MustBeGiven("the owner's id for the video").MustBeId();
        Include(new RegistrationValidator());
    }
}

internal sealed class RegisterVideosValidator : AbstractValidator<RegisterVideosRequest>
{
    /// <summary>Videos of one request.</summary>
    public const int MaxVideos = VideoName.MaxListed;

    public RegisterVideosValidator()
    {
        RuleFor(request => request.Videos).MustHaveItems("at least one video").MustHaveAtMost(MaxVideos, "videos");
        RuleForEach(request => request.Videos).MustBeGiven("an object with creatorId and videoId");
    }
}

internal sealed class RegistrationValidator : AbstractValidator<IRegistration>
{
    public RegistrationValidator()
    {
        RuleFor(request => request.PublishedAt).MustBeTime();
        RuleFor(request => request.Participants).MustHaveAtMost(Limits.ParticipantsPerVideo, "participants");
        RuleForEach(request => request.Participants)
            .MustBeGiven("an object with creatorId and role")
            .ChildRules(participant =>
            {
                participant
                    .RuleFor(one => one.CreatorId)
                    .MustBeGiven("the id of the creator who takes part")
                    .MustBeId();
                participant
                    .RuleFor(one => one.Role)
                    .MustBeGiven($"one of: {string.Join(", ", Wording.All<ParticipantRole>())}")
                    .MustBeWord<ParticipantBody, ParticipantRole>();
            });
        RuleFor(request => request.DerivedFrom).MustHaveAtMost(Limits.SourcesPerVideo, "sources");
        RuleForEach(request => request.DerivedFrom)
            .MustBeGiven("an object with creatorId and videoId")
            .ChildRules(source =>
            {
                source.RuleFor(one => one.CreatorId).MustBeGiven("the id of the source's owner").MustBeId();
                source.RuleFor(one => one.VideoId).MustBeGiven("the owner's id for the source").MustBeId();
            });
        RuleFor(request => request.Identifiers).MustHaveAtMost(Limits.IdentifiersPerVideo, "identifiers");
        RuleForEach(request => request.Identifiers).MustBeIdentifiers();
        RuleFor(request => request.Reason).MustBeText();
    }
}

internal static class Registrations
{
    /// <summary>Turns a validated request into what the rules work with.</summary>
    public static Registration ToRegistration(this IRegistration request) =>
        new(
            Instant.TryParseInRange(request.PublishedAt, out var publishedAt) ? publishedAt : null,
            request
                .Participants?.Select(one => new RegisteredParticipant(
                    CreatorId.Parse(one.CreatorId!),
                    Wording.Parse<Role>(one.Role!)
                ))
                .ToArray(),
            request
                .DerivedFrom?.Select(one => new VideoKey(CreatorId.Parse(one.CreatorId!), VideoId.Parse(one.VideoId!)))
                .ToArray(),
            request.Identifiers?.Select(one => new WantedIdentifier(one.ToIdentifier(), one.Listed)).ToArray()
        );
}
