using System.Text.Json;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Persistence;

/// <summary>The column <c>creator_default.segments</c>.</summary>
internal static class SegmentsJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Write(DefaultSetting setting) =>
        JsonSerializer.Serialize(
            setting.Segments.Select(segment => new Stored(
                segment.From?.ToString(),
                segment.Choice.Effect.Word(),
                [.. segment.Choice.Conditions.Words()],
                segment.Choice.ExpiresAt?.ToString(),
                segment.Choice.VocabularyVersion,
                segment.Stamp.Version,
                segment.Stamp.At.ToString()
            )),
            Options
        );

    public static DefaultSetting Read(string json) =>
        new([
            .. JsonSerializer
                .Deserialize<Stored[]>(json, Options)!
                .Select(stored => new Segment(
                    Time(stored.From),
                    Choices.Read(stored.Effect, stored.Conditions, Time(stored.ExpiresAt), stored.VocabularyVersion),
                    new(stored.Version, Time(stored.ChangedAt)!.Value)
                )),
        ]);

    private static Instant? Time(string? text) =>
        text is null ? null
        : Instant.TryParse(text, out var time) ? time
        : throw new FormatException("A stored segment holds no moment.");

    private sealed record Stored(
        string? From,
        string Effect,
        string[] Conditions,
        string? ExpiresAt,
        int VocabularyVersion,
        long Version,
        string ChangedAt
    );
}

/// <summary>Choices as their columns hold them.</summary>
internal static class Choices
{
    public static Choice Read(string effect, string[] conditions, Instant? expiresAt, int vocabularyVersion) =>
        Choice.Create(Wording.Parse<Effect>(effect), ConditionWords.Parse(conditions), expiresAt, vocabularyVersion);
}
