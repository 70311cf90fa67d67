using System.ComponentModel.DataAnnotations;

namespace ConsentRegistry.Api.Configuration;

/// <summary>How a node tells others.</summary>
internal sealed record NotificationOptions
{
    /// <summary>The fewest days: what is tried for half a week has to be there for so long.</summary>
    public const int FewestDays = 7;

    /// <summary>The most days: ten years.</summary>
    public const int MostDays = 3_650;

    /// <summary>
    /// Whether a webhook may be at this machine's own address, and then without TLS; in Development only. Null if
    /// nothing is said: then it may in Development.
    /// </summary>
    [AllowedValues(true, false, ErrorMessage = "{0} is true or false.")]
    public bool? AllowLoopback { get; init; }

    /// <summary>What the times of the retry schedule are multiplied by; other than 1 in Development only.</summary>
    [Range(0.0001, 1.0, ErrorMessage = "{0} is a number from {1} to {2}.")]
    public double RetryScale { get; init; } = 1;

    /// <summary>For how many days notifications and their deliveries are kept.</summary>
    [Range(FewestDays, MostDays, ErrorMessage = "{0} is a number of days from {1} to {2}.")]
    public int KeepDays { get; init; } = 90;

    /// <summary><see cref="KeepDays"/>.</summary>
    public TimeSpan KeepFor => TimeSpan.FromDays(KeepDays);
}
