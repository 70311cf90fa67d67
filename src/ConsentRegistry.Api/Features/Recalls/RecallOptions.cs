using System.Globalization;
using ConsentRegistry.Api.Startup;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>How recalls are issued.</summary>
/// <param name="StopWithinHours">Hours that a requester has to stop: <c>Recalls:StopWithinHours</c>.</param>
internal sealed record RecallOptions(int StopWithinHours)
{
    private const int LongestHours = 8_760;

    public static readonly RecallOptions Usual = new(StopWithinHours: 72);

    public static RecallOptions From(IConfiguration configuration)
    {
        if (configuration["Recalls:StopWithinHours"] is not { Length: > 0 } text)
            return Usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours <= LongestHours
            ? new(hours)
            : throw new StartupException($"Recalls:StopWithinHours is a whole number from 0 to {LongestHours}.");
    }
}
