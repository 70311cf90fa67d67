using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// Shows the newest checkpoint. A signed note of C2SP tlog-checkpoint: the log's name, its size and its root.
/// </summary>
/// <remarks>
/// Keep it: whoever has a checkpoint of last year finds out whether anything before it was rewritten since. In the
/// first seconds of a registry it is 404.
/// </remarks>
internal static class GetCheckpoint
{
    public static async Task<IResult> Handle(HttpContext http, Database database, CancellationToken cancellation)
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        if (await LogStore.ReadHeadAsync(connection, cancellation) is not { } head)
            return new Problem(
                404,
                Domain.FailureCode.NotFound,
                "The log has no checkpoint yet; repeat the request in a second."
            ).AsResult();
        http.Response.Headers.CacheControl = "no-cache";
        return Results.Text(head.Note, $"{LogMedia.Text}; charset=utf-8");
    }
}
