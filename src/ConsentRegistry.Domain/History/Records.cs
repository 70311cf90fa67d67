using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// The complete records that events carry, as JSON. Moments are RFC 3339 in UTC, for microseconds of a far year are no
/// exact JSON integer; what a record does not have is null, never absent. A member that came later is absent instead:
/// <see cref="LaterMembers.WithLater"/> adds it.
/// </summary>
public static class Records
{
    /// <summary>A default was changed from one record to another.</summary>
    public static RecordChange DefaultChanged(DefaultKey key, DefaultSetting? before, DefaultSetting? after) =>
        new(EventType.DefaultChanged, KeyOf(null, key.Purpose, key.Requester), ToJson(before), ToJson(after));

    /// <summary>An override was changed from one record to another.</summary>
    public static RecordChange OverrideChanged(OverrideKey key, OverrideSetting? before, OverrideSetting? after) =>
        new(EventType.OverrideChanged, KeyOf(key.Video, key.Purpose, key.Requester), ToJson(before), ToJson(after));

    /// <summary>A stop was changed from one record to another.</summary>
    public static RecordChange StopChanged(StopKind kind, Stop? before, Stop? after) =>
        new(
            kind == StopKind.Hold ? EventType.HoldChanged : EventType.LockdownChanged,
            [],
            ToJson(before),
            ToJson(after)
        );

    /// <summary>Facts about a video were registered.</summary>
    public static RecordChange VideoRegistered(VideoKey video, VideoRecord? before, VideoRecord after) =>
        new(EventType.VideoRegistered, NameOf(video), ToJson(before), ToJson(after));

    /// <summary>A purpose entered the vocabulary.</summary>
    public static RecordChange PurposeRegistered(PurposeDefinition purpose) =>
        new(
            EventType.PurposeRegistered,
            new() { ["purpose"] = purpose.Purpose.Name },
            null,
            new()
            {
                ["purpose"] = purpose.Purpose.Name,
                ["parent"] = purpose.Purpose.Parent?.Name,
                ["usesLikeness"] = purpose.MarkedLikeness,
                ["description"] = purpose.Description,
                ["introducedIn"] = purpose.IntroducedIn,
            }
        );

    /// <summary>One creator's part in an approval request was changed from one record to another.</summary>
    public static RecordChange ApprovalChanged(Guid request, ApprovalRecord? before, ApprovalRecord after) =>
        new(EventType.ApprovalChanged, new() { ["request"] = request.ToString() }, ToJson(before), ToJson(after));

    /// <summary>A grant was given, revoked or spent.</summary>
    public static RecordChange GrantChanged(Guid grant, GrantRecord? before, GrantRecord after) =>
        new(
            after.State switch
            {
                GrantState.Standing => EventType.GrantGiven,
                GrantState.Spent => EventType.GrantSpent,
                GrantState.Revoked => EventType.GrantRevoked,
                _ => throw new ArgumentException("A grant's state has no event.", nameof(after)),
            },
            new() { ["grant"] = grant.ToString() },
            ToJson(before),
            ToJson(after)
        );

    /// <summary>A requester was kept from asking, or let again.</summary>
    public static RecordChange AskingChanged(Requester requester, Stamp? blockedBefore, Stamp? blocked) =>
        new(
            EventType.AskingChanged,
            new() { ["requester"] = requester.Value },
            Blocked(blockedBefore),
            Blocked(blocked)
        );

    /// <summary>A use was recorded.</summary>
    public static RecordChange UseRecorded(Guid use, UseRecord record) =>
        new(
            EventType.UseRecorded,
            new() { ["use"] = use.ToString() },
            null,
            Stamped(
                record.Stamp,
                new()
                {
                    ["requester"] = record.Requester.Value,
                    ["purpose"] = record.Purpose.Name,
                    ["made"] = record.Made is not { } made
                        ? null
                        : new JsonObject
                        {
                            ["video"] = made.Video is { } video ? NameOf(video) : null,
                            ["trainingRun"] = made.TrainingRun,
                        },
                    ["videos"] = new JsonArray([
                        .. record.Videos.Select(used => new JsonObject
                        {
                            ["video"] = NameOf(used.Video),
                            ["reason"] = used.Reason.Word(),
                            ["spent"] = new JsonArray([
                                .. used.Spent.Select(grant => JsonValue.Create(grant.ToString())),
                            ]),
                            ["reliedOn"] = used.ReliedOn is not { } decision
                                ? null
                                : new JsonObject
                                {
                                    ["decidedAt"] = decision.DecidedAt.ToString(),
                                    ["receipt"] = decision.HasReceipt,
                                },
                        }),
                    ]),
                    ["usedAt"] = record.UsedAt.ToString(),
                }
            )
        );

    /// <summary>A recall was issued, or answered.</summary>
    public static RecordChange RecallChanged(Guid recall, RecallRecord? before, RecallRecord after) =>
        new(EventType.RecallChanged, new() { ["recall"] = recall.ToString() }, ToJson(before), ToJson(after));

    /// <summary>The creator was erased.</summary>
    /// <param name="at">When.</param>
    /// <param name="covered">The events whose bodies go; several parts make several events.</param>
    /// <param name="identifiers">
    /// What stays of the identifiers of the creator's videos; null if they had none. Several parts make several events.
    /// </param>
    public static RecordChange CreatorErased(Instant at, Erasure covered, ErasedIdentifiers? identifiers = null) =>
        new(
            EventType.CreatorErased,
            [],
            null,
            new JsonObject { ["erasedAt"] = at.ToString() }.WithLater("identifiers", ToJson(identifiers))
        )
        {
            Erased = covered,
        };

