using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Lists webhooks. The caller's own, those of one owner, or for the administrator everybody's.</summary>
internal static class ListWebhooks
{
    public static async Task<IResult> Handle(string? audience, string? owner, int? limit, Cursor? cursor, Database database, HttpContext http, CancellationToken cancellation)
    {
        if (audience is null != owner is null)
            return Problem.Of(422, FailureCode.Invalid, audience is null ? "audience" : "owner", "audience and owner go together.").AsResult();
        var after = Guid.Empty;
        if (cursor is not null && !Guid.TryParseExact(Cursor.Part(cursor, 0), "D", out after))
            return Cursor.NotOfThisList.AsResult();
        var caller = Caller.Of(http);
        var owners = caller.OwnersOf();
        if (audience is not null)
        {
            if (!Wording.TryParse<WebhookAudience>(audience, out var known))
                return Problem.Of(422, FailureCode.Invalid, "audience", $"One of: {string.Join(", ", Wording.All<WebhookAudience>())}.").AsResult();
            var named = new WebhookOwner(known, owner!);
            if (!caller.MayManage(named))
                return Problem.Forbidden.AsResult();
            owners = [named];
        }
        var size = limit ?? RequestShape.DefaultPage;
        var rows = await WebhookStore.ListAsync(database, owners, after, size + 1, cancellation);
        return Results.Ok(Page<WebhookBody>.Of(rows, size, WebhookBody.Of, row => [$"{row.Id:D}"]));
    }
}
