using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// Shows the newest checkpoint. A signed note of C2SP tlog-checkpoint: the log's name, its size and its root.
/// </summary>
/// <remarks>
/// Keep it: whoever has a checkpoint of last year finds out whether anything before it was rewritten since. In the
/// first seconds of a registry it is over no leaves. Where the registry has a policy on witnesses, it is the newest one
/// that enough of them cosigned, with their lines.
/// </remarks>
internal static class GetCheckpoint
{
    public static async Task<IResult> Handle(
        HttpContext http,
        Database database,
        LogSigner signer,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        // Every log goes on from the empty one, so that nobody has to keep that it was signed.
        var note = await published.ReadAsync(connection, cancellation) is { } head
            ? head.Note
            : signer.Sign(0, MerkleTree.EmptyRoot).ToString();
        http.Response.Headers.CacheControl = "no-cache";
        return Representation
            .Plain(Encoding.UTF8.GetBytes(note))
            .AsResult(http, $"{LogMedia.Text}; charset=utf-8", hasForms: false);
    }
}
