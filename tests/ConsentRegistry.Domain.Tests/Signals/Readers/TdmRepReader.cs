using System.Text.Json;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>TDMRep. Where nothing is reserved, whoever may lawfully read may mine.</summary>
internal static class TdmRepReader
{
    public static Reading ReadHeaders(IEnumerable<SignalHeader> headers) =>
        Read(headers.SingleOrDefault(header => header.Name == "tdm-reservation")?.Value);

    public static List<(string Location, string Reservation)> Load(string? text)
    {
        using var file = JsonDocument.Parse(text ?? "[]");
        return
        [
            .. file
                .RootElement.EnumerateArray()
                .Select(rule =>
                    (rule.GetProperty("location").GetString()!, rule.GetProperty("tdm-reservation").GetRawText())
                ),
        ];
    }

    // The first location that matches counts.
    public static Reading ReadFile(List<(string Location, string Reservation)> file, string path, bool decodes) =>
        Read(
            file.Where(rule => RobotsReader.Matches(rule.Location, path, decodes))
                .Select(rule => rule.Reservation)
                .FirstOrDefault()
        );

    private static Reading Read(string? reservation) =>
        reservation switch
        {
            "1" => new Reading().Deny("mining", "training"),
            "0" => new Reading().Permit("mining").Permit("training"),
            _ => new Reading().Permit("mining"),
        };
}
