using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Notifications;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Notifications;

/// <summary>What is told of each change: one notification, however much it alters.</summary>
internal static class NotificationFactory
{
    /// <summary>Altered settings that one notification names; all are counted, and the history has them.</summary>
    public const int SettingsNamed = 10;

    /// <summary>Revoked grants that one notification names; all are counted, and the requester can list them.</summary>
    public const int GrantsNamed = 10;

    /// <summary>
    /// Other creators' videos with an identifier of the creator's that one notification names; a lookup has them all.
    /// </summary>
    public const int ClaimsNamed = 10;

    /// <summary>Proposals of an import that one notification names; an import of more makes more of them.</summary>
    public const int ProposalsNamed = 50;

    /// <summary>
    /// Somebody without the creator's token imported consents for them: told to the creator, in parts, and to nobody
    /// else. Nothing is changed.
    /// </summary>
    /// <param name="creator">The creator.</param>
    /// <param name="by">The program that imported them; null if its token names none.</param>
    /// <param name="proposed">What it asks for.</param>
    public static IEnumerable<Notification> ImportProposed(
        CreatorId creator,
        string? by,
        IReadOnlyCollection<SetSetting> proposed
    ) =>
        proposed
            .Chunk(ProposalsNamed)
            .Select(part => new Notification(
                NotificationKind.ImportProposed,
                creator,
                Requester: null,
                ToPlatforms: false,
                new()
                {
                    ["creatorId"] = creator.Value,
                    ["proposedBy"] = by,
                    ["changes"] = proposed.Count,
                    ["proposals"] = new JsonArray([
                        .. part.Select(one =>
                        {
                            var named = NameOf(one.Key, one.Effect);
                            named["conditions"] = new JsonArray([
                                .. one.Conditions.Words().Select(word => JsonValue.Create(word)),
                            ]);
                            named["expiresAt"] = one.ExpiresAt?.ToString();
                            named["appliesTo"] =
                                one.Key.Video is null && one.Effect == Effect.Allow ? one.AppliesTo.Word() : null;
                            return named;
                        }),
                    ]),
                }
            ));

    /// <summary>A creator's settings were changed, and grants that a deny touches revoked.</summary>
    public static Notification SettingsChanged(
        LockedStream stream,
        CreatorId creator,
        SettingsPlan plan,
        IReadOnlyCollection<StoredGrant> revoked
    )
    {
        var data = About(stream, creator, altersSettings: plan.Count > 0);
        data["changes"] = plan.Count + revoked.Count;
        data["revokedGrants"] = revoked.Count;
        data["settings"] = new JsonArray([
            .. plan
                .Defaults.Select(altered =>
                    NameOf(SettingKey.From(altered.Key), altered.After?.Segments[^1].Choice.Effect)
                )
                .Concat(
                    plan.Overrides.Select(altered => NameOf(SettingKey.From(altered.Key), altered.After?.Choice.Effect))
                )
                .Take(SettingsNamed),
        ]);
        data["affects"] = NameOf(AffectedChecks.By(creator, plan, revoked.Select(stored => stored.Grant)));
        return Everybody(NotificationKind.ConsentChanged, creator, data);
    }

    /// <summary>A stop was set, extended or lifted.</summary>
    public static Notification StopChanged(
        LockedStream stream,
        CreatorId creator,
        StopKind kind,
        Stop? before,
        Stop? after
    )
    {
        var data = About(stream, creator);
        data[kind == StopKind.Hold ? "hold" : "lockdown"] = after is null
            ? null
            : new JsonObject
            {
                ["purposes"] = after.Purposes is { } listed
                    ? new JsonArray([.. listed.Select(purpose => JsonValue.Create(purpose.Name))])
                    : null,
            };
        data["affects"] = NameOf(AffectedChecks.By(creator, before, after));
        return Everybody(
            kind == StopKind.Hold ? NotificationKind.ConsentChanged : NotificationKind.Lockdown,
            creator,
            data
        );
    }

