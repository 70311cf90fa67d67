using System.Globalization;
using ConsentRegistry.Api.Startup;

namespace ConsentRegistry.Api.Notifying;

/// <summary>How a node tells others.</summary>
/// <param name="AllowLoopback">Whether a webhook may be at this machine's own address, and then without TLS; in Development only: <c>Notifications:AllowLoopback</c>.</param>
/// <param name="RetryScale">What the times of the retry schedule are multiplied by; other than 1 in Development only: <c>Notifications:RetryScale</c>.</param>
/// <param name="KeepFor">How long notifications and their deliveries are kept: <c>Notifications:KeepDays</c>.</param>
internal sealed record NotifyingOptions(bool AllowLoopback, double RetryScale, TimeSpan KeepFor)
{
    /// <summary>The fewest days: what is tried for half a week has to be there for so long.</summary>
    public const int FewestDays = 7;

    /// <summary>The most days: ten years.</summary>
    public const int MostDays = 3_650;

    private const int UsualDays = 90;

    private const double SmallestScale = 0.0001;

    public static readonly NotifyingOptions Usual = new(AllowLoopback: false, RetryScale: 1, TimeSpan.FromDays(UsualDays));

    public static NotifyingOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        var loopback = configuration["Notifications:AllowLoopback"] switch
        {
            null or "" => environment.IsDevelopment(),
            "false" or "False" => false,
            "true" or "True" when environment.IsDevelopment() => true,
            "true" or "True" => throw new StartupException("Notifications:AllowLoopback is true in Development only: elsewhere a webhook must not reach what listens on the host itself."),
            _ => throw new StartupException("Notifications:AllowLoopback is true or false."),
        };
        var scale = configuration["Notifications:RetryScale"] switch
        {
            null or "" or "1" => 1,
            var text when !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) || given is not (>= SmallestScale and <= 1) =>
                throw new StartupException($"Notifications:RetryScale is a number from {SmallestScale.ToString(CultureInfo.InvariantCulture)} to 1."),
            _ when !environment.IsDevelopment() => throw new StartupException("Notifications:RetryScale is other than 1 in Development only: receivers rely on the schedule."),
            var text => double.Parse(text, CultureInfo.InvariantCulture),
        };
        var days = configuration["Notifications:KeepDays"] is { Length: > 0 } number
            ? int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) && kept is >= FewestDays and <= MostDays
                ? kept
                : throw new StartupException($"Notifications:KeepDays is a number of days from {FewestDays} to {MostDays}.")
            : UsualDays;
        return new(loopback, scale, TimeSpan.FromDays(days));
    }
}
