using System.Security.Cryptography;

namespace ConsentRegistry.Api.Notifications;

/// <summary>
/// When a delivery is tried: the schedule that the Standard Webhooks specification recommends, over three days.
/// </summary>
/// <param name="scale">What its times are multiplied by.</param>
internal sealed class RetrySchedule(double scale)
{
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Deliverability and
    // reliability".
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(14),
        TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>How often a delivery is tried, the first time at once.</summary>
    public const int Attempts = 10;

    /// <summary>
    /// How much each time is lengthened at random, at most, so that what failed together is not tried together: a
    /// tenth.
    /// </summary>
    private const int JitterPercent = 10;

    /// <summary>A receiver's own word for how long to wait counts up to this.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>
    /// A webhook at which nothing has succeeded for so long is disabled once a delivery's attempts are used up.
    /// </summary>
    public TimeSpan DisableAfter => TimeSpan.FromDays(3) * scale;

    /// <summary>How long to wait after so many failed attempts; null if there is no further one.</summary>
    /// <param name="failed">Attempts that failed, at least one.</param>
    /// <param name="retryAfter">How long the receiver asked to be left alone.</param>
    public TimeSpan? After(int failed, TimeSpan? retryAfter)
    {
        if (failed >= Attempts)
            return null;
        var delay = Delays[failed - 1] * scale * (1 + (RandomNumberGenerator.GetInt32(JitterPercent * 10) / 1_000.0));
        var wished = retryAfter > LongestRetryAfter ? LongestRetryAfter : retryAfter ?? TimeSpan.Zero;
        return wished > delay ? wished : delay;
    }
}