    /// <summary>
    /// A creator was erased: there is no inbox any more, but whoever keeps something of them has to know.
    /// </summary>
    public static Notification OfErasure(LockedStream stream, CreatorId creator) =>
        new(
            NotificationKind.ConsentChanged,
            Creator: null,
            Requester: null,
            ToPlatforms: true,
            Erased(stream, creator)
        );

    /// <summary>A purpose entered the vocabulary: nobody has allowed it yet.</summary>
    public static Notification PurposeRegistered(PurposeDefinition purpose) =>
        new(
            NotificationKind.PurposeRegistered,
            Creator: null,
            Requester: null,
            ToPlatforms: true,
            new()
            {
                ["purpose"] = purpose.Purpose.Name,
                ["description"] = purpose.Description,
                ["vocabularyVersion"] = purpose.IntroducedIn,
                ["affects"] = NameOf(AffectedChecks.By(purpose)),
            }
        );

    /// <summary>
    /// Videos of one owner got identifiers: told to the owner where one says nothing of whose it is, and for each video
    /// to every other owner whose videos carry the same. Who these are is found out when it is handed on: what others
    /// register at this moment is seen then.
    /// </summary>
    /// <param name="owner">The owner.</param>
    /// <param name="added">The videos in order, with what each got.</param>
    public static IEnumerable<Notification> IdentifiersAdded(
        CreatorId owner,
        IReadOnlyList<(VideoKey Video, IReadOnlyList<ContentIdentifier> Identifiers)> added
    )
    {
        var unproven = added
            .Select(one =>
                (one.Video, Identifiers: one.Identifiers.Where(each => IdentifierRights.NamesNobody(each.Scheme)))
            )
            .Where(one => one.Identifiers.Any())
            .ToList();
        if (unproven.Count > 0)
        {
            yield return new(
                NotificationKind.IdentifierClaimed,
                owner,
                Requester: null,
                ToPlatforms: false,
                new()
                {
                    ["creatorId"] = owner.Value,
                    ["video"] = NameOf(unproven[0].Video),
                    ["videos"] = unproven.Count,
                    ["identifiers"] = NameOf(unproven[0].Identifiers),
                }
            );
        }
        foreach (var (video, identifiers) in added)
        {
            yield return new(
                NotificationKind.IdentifierClaimed,
                Creator: null,
                Requester: null,
                ToPlatforms: false,
                new() { ["video"] = NameOf(video), ["identifiers"] = NameOf(identifiers) }
            );
        }
    }

    private static JsonArray NameOf(IEnumerable<ContentIdentifier> identifiers) =>
        new([.. identifiers.Select(one => new JsonObject { ["scheme"] = one.Scheme.Word(), ["value"] = one.Value })]);

    private static Notification Everybody(NotificationKind kind, CreatorId creator, JsonObject data) =>
        new(kind, creator, Requester: null, ToPlatforms: true, data);

    /// <summary>A creator was asked for approval.</summary>
    public static Notification Requested(StoredRequest request, StoredPart part)
    {
        var data = Describe(request);
        data["creatorId"] = part.Creator.Value;
        return new(NotificationKind.ApprovalRequested, part.Creator, Requester: null, ToPlatforms: false, data);
    }

    /// <summary>
    /// A request was approved by everybody concerned, or refused by one of them: told to whoever asked.
    /// </summary>
    public static Notification Answered(StoredRequest request, bool isApproved)
    {
        var kind = isApproved ? NotificationKind.ApprovalApproved : NotificationKind.ApprovalRefused;
        var data = Describe(request);
        if (isApproved)
            data["affects"] = NameOf(OfUse(request.Wanted.UsedIn, request.Wanted.Purpose, request.Wanted.Requester));
        return new(kind, Creator: null, request.Wanted.Requester, ToPlatforms: false, data);
    }

    /// <summary>A request is about to expire: told to a creator who has not answered.</summary>
    public static Notification Expiring(StoredRequest request, CreatorId creator)
    {
        var data = Describe(request);
        data["creatorId"] = creator.Value;
        return new(NotificationKind.ApprovalExpiring, creator, Requester: null, ToPlatforms: false, data);
    }

