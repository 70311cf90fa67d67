using System.ComponentModel.DataAnnotations;

namespace ConsentRegistry.Api.Configuration;

/// <summary>How recalls are issued.</summary>
internal sealed record RecallOptions
{
    private const int LongestHours = 8_760;

    /// <summary>Hours that a requester has to stop.</summary>
    [Range(0, LongestHours, ErrorMessage = "{0} is a whole number from {1} to {2}.")]
    public int StopWithinHours { get; init; } = 72;
}
