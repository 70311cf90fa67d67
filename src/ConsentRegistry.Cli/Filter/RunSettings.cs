using System.Text.Json;

namespace ConsentRegistry.Cli.Filter;

/// <summary>What all checks of a run have in common. It stands in a file beside the results.</summary>
/// <param name="Purpose">The purpose of every check.</param>
/// <param name="Requester">The requester of every check; null for the token's own client.</param>
/// <param name="Columns">Which columns name videos.</param>
internal sealed record RunSettings(string Purpose, string? Requester, Columns Columns)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes the checks of a run.</summary>
    public CheckLineWriter Lines => new(Purpose, Requester);

    /// <summary>The settings as a file holds them.</summary>
    public string ToJson() => $"{JsonSerializer.Serialize(this, Format)}\n";

    /// <summary>Reads the settings of a run.</summary>
    /// <exception cref="DatasetException">The file holds none.</exception>
    public static RunSettings Read(string path)
    {
        try
        {
            return
                JsonSerializer.Deserialize<RunSettings>(File.ReadAllText(path), Format)
                    is {
                        Purpose: not null,
                        Columns: { Creator: not null, Video: not null, Identifiers: not null }
                    } read
                ? read
                : throw new JsonException("Members are missing.");
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{path} holds no settings of a run: {e.Message}");
        }
    }
}
