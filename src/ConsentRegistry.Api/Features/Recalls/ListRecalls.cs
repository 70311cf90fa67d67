using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>Lists recalls.</summary>
internal static class ListRecalls
{
    /// <summary>Lists what the caller has to stop. Newest first.</summary>
    public static async Task<IResult> Own(
        Chosen<RecallStatus> state, int? limit, Cursor? cursor, Database database, TimeProvider clock, HttpContext http, CancellationToken cancellation) =>
        Caller.Of(http).OwnRequester is { } requester
            ? await ListAsync(requester.Value, "requester = @who", state.Value, limit, cursor, database, clock, cancellation)
            : Asking.NoRequester.AsResult();

    /// <summary>Lists the recalls that concern a creator. Newest first: of their videos, and where their word decides; who has stopped, and who has not.</summary>
    public static Task<IResult> OfCreator(
        CreatorId creatorId, Chosen<RecallStatus> state, int? limit, Cursor? cursor, Database database, TimeProvider clock, CancellationToken cancellation) =>
        ListAsync(creatorId.Value, "(creator = @who OR owner = @who)", state.Value, limit, cursor, database, clock, cancellation);

    private static async Task<IResult> ListAsync(
        string who, string condition, RecallStatus? status, int? limit, Cursor? cursor, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (!cursor.TryReadId(out var before))
            return Cursor.NotOfThisList.AsResult();
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
            $"SELECT {RecallStore.Columns} FROM consent.recall r WHERE {condition} {filter} AND id < @before ORDER BY id DESC LIMIT @limit");
        command.Parameters.AddWithValue("who", who);
        command.Parameters.AddWithValue("now", now.ToDateTime());
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", size + 1);
        var recalls = await RecallStore.ReadAsync(command, cancellation);
        return Results.Ok(Page<RecallBody>.Of(recalls, size, recall => RecallBody.Of(recall, now), recall => [recall.Id.ToString()]));
    }
}
