using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Notifications;

/// <summary>Notifications that were read: those named, or all up to a moment.</summary>
/// <param name="NotificationIds">Which ones; 1 to 1,000. Those that are not of this inbox are passed over.</param>
/// <param name="UpTo">All that happened at this moment or before, RFC 3339.</param>
public sealed record MarkReadRequest(
    [property: Uuids(MarkReadValidator.MaxIds)] IReadOnlyList<string>? NotificationIds,
    [property: Time] string? UpTo
);

/// <summary>What was marked.</summary>
/// <param name="Marked">How many were unread and are no more.</param>
/// <param name="Unread">How many still are; counted up to 10,000.</param>
public sealed record MarkedBody(
    [property: AtLeast(0)] int Marked,
    [property: Between(0, InboxStore.UnreadCounted)] int Unread
);

internal sealed class MarkReadValidator : AbstractValidator<MarkReadRequest>
{
    /// <summary>Notifications that one request names: a page.</summary>
    public const int MaxIds = RequestShape.MaxPage;

    public MarkReadValidator()
    {
        RuleFor(request => request.NotificationIds)
            .MustHaveAtMost(MaxIds, "notifications")
            .Must((request, ids) => ids is null != request.UpTo is null)
            .WithMessage($"{ValidationRules.Field} and upTo are both sent, or neither; send one of them.")
            .Must(ids => ids is null or { Count: > 0 })
            .WithMessage($"{ValidationRules.Field} is empty; send at least one id.");
        RuleForEach(request => request.NotificationIds)
            .Must(id => Guid.TryParseExact(id, "D", out _))
            .WithMessage($"{ValidationRules.Field} is {ValidationRules.Sent}; send the id of a notification, a UUID.")
            .When(request => request.NotificationIds is { Count: <= MaxIds });
        RuleFor(request => request.UpTo).MustBeTime();
    }
}

/// <summary>Marks notifications as read. Marking once more changes nothing.</summary>
internal static class MarkRead
{
    public static async Task<Ok<MarkedBody>> Handle(
        CreatorId creatorId,
        Body<MarkReadRequest> body,
        Database database,
        CancellationToken cancellation
    )
    {
        var ids = body.Value.NotificationIds?.Select(id => Guid.ParseExact(id, "D")).ToArray();
        Instant? upTo = Instant.TryParseInRange(body.Value.UpTo, out var moment) ? moment : null;
        var marked = await InboxStore.MarkReadAsync(database, creatorId, ids, upTo, cancellation);
        var (unread, _) = await InboxStore.CountAsync(database, creatorId, cancellation);
        return TypedResults.Ok(new MarkedBody(marked, unread));
    }
}
