using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Lists webhooks. The caller's own, those of one owner, or for the administrator everybody's.</summary>
internal static class ListWebhooks
{
    public static async Task<Results<Ok<Page<WebhookBody>>, Problem>> Handle(
        string? audience,
        string? owner,
        int? limit,
        Cursor cursor,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (audience is null != owner is null)
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                audience is null ? "audience" : "owner",
                "One of audience and owner is missing; send both or neither."
            );
        var after = Guid.Empty;
        if (!cursor.IsStart && !Guid.TryParseExact(cursor.Part(0), "D", out after))
            return Cursor.NotOfThisList;
        var caller = Caller.From(http);
        var owners = caller.OwnersOf();
        if (audience is not null)
        {
            if (!Wording.TryParse<WebhookAudience>(audience, out var known))
                return Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    "audience",
                    ValidationRules.NotAWord<WebhookAudience>("audience", Characters.Quote(audience))
                );
            var named = new WebhookOwner(known, owner!);
            if (!caller.MayManage(named))
                return WebhookAccess.NotTheirs;
            owners = [named];
        }
        var size = limit ?? RequestShape.DefaultPage;
        var rows = await WebhookStore.ListAsync(database, owners, after, size + 1, cancellation);
        return TypedResults.Ok(Page<WebhookBody>.Create(rows, size, cursor, WebhookBody.From, row => [$"{row.Id:D}"]));
    }
}