    private static JsonObject? ToJson(ErasedIdentifiers? identifiers) =>
        identifiers is null
            ? null
            : new()
            {
                ["kid"] = identifiers.Kid,
                ["hmacs"] = new JsonArray([.. identifiers.Hashes.Select(hash => JsonValue.Create(hash.ToString()))]),
            };

    private static JsonObject KeyOf(VideoKey? video, Purpose purpose, Requester? requester)
    {
        var key = new JsonObject { ["purpose"] = purpose.Name, ["requester"] = requester?.Value };
        if (video is { } named)
            key["video"] = NameOf(named);
        return key;
    }

    private static JsonObject NameOf(VideoKey video) =>
        new() { ["creatorId"] = video.Creator.Value, ["videoId"] = video.Video.Value };

    private static JsonObject? ToJson(DefaultSetting? setting) =>
        setting is null
            ? null
            : new()
            {
                ["segments"] = new JsonArray([
                    .. setting.Segments.Select(segment =>
                    {
                        var json = ToJson(segment.Choice, segment.Stamp);
                        json["from"] = segment.From?.ToString();
                        return json;
                    }),
                ]),
            };

    private static JsonObject? ToJson(OverrideSetting? setting) =>
        setting is null ? null : ToJson(setting.Choice, setting.Stamp);

    private static JsonObject ToJson(Choice choice, Stamp stamp) =>
        Stamped(
            stamp,
            new()
            {
                ["effect"] = choice.Effect.Word(),
                ["conditions"] = new JsonArray([.. choice.Conditions.Words().Select(word => JsonValue.Create(word))]),
                ["expiresAt"] = choice.ExpiresAt?.ToString(),
                ["vocabularyVersion"] = choice.VocabularyVersion,
            }
        );

    private static JsonObject? ToJson(Stop? stop) =>
        stop is null
            ? null
            : Stamped(
                stop.Stamp,
                new()
                {
                    ["purposes"] = stop.Purposes is { } listed
                        ? new JsonArray([.. listed.Select(purpose => JsonValue.Create(purpose.Name))])
                        : null,
                }
            );

    private static JsonObject? ToJson(VideoRecord? record) =>
        record is null
            ? null
            : new JsonObject
            {
                ["publishedAt"] = record.PublishedAt?.ToString(),
                ["participants"] = new JsonArray([
                    .. record.Participants.Select(participant => new JsonObject
                    {
                        ["creatorId"] = participant.Creator.Value,
                        ["role"] = participant.Role.Word(),
                    }),
                ]),
                ["derivedFrom"] = new JsonArray([.. record.Sources.Select(NameOf)]),
            }.WithLater("identifiers", record.Identifiers.IsEmpty ? null : ToJson(record.Identifiers));

    private static JsonArray ToJson(IEnumerable<RegisteredIdentifier> identifiers) =>
        new([
            .. identifiers.Select(one => new JsonObject
            {
                ["scheme"] = one.Identifier.Scheme.Word(),
                ["value"] = one.Identifier.Value,
                ["listed"] = one.Listed,
            }),
        ]);

    private static JsonObject? ToJson(ApprovalRecord? record) =>
        record is null
            ? null
            : Stamped(
                record.Stamp,
                new()
                {
                    ["requester"] = record.Wanted.Requester.Value,
                    ["usedIn"] = NameOf(record.Wanted.UsedIn),
                    ["purpose"] = record.Wanted.Purpose.Name,
                    ["use"] = record.Wanted.Use,
                    ["until"] = record.Wanted.Until?.ToString(),
                    ["uses"] = record.Wanted.Uses,
                    ["videos"] = new JsonArray([.. record.Videos.Select(NameOf)]),
                    ["expiresAt"] = record.ExpiresAt.ToString(),
                    ["state"] = record.State.Word(),
                    ["reason"] = record.Reason,
                }
            );

    private static JsonObject? ToJson(GrantRecord? record) =>
        record is null
            ? null
            : Stamped(
                record.Stamp,
                new()
                {
                    ["request"] = record.Request.ToString(),
                    ["video"] = NameOf(record.Video),
                    ["usedIn"] = NameOf(record.UsedIn),
                    ["requester"] = record.Requester.Value,
                    ["purpose"] = record.Terms.Purpose.Name,
                    ["conditions"] = new JsonArray([
                        .. record.Terms.Conditions.Words().Select(word => JsonValue.Create(word)),
                    ]),
                    ["vocabularyVersion"] = record.Terms.VocabularyVersion,
                    ["expiresAt"] = record.Terms.ExpiresAt?.ToString(),
                    ["uses"] = record.Terms.Uses,
                    ["state"] = record.State.Word(),
                }
            );

    private static JsonObject? ToJson(RecallRecord? record) =>
        record is null
            ? null
            : Stamped(
                record.Stamp,
                new()
                {
                    ["requester"] = record.Requester.Value,
                    ["video"] = NameOf(record.Video),
                    ["purpose"] = record.Purpose.Name,
                    ["creator"] = record.Creator?.Value,
                    ["reason"] = record.Reason.Word(),
                    ["stopBy"] = record.StopBy.ToString(),
                    ["state"] = record.State.Word(),
                    ["statement"] = record.Statement switch
                    {
                        null => null,
                        { Digest: { } digest } => new JsonObject { ["hmac"] = digest },
                        var said => said.Text,
                    },
                }
            );

    private static JsonObject? Blocked(Stamp? stamp) =>
        stamp is { } standing ? Stamped(standing, new() { ["blocked"] = true }) : null;

    private static JsonObject Stamped(Stamp stamp, JsonObject record)
    {
        record["version"] = stamp.Version;
        record["changedAt"] = stamp.At.ToString();
        return record;
    }
}
