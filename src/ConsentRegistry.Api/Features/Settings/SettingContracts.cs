using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A video by its owner and the owner's name for it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
public sealed record VideoName(string CreatorId, string VideoId)
{
    public static VideoName Of(VideoKey video) => new(video.Creator.Value, video.Video.Value);

    public VideoKey ToKey() => new(Domain.CreatorId.Parse(CreatorId), Domain.VideoId.Parse(VideoId));
}

/// <summary>What a default says for videos published from a moment on, until the next segment starts.</summary>
/// <param name="From">The moment; null for every video, those without a known date included.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="VocabularyVersion">The vocabulary version that the creator knew: an allow does not reach newer purposes below its own.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record SegmentBody(
    Instant? From, Effect Effect, [property: Words<Conditions>] IReadOnlyList<string> Conditions, Instant? ExpiresAt, int VocabularyVersion, long Version, Instant ChangedAt);

/// <summary>A setting as stored: a default, or an override for one video.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for, and every one below.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says; of a default, what its newest segment says.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="VocabularyVersion">The vocabulary version that the creator knew.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
/// <param name="Segments">Of a default: what it says for videos of which age, oldest first.</param>
public sealed record SettingBody(
    VideoName? Video,
    string Purpose,
    string? Requester,
    Effect Effect,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    Instant? ExpiresAt,
    int VocabularyVersion,
    long Version,
    Instant ChangedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SegmentBody>? Segments)
{
    public static SettingBody Of(DefaultKey key, DefaultSetting setting)
    {
        var newest = setting.Segments[^1];
        return Of(SettingKey.Of(key), newest.Choice, newest.Stamp) with
        {
            Segments =
            [
                .. setting.Segments.Select(segment => new SegmentBody(
                    segment.From,
                    segment.Choice.Effect,
                    segment.Choice.Conditions.Words(),
                    segment.Choice.ExpiresAt,
                    segment.Choice.VocabularyVersion,
                    segment.Stamp.Version,
                    segment.Stamp.At)),
            ],
        };
    }

    public static SettingBody Of(OverrideKey key, OverrideSetting setting) => Of(SettingKey.Of(key), setting.Choice, setting.Stamp);

    private static SettingBody Of(SettingKey key, Choice choice, Stamp stamp) => new(
        key.Video is { } video ? VideoName.Of(video) : null,
        key.Purpose.Name,
        key.Requester?.Value,
        choice.Effect,
        choice.Conditions.Words(),
        choice.ExpiresAt,
        choice.VocabularyVersion,
        stamp.Version,
        stamp.At,
        Segments: null);
}

/// <summary>A stop that stands.</summary>
/// <param name="Purposes">What it stops, with everything above and below; null for everything.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record StopBody(IReadOnlyList<string>? Purposes, long Version, Instant ChangedAt)
{
    public static StopBody? Of(Stop? stop) =>
        stop is null ? null : new(stop.Purposes?.Select(purpose => purpose.Name).ToArray(), stop.Stamp.Version, stop.Stamp.At);
}

/// <summary>A setting that stands beside a new ask or deny and answers less restrictively.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">Its least restrictive effect.</param>
public sealed record ExceptionBody(VideoName? Video, string Purpose, string? Requester, Effect Effect);

/// <summary>The settings that a new ask or deny did not reach, because they are more specific.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
public sealed record ExceptionsBody(int Count, IReadOnlyList<ExceptionBody> First)
{
    public static readonly ExceptionsBody None = new(0, []);

    public static ExceptionsBody Of(SettingsPlan plan) => new(
        plan.ExceptionCount,
        [
            .. plan.FirstExceptions.Select(milder => new ExceptionBody(
                milder.Key.Video is { } video ? VideoName.Of(video) : null, milder.Key.Purpose.Name, milder.Key.Requester?.Value, milder.Effect)),
        ]);
}

/// <summary>The answer to a change of settings.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <c>minVersions</c> of a check.</param>
/// <param name="SettingsVersion">The version of the settings: the ETag.</param>
/// <param name="Changes">How many records were altered; 0 if what was asked for already stood.</param>
/// <param name="Setting">The setting as stored, where a single one was set.</param>
/// <param name="Stop">The stop that stands, where one was set.</param>
/// <param name="Exceptions">What a new ask or deny did not reach.</param>
public sealed record ChangeBody(
    string CreatorId,
    long Version,
    long SettingsVersion,
    int Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettingBody? Setting,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StopBody? Stop,
    ExceptionsBody Exceptions) : ChangeAnswer
{
    /// <summary>How many of the changes are grants that a deny revoked; absent if none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RevokedGrants { get; init; }
}
