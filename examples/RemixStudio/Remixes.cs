using ConsentRegistry.Client;
using Microsoft.AspNetCore.Mvc;

namespace RemixStudio;

/// <summary>
/// The remix button. <c>RequireConsent</c> stands before it: it runs only on an allow that it can meet.
/// </summary>
internal static class Remixes
{
    /// <summary>What the studio does with videos.</summary>
    public const string Purpose = "remix";

    /// <summary>Makes a remix. It is shown as soon as the registry has recorded its use, with consent.</summary>
    /// <remarks>
    /// First the intention is on disk, then the remix is made, then its use is recorded. After a crash in between,
    /// <see cref="UseRecorder"/> goes on from the journal, with the same idempotency key.
    /// </remarks>
    public static async Task<IResult> MakeAsync(
        string owner,
        string video,
        [FromForm] string remixer,
        [FromForm] string caption,
        HttpContext http,
        Library library,
        UseRecorder uses,
        RemixMaker maker,
        TimeProvider clock
    )
    {
        if (library.Video(new(owner, video)) is not { } source)
            return TypedResults.Problem("There is no such video.", statusCode: StatusCodes.Status404NotFound);
        if (library.IsFull)
            return TypedResults.Problem("The studio is full.", statusCode: StatusCodes.Status507InsufficientStorage);
        var remix = new Remix(
            $"r-{Guid.CreateVersion7():N}",
            new(owner, video),
            source.Title,
            remixer,
            caption,
            http.GetConsent().Obligations,
            clock.GetUtcNow()
        );
        library.Add(new RemixBegun(remix));
        await uses.RecordAsync(remix, http.RequestAborted);
        return library.Remix(remix.Id)!.Status == RemixStatus.Published
            ? TypedResults.Redirect($"/remixes/{remix.Id}")
            : Show(remix.Id, library, maker);
    }

    /// <summary>Shows a remix, or says why it is not to be seen.</summary>
    public static IResult Show(string id, Library library, RemixMaker maker) =>
        library.Remix(id) switch
        {
            { Status: RemixStatus.Published } remix => Pages.Remix(remix.Remix, maker),
            { Status: RemixStatus.Waiting } => TypedResults.Text(
                "The remix is made. It is published as soon as the registry has recorded its use.",
                statusCode: StatusCodes.Status202Accepted
            ),
            { Status: RemixStatus.Refused } => TypedResults.Problem(
                "The remix is not published: consent was withdrawn while it was made.",
                statusCode: StatusCodes.Status409Conflict
            ),
            { Status: RemixStatus.TakenDown } => TypedResults.Problem(
                "The remix was taken down, because consent was withdrawn.",
                statusCode: StatusCodes.Status410Gone
            ),
            _ => TypedResults.Problem("There is no such remix.", statusCode: StatusCodes.Status404NotFound),
        };
}
