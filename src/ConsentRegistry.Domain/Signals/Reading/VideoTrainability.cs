using System.Text.Json;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// YouTube's answer to the question who may train on a video: the resource <c>videoTrainability</c> of its Data API.
/// </summary>
/// <param name="VideoId">YouTube's id for the video; null if the answer names none.</param>
/// <param name="Setting">What it says to anybody, of all training; null if it says nothing.</param>
/// <param name="Unreadable">Why it cannot be read; null if it can. Then it says nothing.</param>
/// <remarks>
/// <c>permitted</c> is <c>all</c>, <c>none</c>, or a list of parties. Parties have names of YouTube's, which are no
/// requesters here: to everybody else, such a list is a deny.
/// </remarks>
public sealed record VideoTrainability(string? VideoId, SaidSetting? Setting, Unreadable? Unreadable)
{
    private static readonly Purpose Training = Purpose.Parse("training");

    /// <summary>Reads an answer.</summary>
    public static VideoTrainability Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var json = Json.Parse(text);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new(NameOf(root), SettingOf(root), Unreadable: null)
                : new(null, null, new(1, 1, "The text is no JSON object."));
        }
        catch (JsonException e)
        {
            return new(null, null, Json.Unreadable(e));
        }
    }

    private static string? NameOf(JsonElement root) =>
        root.TryGetProperty("videoId", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    private static SaidSetting? SettingOf(JsonElement root)
    {
        if (
            !root.TryGetProperty("permitted", out var permitted)
            || permitted.ValueKind != JsonValueKind.Array
            || permitted.GetArrayLength() == 0
        )
            return null;
        var isAll =
            permitted.GetArrayLength() == 1
            && permitted[0].ValueKind == JsonValueKind.String
            && permitted[0].GetString() == "all";
        return new(Training, isAll ? Effect.Allow : Effect.Deny, Conditions: null);
    }
}
