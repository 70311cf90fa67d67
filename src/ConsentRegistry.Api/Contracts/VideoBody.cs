using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Contracts;

/// <summary>The words for how another creator can be concerned by a video.</summary>
public enum ParticipantRole
{
    /// <summary>They made it with the owner, and decide on every purpose.</summary>
    CoCreator,

    /// <summary>Their voice or likeness appears in it; they decide where a purpose uses likeness.</summary>
    Depicted,
}

/// <summary>Another creator concerned by a video.</summary>
/// <param name="CreatorId">Who.</param>
/// <param name="Role">How.</param>
public sealed record ParticipantBody(
    [property: Required] [property: Id] string? CreatorId,
    [property: Required] [property: Words<ParticipantRole>] string? Role
);

/// <summary>What is registered about a video.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="PublishedAt">When it was published; null if that is unknown.</param>
/// <param name="Participants">Everybody else who is concerned, in the order in which decisions name them.</param>
/// <param name="DerivedFrom">The videos it was made from, in their listed order.</param>
/// <param name="Identifiers">What it is known by outside the platform, by scheme and value.</param>
public sealed record VideoBody(
    [property: Id] string CreatorId,
    [property: Id] string VideoId,
    Instant? PublishedAt,
    [property: Items(0, Limits.ParticipantsPerVideo)] IReadOnlyList<ParticipantBody> Participants,
    [property: Items(0, Limits.SourcesPerVideo)] IReadOnlyList<VideoName> DerivedFrom,
    [property: Items(0, Limits.IdentifiersPerVideo)] IReadOnlyList<RegisteredIdentifierBody> Identifiers
)
{
    public static VideoBody From(VideoKey video, VideoRecord record) =>
        new(
            video.Creator.Value,
            video.Video.Value,
            record.PublishedAt,
            [
                .. record.Participants.Select(participant => new ParticipantBody(
                    participant.Creator.Value,
                    participant.Role.Word()
                )),
            ],
            [.. record.Sources.Select(VideoName.From)],
            [.. record.Identifiers.Select(RegisteredIdentifierBody.From)]
        );
}
