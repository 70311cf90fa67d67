using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Counts the uses that concern a creator. In all, and by purpose and requester.</summary>
internal static class CountUses
{
    /// <summary>Pairs of a purpose and a requester that are named; all are counted.</summary>
    private const int MaxItems = 1_000;

    public static async Task<Ok<UseTotals>> Handle(
        CreatorId creatorId,
        string? videoId,
        string? ownerId,
        Purpose? purpose,
        Requester? requester,
        TimeRange range,
        Database database,
        CancellationToken cancellation
    )
    {
        var filter = new UseFilter(creatorId, videoId, ownerId, purpose, requester, range);
        await using var command = database.Reads.CreateCommand(
            $"""
            SELECT c.purpose, c.requester, count(*) FILTER (WHERE c.status = 'consented'),
                count(*) FILTER (WHERE c.status = 'unconsented')
            {filter.Sql} GROUP BY c.purpose, c.requester ORDER BY c.purpose, c.requester
            """
        );
        filter.Bind(command.Parameters);
        var items = new List<UseTotal>();
        var (consented, unconsented) = (0L, 0L);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var total = new UseTotal(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3));
            (consented, unconsented) = (consented + total.Consented, unconsented + total.Unconsented);
            if (items.Count < MaxItems)
                items.Add(total);
        }
        return TypedResults.Ok(new UseTotals(consented, unconsented, items));
    }
}
