using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Contracts;

/// <summary>What a default says for videos published from a moment on, until the next segment starts.</summary>
/// <param name="From">The moment; null for every video, those without a known date included.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="VocabularyVersion">
/// The vocabulary version that the creator knew: an allow does not reach newer purposes below its own.
/// </param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record SegmentBody(
    Instant? From,
    Effect Effect,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    Instant? ExpiresAt,
    [property: AtLeast(1)] int VocabularyVersion,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
);

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
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Effect,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    Instant? ExpiresAt,
    [property: AtLeast(1)] int VocabularyVersion,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Items(1, Limits.SegmentsPerDefault)]
        IReadOnlyList<SegmentBody>? Segments
)
{
    public static SettingBody From(DefaultKey key, DefaultSetting setting)
    {
        var newest = setting.Segments[^1];
        return From(SettingKey.From(key), newest.Choice, newest.Stamp) with
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
                    segment.Stamp.At
                )),
            ],
        };
    }

    public static SettingBody From(OverrideKey key, OverrideSetting setting) =>
        From(SettingKey.From(key), setting.Choice, setting.Stamp);

    private static SettingBody From(SettingKey key, Choice choice, Stamp stamp) =>
        new(
            key.Video is { } video ? VideoName.From(video) : null,
            key.Purpose.Name,
            key.Requester?.Value,
            choice.Effect,
            choice.Conditions.Words(),
            choice.ExpiresAt,
            choice.VocabularyVersion,
            stamp.Version,
            stamp.At,
            Segments: null
        );
}
