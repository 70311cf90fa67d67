using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>The proof that a tree only appends to an earlier one.</summary>
/// <param name="From">The size of the earlier tree.</param>
/// <param name="To">The size of the later one.</param>
/// <param name="Proof">The hashes, base64 (RFC 6962, section 2.1.2); empty where both are the same.</param>
/// <param name="FromRoot">The root of the earlier tree, base64.</param>
/// <param name="ToRoot">The root of the later one, base64.</param>
public sealed record ConsistencyProofBody(
    long From,
    long To,
    IReadOnlyList<string> Proof,
    string FromRoot,
    string ToRoot
);

/// <summary>
/// Proves that the log was only appended to. Between two sizes that it had, for example that of a kept checkpoint and
/// the newest.
/// </summary>
/// <remarks>
/// Without <c>to</c>, up to the checkpoint that <c>/log/checkpoint</c> shows, or to a newer one if that is smaller than
/// <c>from</c>.
/// </remarks>
internal static class GetConsistencyProof
{
    public static async Task<Results<Ok<ConsistencyProofBody>, Problem>> Handle(
        LeafCounts counts,
        Database database,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        if (counts["from"] is not (> 0 and var from))
            return LeafCounts.OutOfRange(
                "from",
                "from is missing or 0; send the size of the earlier tree, which is at least 1."
            );
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        var size = (await LogStore.ReadHeadAsync(connection, cancellation))?.Size ?? 0;
        var to =
            counts["to"]
            ?? (
                await published.ReadAsync(connection, cancellation) is { } shown && shown.Size >= from
                    ? shown.Size
                    : size
            );
        if (to > size || from > to)
            return LeafCounts.BeyondLog(to > size ? "to" : "from", size);

        var later = new LeafRange(0, to);
        var path = ProofPath.Consistency(from, to);
        // The earlier tree's right edge is made of other hashes than the later one's.
        var earlierRoot = await TileStore.ReadRootAsync(connection, from, cancellation);
        var hashes = await TileStore.ReadAsync(connection, [.. path, later], to, cancellation);
        return TypedResults.Ok(
            new ConsistencyProofBody(
                from,
                to,
                [.. hashes.ProofOf(path).Select(Convert.ToBase64String)],
                Convert.ToBase64String(earlierRoot),
                Convert.ToBase64String(hashes.RootOf(later))
            )
        );
    }
}
