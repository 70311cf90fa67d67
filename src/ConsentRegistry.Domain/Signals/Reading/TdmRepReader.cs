using System.Text.Json;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>W3C TDMRep: headers, elements of a page, and the file of a site.</summary>
internal static class TdmRepReader
{
    private const string Reservation = "tdm-reservation";

    private const string Policy = "tdm-policy";

    /// <summary>What headers or elements say. A value that is neither 0 nor 1 is as if it were not there.</summary>
    public static SignalReading Read(IEnumerable<NamedValue> values)
    {
        var all = values.ToList();
        return ReadReservation(
            all.Where(value => value.Is(Reservation)).Select(value => value.Value).LastOrDefault(),
            all.Exists(value => value.Is(Policy) && value.Value.Length > 0)
        );
    }

    /// <summary>What the file of a site says: the first location that matches counts.</summary>
    public static SignalReading ReadFile(SignalDocument document)
    {
        try
        {
            using var json = Json.Parse(document.Text);
            if (json.RootElement.ValueKind != JsonValueKind.Array)
                return new(SignalFormat.Tdmrep, new Unreadable(1, 1, "The file is no list of locations."));
            foreach (var rule in json.RootElement.EnumerateArray())
            {
                if (
                    rule.ValueKind != JsonValueKind.Object
                    || !rule.TryGetProperty("location", out var location)
                    || location.ValueKind != JsonValueKind.String
                    || !RobotsFile.Matches(location.GetString()!, document.Path)
                )
                    continue;
                return ReadReservation(
                    rule.TryGetProperty(Reservation, out var reservation) ? reservation.GetRawText() : null,
                    rule.TryGetProperty(Policy, out var policy) && policy.ValueKind == JsonValueKind.String
                );
            }
            return ReadReservation(null, hasPolicy: false);
        }
        catch (JsonException e)
        {
            return new(SignalFormat.Tdmrep, Json.Unreadable(e));
        }
    }

    // Whoever reads the policy finds how to ask for what is reserved.
    private static SignalReading ReadReservation(string? reservation, bool hasPolicy) =>
        new(
            SignalFormat.Tdmrep,
            reservation switch
            {
                "0" => [new(TdmRep.Words[0], Said.Allow)],
                "1" => [new(TdmRep.Words[0], hasPolicy ? Said.Ask : Said.Deny)],
                _ => [],
            }
        );
}
