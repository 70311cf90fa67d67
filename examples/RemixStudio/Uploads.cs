using ConsentRegistry.Client;
using Microsoft.AspNetCore.Mvc;

namespace RemixStudio;

/// <summary>A creator uploads a video: the registry has to know it before anybody may ask for it.</summary>
internal static class Uploads
{
    /// <summary>Uploads a video.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="title">Its title. The studio's videos are nothing else.</param>
    /// <param name="participants">
    /// Who else is concerned, a line each: <c>ben depicted</c> or <c>cleo coCreator</c>.
    /// </param>
    /// <param name="registry">The registry.</param>
    /// <param name="library">The studio's videos.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IResult> UploadAsync(
        [FromForm] string owner,
        [FromForm] string title,
        [FromForm] string? participants,
        ConsentRegistryClient registry,
        Library library,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (library.IsFull)
            return TypedResults.Problem("The studio is full.", statusCode: StatusCodes.Status507InsufficientStorage);
        var video = new StudioVideo(owner, $"v-{Guid.CreateVersion7():N}", title, clock.GetUtcNow());
        await registry.Videos.RegisterAsync(
            video.Owner,
            video.Id,
            new()
            {
                PublishedAt = video.PublishedAt,
                Participants = [.. Lines(participants).Select(ToParticipant)],
                DerivedFrom = [],
            },
            cancellation: cancellation
        );
        library.Add(new VideoUploaded(video));
        return TypedResults.Redirect(Pages.PathOf(video));
    }

    private static string[] Lines(string? text) =>
        (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // The registry refuses what is no role, and says which there are.
    private static Participant ToParticipant(string line) =>
        line.Split(' ', 2, StringSplitOptions.TrimEntries) is [var creator, var role]
            ? new(creator, role)
            : new(line, Roles.Depicted);
}
