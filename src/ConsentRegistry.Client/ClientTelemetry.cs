using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ConsentRegistry.Client;

/// <summary>
/// Traces and metrics of checks, under the name <c>ConsentRegistry.Client</c>. No tag has an id of a creator, a video or
/// a requester.
/// </summary>
internal static class ClientTelemetry
{
    private const string Name = "ConsentRegistry.Client";
    private const string Way = "consent.check.way";
    private const string Outcome = "consent.check.outcome";
    private const string Reason = "consent.check.reason";
    private const string ErrorType = "error.type";

    /// <summary>The reason of what has none.</summary>
    private const string None = "none";

    /// <summary>The reasons of today; a newer one is counted with the others, so that tags have few values.</summary>
    private static readonly HashSet<string> KnownReasons = new(StringComparer.Ordinal)
    {
        Reasons.CreatorDefault,
        Reasons.VideoOverride,
        Reasons.Grant,
        Reasons.NoConsent,
        Reasons.Lockdown,
        Reasons.Hold,
        Reasons.Indeterminate,
    };

    private static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Metrics = new(Name);

    private static readonly Counter<long> Checks = Metrics.CreateCounter<long>(
        "consent.client.checks",
        "{check}",
        "Checks that were asked, by way, outcome and reason."
    );

    private static readonly Histogram<double> Duration = Metrics.CreateHistogram<double>(
        "consent.client.check.duration",
        "s",
        "How long requests with checks took, all attempts included, by way and error.",
        advice: new()
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        }
    );

    private static readonly Counter<long> Cached = Metrics.CreateCounter<long>(
        "consent.client.cache.lookups",
        "{check}",
        "Checks that the cache of decisions could have answered, by whether it did."
    );

    /// <summary>Counts a check that the cache answered, or did not.</summary>
    public static void CountCached(bool isHit) =>
        Cached.Add(1, new TagList { { "consent.cache.result", isHit ? "hit" : "miss" } });

    /// <summary>Asks, and tells how that went.</summary>
    /// <param name="way">How it is asked: <c>single</c>, <c>batch</c> or <c>stream</c>.</param>
    /// <param name="count">How many checks are asked.</param>
    /// <param name="ask">Asks them.</param>
    /// <param name="decisionsOf">Their answers.</param>
    public static async Task<T> MeasureAsync<T>(
        string way,
        int count,
        Func<Task<T>> ask,
        Func<T, IReadOnlyList<Decision>> decisionsOf
    )
    {
        using var activity = Activities.StartActivity("check " + way);
        activity?.SetTag(Way, way).SetTag("consent.check.count", count);
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var answer = await ask();
            Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new TagList { { Way, way } });
            var decisions = decisionsOf(answer);
            foreach (var decision in decisions)
                Count(way, OutcomeOf(decision), ReasonOf(decision), 1);
            if (decisions is [var only])
                activity?.SetTag(Outcome, OutcomeOf(only)).SetTag(Reason, ReasonOf(only));
            return answer;
        }
        catch (Exception e)
        {
            var error = ErrorOf(e);
            Duration.Record(
                Stopwatch.GetElapsedTime(begun).TotalSeconds,
                new TagList { { Way, way }, { ErrorType, error } }
            );
            Count(way, "unanswered", None, count);
            activity?.SetTag(ErrorType, error).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private static void Count(string way, string outcome, string reason, int count) =>
        Checks.Add(
            count,
            new TagList
            {
                { Way, way },
                { Outcome, outcome },
                { Reason, reason },
            }
        );

    private static string OutcomeOf(Decision decision) =>
        decision switch
        {
            { Allowed: true } => "allow",
            { Error: not null } => "refused",
            { Effect: Effect.Ask } => "ask",
            { Effect: Effect.Deny } => "deny",
            _ => "unknown",
        };

    private static string ReasonOf(Decision decision) =>
        decision.Reason is not { } reason ? None
        : KnownReasons.Contains(reason) ? reason
        : "other";

    private static string ErrorOf(Exception e) =>
        e switch
        {
            ConsentRegistryException { Code: ConsentRegistryException.UnreadableCode } =>
                ConsentRegistryException.UnreadableCode,
            ConsentRegistryException refused => ((int)refused.Status).ToString(),
            OperationCanceledException { InnerException: TimeoutException } => "timeout",
            OperationCanceledException => "canceled",
            HttpRequestException => "unreachable",
            _ => e.GetType().Name,
        };
}
