using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Lists what was sent to a webhook. Newest first, with how it went.</summary>
internal static class ListDeliveries
{
    public static async Task<Results<Ok<Page<DeliveryBody>>, Problem>> Handle(
        Guid webhookId,
        int? limit,
        Cursor cursor,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var before = Guid.Empty;
        if (!cursor.IsStart && !Guid.TryParseExact(cursor.Part(0), "D", out before))
            return Cursor.NotOfThisList;
        var (_, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        var size = limit ?? RequestShape.DefaultPage;
        var rows = await WebhookStore.ListDeliveriesAsync(
            database,
            webhookId,
            cursor.IsStart ? null : before,
            size + 1,
            cancellation
        );
        return TypedResults.Ok(
            Page<DeliveryBody>.Create(rows, size, cursor, DeliveryBody.From, row => [$"{row.Notification:D}"])
        );
    }
}
