using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>The proof that the log has an event.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Seq">Its leaf index.</param>
/// <param name="Size">The size of the tree that the proof is for.</param>
/// <param name="Leaf">The leaf, as text: canonical JSON, to be hashed byte by byte.</param>
/// <param name="Proof">The hashes from the leaf's sibling up, base64 (RFC 6962, section 2.1.1).</param>
/// <param name="Root">The root of that tree, base64.</param>
/// <param name="Checkpoint">The signed note over it; null if there is no checkpoint of exactly this size.</param>
public sealed record InclusionProofBody(
    Guid EventId,
    long Seq,
    long Size,
    string Leaf,
    IReadOnlyList<string> Proof,
    string Root,
    string? Checkpoint
);

/// <summary>
/// Proves that the log has an event. In the tree of the newest checkpoint, or of another size that the log had.
/// </summary>
/// <remarks>
/// Without <c>size</c>, in the tree of the checkpoint that <c>/log/checkpoint</c> shows, if that covers the event.
/// 404 for an event that does not exist, and for one that no checkpoint covers yet: that takes about a second.
/// </remarks>
internal static class GetInclusionProof
{
    public static async Task<Results<Ok<InclusionProofBody>, Problem>> Handle(
        Guid eventId,
        LeafCounts counts,
        Database database,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        var head = await LogStore.ReadHeadAsync(connection, cancellation);
        if (
            await FindAsync(connection, eventId, cancellation) is not var (seq, leaf)
            || head is null
            || seq >= head.Size
        )
            return Problem.NotFound(
                "event of the newest checkpoint",
                "the eventId of one, which takes about a second to be covered"
            );
        var size =
            counts["size"]
            ?? (
                await published.ReadAsync(connection, cancellation) is { } shown && shown.Size > seq ? shown : head
            ).Size;
        if (size <= seq || size > head.Size)
            return LeafCounts.OutOfRange(
                "size",
                $"size is {size}, and the event is in trees of {seq + 1} to {head.Size} leaves; send a size within "
                    + "these."
            );

        var whole = new LeafRange(0, size);
        var path = ProofPath.Inclusion(seq, size);
        var hashes = await TileStore.ReadAsync(connection, [.. path, whole], size, cancellation);
        return TypedResults.Ok(
            new InclusionProofBody(
                eventId,
                seq,
                size,
                Encoding.UTF8.GetString(leaf),
                [.. hashes.ProofOf(path).Select(Convert.ToBase64String)],
                Convert.ToBase64String(hashes.RootOf(whole)),
                await LogStore.ReadNoteAsync(connection, size, cancellation)
            )
        );
    }

    private static async Task<(long Seq, byte[] Leaf)?> FindAsync(
        NpgsqlConnection connection,
        Guid eventId,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT seq, leaf FROM consent.history WHERE event_id = $1",
            connection
        )
        {
            Parameters = { new() { Value = eventId } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
    }
}