    /// <summary>A grant is about to expire: told to whoever has it and to the creator who gave it.</summary>
    public static Notification Expiring(StoredGrant stored, CreatorId creator)
    {
        var grant = stored.Grant;
        return new(
            NotificationKind.ApprovalExpiring,
            creator,
            grant.Requester,
            ToPlatforms: false,
            new()
            {
                ["requestId"] = grant.Request.ToString(),
                ["requester"] = grant.Requester.Value,
                ["video"] = NameOf(grant.UsedIn),
                ["purpose"] = grant.Terms.Purpose.Name,
                ["expiresAt"] = grant.Terms.ExpiresAt?.ToString(),
                ["creatorId"] = creator.Value,
                ["grantId"] = stored.Id.ToString(),
            }
        );
    }

    /// <summary>A grant was revoked: a creator's consent is not what it was.</summary>
    public static Notification Revoked(LockedStream stream, CreatorId creator, StoredGrant grant) =>
        new(
            NotificationKind.ConsentChanged,
            creator,
            grant.Grant.Requester,
            ToPlatforms: true,
            Ended(About(stream, creator, altersSettings: false), creator, [grant])
        );

    /// <summary>
    /// A deny revoked grants: told to those whose they were, to each once. Everybody else hears of the deny.
    /// </summary>
    public static IEnumerable<Notification> Revoked(
        LockedStream stream,
        CreatorId creator,
        SettingsPlan plan,
        IEnumerable<StoredGrant> grants
    ) => ToEach(creator, grants, () => About(stream, creator, altersSettings: plan.Count > 0));

    /// <summary>
    /// A creator was erased, and what they had granted with them: told to those whose it was, to each once.
    /// </summary>
    public static IEnumerable<Notification> OfErasure(
        LockedStream stream,
        CreatorId creator,
        IEnumerable<StoredGrant> grants
    ) => ToEach(creator, grants, () => Erased(stream, creator));

    private static IEnumerable<Notification> ToEach(
        CreatorId creator,
        IEnumerable<StoredGrant> grants,
        Func<JsonObject> about
    ) =>
        grants
            .GroupBy(grant => grant.Grant.Requester)
            .Select(own => new Notification(
                NotificationKind.ConsentChanged,
                Creator: null,
                own.Key,
                ToPlatforms: false,
                Ended(about(), creator, [.. own])
            ));

    private static JsonObject Ended(JsonObject data, CreatorId creator, IReadOnlyList<StoredGrant> grants)
    {
        // Of an erasure everything is affected, which was said.
        data["affects"] ??= NameOf(
            AffectedChecks.AnyOf(creator, [.. grants.Select(grant => AffectedChecks.By(creator, grant.Grant))])
        );
        data["changes"] = grants.Count;
        data["revokedGrants"] = grants.Count;
        data["requester"] = grants[0].Grant.Requester.Value;
        data["grants"] = new JsonArray([
            .. grants
                .Take(GrantsNamed)
                .Select(grant => new JsonObject
                {
                    ["grantId"] = grant.Id.ToString(),
                    ["requestId"] = grant.Grant.Request.ToString(),
                    ["video"] = NameOf(grant.Grant.UsedIn),
                    ["purpose"] = grant.Grant.Terms.Purpose.Name,
                }),
        ]);
        return data;
    }

