using ConsentRegistry.Client;

namespace DatasetBuilder;

/// <summary>What an answer means for the dataset.</summary>
internal static class Answers
{
    /// <summary>The word for a line that is no video.</summary>
    public const string NotAVideo = "notAVideo";

    /// <summary>How often a check is asked again whose answer is none for a moment.</summary>
    private const int MaxRepetitions = 5;

    private static readonly TimeSpan BetweenRepetitions = TimeSpan.FromSeconds(1);

    /// <summary>
    /// An answer that holds: where the registry could not decide for a moment, it is asked again. What it cannot decide
    /// then either is no consent.
    /// </summary>
    public static async Task<Decision> SettleAsync(
        ConsentRegistryClient registry,
        Check check,
        Decision decision,
        CancellationToken cancellation
    )
    {
        for (var i = 0; i < MaxRepetitions && decision.Reason == Reasons.Indeterminate; i++)
        {
            await Task.Delay(BetweenRepetitions, cancellation);
            decision = (await registry.Checks.CheckBatchAsync([check], cancellation: cancellation)).Results[0];
        }
        return decision;
    }

    /// <summary>A check whose answer also says on which versions it rests.</summary>
    public static Check CheckOf(string creatorId, string videoId, string purpose) =>
        new(creatorId, videoId, purpose) { Versions = true };

    /// <summary>Why a video may not be used; null if it may.</summary>
    /// <remarks>Only an allow whose obligations are all met is one.</remarks>
    public static string? RefusalOf(Decision decision, IReadOnlyList<string> canMeet) =>
        decision switch
        {
            { Allowed: true } when decision.Obligations.All(canMeet.Contains) => null,
            { Allowed: true } => "obligationsNotMet",
            { Error: not null } => NotAVideo,
            { Effect: Effect.Ask } => "ask",
            _ => decision.Detail ?? decision.Reason ?? "unknown",
        };

    /// <summary>The line of a video that may be used.</summary>
    public static AllowedVideo Allow(Check check, Decision decision) =>
        new(
            check.CreatorId!,
            check.VideoId!,
            decision.Obligations,
            decision.Excludes,
            decision.Versions,
            decision.FreshAt
        );

    /// <summary>Counts one more.</summary>
    public static void Count(SortedDictionary<string, long> counts, string reason) =>
        counts[reason] = counts.GetValueOrDefault(reason) + 1;

    /// <summary>The counts as a text.</summary>
    public static string Text(SortedDictionary<string, long> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));

    /// <summary>The earlier of two times.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null || other < one ? other : one;
}
