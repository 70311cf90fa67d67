using System.Text.Json.Nodes;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What somebody is told of: written with the change that it tells of, and handed on once that is committed.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="Creator">In whose inbox it appears, and whose agents are told; null for nobody's.</param>
/// <param name="Requester">
/// Which requester is told; null for none. A <see cref="NotificationKind.PurposeRegistered"/> is told to all of them.
/// </param>
/// <param name="ToPlatforms">Whether the platforms are told, which follow everybody.</param>
/// <param name="Data">What happened, in detail: some kilobytes at most, not what a caller wrote at any length.</param>
public sealed record Notification(
    NotificationKind Kind,
    CreatorId? Creator,
    Requester? Requester,
    bool ToPlatforms,
    JsonObject Data
);
