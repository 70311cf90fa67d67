using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Components;

/// <summary>Addresses of pages.</summary>
internal static class Addresses
{
    /// <summary>A page about a creator.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="path">The rest of it, with its first slash; empty for the creator's first page.</param>
    public static string OfCreator(string creatorId, string path = "") =>
        $"/creators/{Uri.EscapeDataString(creatorId)}{path}";

    /// <summary>The page about one video of a creator.</summary>
    public static string OfVideo(string creatorId, string videoId) =>
        OfCreator(creatorId, $"/videos/{Uri.EscapeDataString(videoId)}");

    /// <summary>The page about one video of somebody else in which a creator appears.</summary>
    public static string OfAppearance(string creatorId, VideoName video) =>
        OfCreator(
            creatorId,
            $"/appearances/{Uri.EscapeDataString(video.CreatorId)}/{Uri.EscapeDataString(video.VideoId)}"
        );

    /// <summary>Adds parameters that have a value.</summary>
    public static string With(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var given = new List<string>();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
                given.Add($"{name}={Uri.EscapeDataString(value)}");
        }
        return given.Count == 0 ? path : $"{path}?{string.Join('&', given)}";
    }
}
