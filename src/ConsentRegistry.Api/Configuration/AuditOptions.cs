using System.ComponentModel.DataAnnotations;

namespace ConsentRegistry.Api.Configuration;

/// <summary>How often the database is audited while nodes work, and how much of the time that may take.</summary>
internal sealed record AuditOptions
{
    private const int LongestHours = 8_760;

    /// <summary>Hours from the end of one audit to the beginning of the next; 0 for none.</summary>
    [Range(0, LongestHours, ErrorMessage = "{0} is a whole number from {1} to {2}.")]
    public int EveryHours { get; init; } = 24;

    /// <summary>The share of the time that an audit reads and compares; it rests for the rest.</summary>
    [Range(1, 100, ErrorMessage = "{0} is a whole number from {1} to {2}.")]
    public int SharePercent { get; init; } = 10;
}
