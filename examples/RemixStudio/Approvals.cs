using ConsentRegistry.Client;
using Microsoft.AspNetCore.Mvc;

namespace RemixStudio;

/// <summary>What to do where the answer is <c>ask</c>: the studio asks, and follows what becomes of it.</summary>
internal static class Approvals
{
    /// <summary>Asks everybody concerned for their approval.</summary>
    /// <param name="owner">Whose video it is.</param>
    /// <param name="video">The video.</param>
    /// <param name="use">What is meant to be done, in words for the creators.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="news">Knows the requests.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IResult> RequestAsync(
        string owner,
        string video,
        [FromForm] string use,
        ConsentRegistryClient registry,
        RegistryNews news,
        CancellationToken cancellation
    )
    {
        var asked = await registry.Approvals.RequestAsync(
            new(owner, video, Remixes.Purpose, use),
            cancellation: cancellation
        );
        news.Know(asked.Request);
        return TypedResults.Redirect(Pages.PathOf(new VideoName(owner, video)));
    }
}
