using System.Collections.Immutable;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Videos;

/// <summary>Another creator concerned by a video, as registered. In the order in which a decision names them.</summary>
/// <param name="Creator">Who.</param>
/// <param name="Role">How; never <see cref="Role.Owner"/>.</param>
public readonly record struct RegisteredParticipant(CreatorId Creator, Role Role) : IComparable<RegisteredParticipant>
{
    /// <summary>By creator id byte by byte, then by role.</summary>
    public int CompareTo(RegisteredParticipant other) =>
        Creator.CompareTo(other.Creator) is not 0 and var byCreator ? byCreator : Role.CompareTo(other.Role);
}

/// <summary>
/// What a platform says about a video. A fact that is null stays as it is; a list is the wanted list.
/// </summary>
/// <param name="PublishedAt">When the video was published.</param>
/// <param name="Participants">Everybody else who is concerned.</param>
/// <param name="Sources">The videos it was made from, in order.</param>
/// <param name="Identifiers">What it is known by outside the platform.</param>
public sealed record Registration(
    Instant? PublishedAt,
    IReadOnlyCollection<RegisteredParticipant>? Participants,
    IReadOnlyCollection<VideoKey>? Sources,
    IReadOnlyCollection<WantedIdentifier>? Identifiers = null
);

/// <summary>What is registered about a video.</summary>
public sealed record VideoRecord
{
    /// <summary>A record of these facts; duplicates count once.</summary>
    public VideoRecord(
        Instant? publishedAt,
        IEnumerable<RegisteredParticipant> participants,
        IEnumerable<VideoKey> sources,
        IEnumerable<RegisteredIdentifier>? identifiers = null
    )
    {
        PublishedAt = publishedAt;
        Participants = [.. participants.Distinct().Order()];
        Sources = [.. sources.Distinct()];
        Identifiers = identifiers is null
            ? []
            : [.. identifiers.DistinctBy(one => one.Identifier).OrderBy(one => one.Identifier)];
    }

    /// <summary>When it was published; null if that is unknown.</summary>
    public Instant? PublishedAt { get; }

    /// <summary>Everybody else who is concerned, in the order in which decisions name them.</summary>
    public ImmutableArray<RegisteredParticipant> Participants { get; }

    /// <summary>The videos it was made from, in their listed order.</summary>
    public ImmutableArray<VideoKey> Sources { get; }

    /// <summary>What it is known by outside the platform, by scheme and value.</summary>
    public ImmutableArray<RegisteredIdentifier> Identifiers { get; }

    /// <summary>Those of the identifiers that another record does not have; null has none.</summary>
    public IEnumerable<ContentIdentifier> IdentifiersBeyond(VideoRecord? other) =>
        Identifiers
            .Select(one => one.Identifier)
            .Except(other is null ? [] : other.Identifiers.Select(one => one.Identifier));

    /// <summary>
    /// The record after a registration. Facts change freely only in the cautious direction: participants, sources and
    /// identifiers by adding. Whether an identifier is listed changes freely.
    /// </summary>
    /// <param name="video">The video.</param>
    /// <param name="current">What stands; null if it was never registered.</param>
    /// <param name="wanted">What the platform says.</param>
    /// <param name="now">The registry's clock.</param>
    /// <param name="mayWiden">Whether an administrator gave a reason for a change in the incautious direction.</param>
    /// <returns>
    /// The record, which is <paramref name="current"/> itself if it already stands; or
    /// <see cref="FailureCode.Invalid"/>, <see cref="FailureCode.TooMany"/> or <see cref="FailureCode.WouldWiden"/>,
    /// naming the field.
    /// </returns>
    public static Result<VideoRecord> Register(
        VideoKey video,
        VideoRecord? current,
        Registration wanted,
        Instant now,
        bool mayWiden
    )
    {
        if (wanted.PublishedAt > now)
            return new Failure(
                FailureCode.Invalid,
                "publishedAt is in the future; send a moment that is not.",
                "publishedAt"
            );
        if (wanted.Sources?.Contains(video) == true)
            return new Failure(
                FailureCode.Invalid,
                "derivedFrom names the video itself; send only others.",
                "derivedFrom"
            );
        if (wanted.Identifiers?.Distinct().GroupBy(one => one.Identifier).Any(same => same.Count() > 1) == true)
            return new Failure(
                FailureCode.Invalid,
                "identifiers says of one identifier both that it is listed and otherwise; send it once.",
                "identifiers"
            );

        var record = new VideoRecord(
            wanted.PublishedAt ?? current?.PublishedAt,
            wanted.Participants ?? (IEnumerable<RegisteredParticipant>?)current?.Participants ?? [],
            wanted.Sources ?? (IEnumerable<VideoKey>?)current?.Sources ?? [],
            wanted.Identifiers?.Select(one => new RegisteredIdentifier(
                one.Identifier,
                one.Listed ?? current?.Lists(one.Identifier) == true
            ))
                ?? (IEnumerable<RegisteredIdentifier>?)current?.Identifiers
        );
        if (record.Participants.Length > Limits.ParticipantsPerVideo)
            return TooMany(Limits.ParticipantsPerVideo, "participants");
        if (record.Sources.Length > Limits.SourcesPerVideo)
            return TooMany(Limits.SourcesPerVideo, "derivedFrom");
        if (record.Identifiers.Length > Limits.IdentifiersPerVideo)
            return TooMany(Limits.IdentifiersPerVideo, "identifiers");
        if (current is null)
            return record;
        if (!mayWiden && record.WidenedFieldOf(current) is { } field)
        {
            return new Failure(
                FailureCode.WouldWiden,
                $"{field} would change in the direction that can widen consent; leave it as it is, or send it with a "
                    + "reason and a token of scope consent:admin.",
                field
            );
        }
        return record == current ? current : record;
    }

    /// <inheritdoc/>
    public bool Equals(VideoRecord? other) =>
        other is not null
        && PublishedAt == other.PublishedAt
        && Participants.SequenceEqual(other.Participants)
        && Sources.SequenceEqual(other.Sources)
        && Identifiers.SequenceEqual(other.Identifiers);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(PublishedAt, Participants.Length, Sources.Length, Identifiers.Length);

    private bool Lists(ContentIdentifier identifier) => Identifiers.Contains(new(identifier, Listed: true));

    // A date that is earlier can widen as well: the video may then fall under another segment.
    internal string? WidenedFieldOf(VideoRecord current) =>
        PublishedAt != current.PublishedAt ? "publishedAt"
        : current.Participants.Except(Participants).Any() ? "participants"
        : current.Sources.Except(Sources).Any() ? "derivedFrom"
        : current.IdentifiersBeyond(this).Any() ? "identifiers"
        : null;

    private static Failure TooMany(int limit, string field) =>
        new(FailureCode.TooMany, $"{field} has more than {limit} items; send at most {limit}.", field);
}
