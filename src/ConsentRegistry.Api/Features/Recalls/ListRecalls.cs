using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>Lists recalls.</summary>
internal static class ListRecalls
{
    /// <summary>Lists what the caller has to stop. Newest first.</summary>
    public static async Task<IResult> Own(
        WordFilter<RecallStatus> state,
        Requester? requester,
        int? limit,
        Cursor cursor,
        Database database,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    ) =>
        RequesterAuthorization.TryRead(requester, Caller.From(http), out var relying, out var problem)
            ? await ListAsync(
                "FROM consent.recall r WHERE r.requester = @who",
                relying.Value.Value,
                state.Value,
                limit,
                cursor,
                database,
                clock,
                cancellation
            )
            : problem;

    /// <summary>
    /// Lists the recalls that concern a creator. Newest first: of all that rested on their word, of their own videos or
    /// of others'; who has stopped, and who has not.
    /// </summary>
    public static Task<IResult> OfCreator(
        CreatorId creatorId,
        WordFilter<RecallStatus> state,
        int? limit,
        Cursor cursor,
        Database database,
        TimeProvider clock,
        CancellationToken cancellation
    ) =>
        ListAsync(
            "FROM consent.recall_concern c JOIN consent.recall r ON r.id = c.recall WHERE c.creator = @who "
                + "AND c.recall < @before",
            creatorId.Value,
            state.Value,
            limit,
            cursor,
            database,
            clock,
            cancellation
        );

    private static async Task<IResult> ListAsync(
        string from,
        string who,
        RecallStatus? status,
        int? limit,
        Cursor cursor,
        Database database,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (!cursor.TryReadId(out var before))
            return Cursor.NotOfThisList;
        var size = limit ?? RequestShape.DefaultPage;
        var now = Instant.From(clock.GetUtcNow());
        var filter = status switch
        {
            null => "",
            RecallStatus.Open => "AND state = 'open' AND stop_by > @now",
            RecallStatus.Overdue => "AND state = 'open' AND stop_by <= @now",
            _ => $"AND state = '{status.Value.Word()}'",
        };
        await using var command = database.Reads.CreateCommand(
            $"SELECT {RecallStore.Columns} {from} {filter} AND r.id < @before ORDER BY r.id DESC LIMIT @limit"
        );
        command.Parameters.AddWithValue("who", who);
        command.Parameters.AddWithValue("now", now.ToDateTime());
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", size + 1);
        var recalls = await RecallStore.ReadAsync(command, cancellation);
        return Results.Ok(
            Page<RecallBody>.Create(
                recalls,
                size,
                cursor,
                recall => RecallBody.From(recall, now),
                recall => [recall.Id.ToString()]
            )
        );
    }
}