    /// <summary>
    /// A use was recorded: told to a creator whom it concerns, and to the platforms if it had no consent of theirs.
    /// </summary>
    /// <param name="use">The use.</param>
    /// <param name="creator">Whom it concerns.</param>
    /// <param name="hasInbox">Whether the registry knows the creator.</param>
    /// <param name="isLast">Whether further uses by the same caller are not told for some time.</param>
    /// <returns>Null if there is nobody to tell.</returns>
    public static Notification? UseRecorded(StoredUse use, CreatorId creator, bool hasInbox, bool isLast)
    {
        var record = use.Record;
        var concerning = record
            .Videos.Zip(use.Concerns)
            .Where(one => one.Second.Contains(creator))
            .Select(one => one.First)
            .ToList();
        var deciding = concerning.Find(video => video.Status == UseStatus.Unconsented) ?? concerning[0];
        var isConsented = deciding.Status == UseStatus.Consented;
        if (!hasInbox && isConsented)
            return null;
        return new(
            isConsented ? NotificationKind.Used : NotificationKind.UsedWithoutConsent,
            hasInbox ? creator : null,
            Requester: null,
            ToPlatforms: !isConsented,
            new()
            {
                ["creatorId"] = creator.Value,
                ["useId"] = use.Id.ToString(),
                ["requester"] = record.Requester.Value,
                ["purpose"] = record.Purpose.Name,
                ["video"] = NameOf(deciding.Video),
                ["videos"] = concerning.Count,
                ["reason"] = deciding.Reason.Word(),
                ["usedAt"] = record.UsedAt.ToString(),
                ["more"] = isLast,
            }
        );
    }

    /// <summary>
    /// Consent was withdrawn from somebody who relied on it: told to them, and to the platforms, which record uses of
    /// tools that nobody else reaches.
    /// </summary>
    public static Notification RecallIssued(StoredRecall recall) =>
        new(
            NotificationKind.Recall,
            Creator: null,
            recall.Record.Requester,
            ToPlatforms: true,
            new()
            {
                ["recallId"] = recall.Id.ToString(),
                ["requester"] = recall.Record.Requester.Value,
                ["video"] = NameOf(recall.Record.Video),
                ["purpose"] = recall.Record.Purpose.Name,
                ["reason"] = recall.Record.Reason.Word(),
                ["since"] = recall.Since.ToString(),
                ["stopBy"] = recall.Record.StopBy.ToString(),
                ["affects"] = NameOf(OfUse(recall.Record.Video, recall.Record.Purpose, recall.Record.Requester)),
            }
        );

    // What the requester wrote is read where the request is: here is what it is about.
    private static JsonObject Describe(StoredRequest request) =>
        new()
        {
            ["requestId"] = request.Id.ToString(),
            ["requester"] = request.Wanted.Requester.Value,
            ["video"] = NameOf(request.Wanted.UsedIn),
            ["purpose"] = request.Wanted.Purpose.Name,
            ["expiresAt"] = request.ExpiresAt.ToString(),
        };

    // Every check of a video rests on its owner's word, whoever else decides.
    private static AffectedChecks OfUse(VideoKey video, Purpose purpose, Requester requester) =>
        new(video.Creator, video, [purpose], requester);

    private static JsonObject NameOf(AffectedChecks affected) =>
        new()
        {
            ["creatorId"] = affected.Creator?.Value,
            ["video"] = affected.Video is { } video ? NameOf(video) : null,
            ["purposes"] = affected.Purposes is { } purposes
                ? new JsonArray([.. purposes.Select(purpose => JsonValue.Create(purpose.Name))])
                : null,
            ["requester"] = affected.Requester?.Value,
        };

    private static JsonObject NameOf(VideoKey video) =>
        new() { ["creatorId"] = video.Creator.Value, ["videoId"] = video.Video.Value };

    private static JsonObject About(LockedStream stream, CreatorId creator, bool altersSettings = true) =>
        new()
        {
            ["creatorId"] = creator.Value,
            ["version"] = stream.Version,
            ["settingsVersion"] = stream.SettingsVersion + (altersSettings ? 1 : 0),
            ["changedAt"] = stream.Tx.ToString(),
        };

    private static JsonObject Erased(LockedStream stream, CreatorId creator)
    {
        var data = About(stream, creator);
        data["erasedAt"] = stream.Tx.ToString();
        data["affects"] = NameOf(AffectedChecks.AllOf(creator));
        return data;
    }

    private static JsonObject NameOf(SettingKey key, Effect? effect) =>
        new()
        {
            ["video"] = key.Video is { } video ? NameOf(video) : null,
            ["purpose"] = key.Purpose.Name,
            ["requester"] = key.Requester?.Value,
            ["effect"] = effect?.Word(),
        };
}
