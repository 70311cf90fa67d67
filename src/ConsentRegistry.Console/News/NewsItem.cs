using System.Text.Json;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.Settings;

namespace ConsentRegistry.Console.News;

/// <summary>A notification in plain words.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="Icon">Its icon.</param>
/// <param name="What">What happened.</param>
/// <param name="Page">The page of the creator to go to, with its first slash; null for none.</param>
/// <param name="Action">The name of the text of the link to it.</param>
internal sealed record NewsItem(
    Notification Notification,
    string Icon,
    Phrase What,
    string? Page = null,
    string Action = "news.look"
)
{
    /// <summary>Reads a notification. A kind that is unknown here is shown by its word.</summary>
    public static NewsItem From(Notification notification, Texts texts)
    {
        var data = notification.Data;
        if (data.ValueKind != JsonValueKind.Object)
            return new(notification, "info", new("news.other", notification.Kind));
        var who = Text(data, "requester") ?? texts["history.somebody"];
        var purpose = Text(data, "purpose") ?? "";
        var kind = new OwnWord(KindOfUse.NameOf(purpose, texts));
        var video = VideoOf(data);
        NewsItem Item(string icon, string key, string? page, string action, params object[] values) =>
            new(notification, icon, new(key, values), page, action);
        return notification.Kind switch
        {
            NotificationKinds.ConsentChanged when Text(data, "erasedAt") is not null => Item(
                "warning",
                "news.erased",
                "/history",
                "news.look"
            ),
            NotificationKinds.ConsentChanged when data.TryGetProperty("hold", out var hold) => Item(
                "stop",
                hold.ValueKind == JsonValueKind.Null ? "news.holdLifted" : "news.hold",
                "/history?kind=holdChanged",
                "news.look"
            ),
            NotificationKinds.ConsentChanged => ReadChange(notification, texts),
            NotificationKinds.Lockdown => Item(
                "stop",
                IsNull(data, "lockdown") ? "news.stopLifted" : "news.stopped",
                "/history?kind=lockdownChanged",
                "news.look"
            ),
            NotificationKinds.ApprovalRequested => Item(
                "inbox",
                "news.asked",
                "/requests",
                "news.answer",
                who,
                video,
                kind
            ),
            NotificationKinds.ApprovalExpiring when Text(data, "grantId") is not null => Item(
                "clock",
                "news.grantExpiring",
                "/grants",
                "news.look",
                who,
                video,
                kind
            ),
            NotificationKinds.ApprovalExpiring => Item(
                "clock",
                "news.requestExpiring",
                "/requests",
                "news.answer",
                who,
                video,
                kind
            ),
            NotificationKinds.Used => Item("eye", "news.used", UsesOf(data), "news.look", who, video, kind),
            NotificationKinds.UsedWithoutConsent => Item(
                "warning",
                "news.usedWithout",
                UsesOf(data),
                "news.look",
                who,
                video,
                kind
            ),
            NotificationKinds.Recall => Item("recall", "news.recall", "/recalls", "news.look", who, video, kind),
            NotificationKinds.IdentifierClaimed when FirstOf(data, "claimedBy") is { } claimer => Item(
                "warning",
                "news.claimedByOther",
                "/history?kind=videoRegistered",
                "news.look",
                video,
                claimer
            ),
            NotificationKinds.IdentifierClaimed => Item(
                "info",
                "news.claimed",
                "/history?kind=videoRegistered",
                "news.look",
                video
            ),
            NotificationKinds.ImportProposed => Item(
                "info",
                "news.proposed",
                null,
                "news.look",
                new OwnWord(texts.Count("news.changes", CountOf(data)))
            ),
            NotificationKinds.PurposeRegistered => Item("info", "news.purpose", null, "news.look", kind),
            NotificationKinds.ApprovalApproved => Item("allow", "news.approved", null, "news.look", video, kind),
            NotificationKinds.ApprovalRefused => Item("deny", "news.refused", null, "news.look", video, kind),
            var other => Item("info", "news.other", null, "news.look", other),
        };
    }

    private static NewsItem ReadChange(Notification notification, Texts texts)
    {
        var data = notification.Data;
        var count = CountOf(data);
        var phrase =
            count > 1
                ? new Phrase("news.changedMany", new OwnWord(texts.Count("news.changes", count)))
                : new Phrase("news.changed");
        if (
            count == 1
            && data.TryGetProperty("settings", out var settings)
            && settings is { ValueKind: JsonValueKind.Array }
            && settings.GetArrayLength() == 1
            && settings[0] is { ValueKind: JsonValueKind.Object } setting
            && Text(setting, "purpose") is { } purpose
        )
        {
            var kind = new OwnWord(KindOfUse.NameOf(purpose, texts));
            var effect = Text(setting, "effect") switch
            {
                null => new OwnWord(texts["history.neverSet"]),
                var word => new OwnWord(texts.Word("effect", word)),
            };
            phrase = IsNull(setting, "video")
                ? new Phrase("news.choice", kind, effect)
                : new Phrase("news.exception", kind, effect, VideoOf(setting));
        }
        if (
            count == 1
            && data.TryGetProperty("grants", out var grants)
            && grants is { ValueKind: JsonValueKind.Array }
            && grants.GetArrayLength() == 1
            && grants[0] is { ValueKind: JsonValueKind.Object } grant
        )
        {
            phrase = new(
                "news.grantEnded",
                VideoOf(grant),
                new OwnWord(KindOfUse.NameOf(Text(grant, "purpose") ?? "", texts))
            );
        }
        return new(notification, "history", phrase, "/history");
    }

    private static long CountOf(JsonElement data) =>
        data.TryGetProperty("changes", out var changes)
        && changes.ValueKind == JsonValueKind.Number
        && changes.TryGetInt64(out var number)
            ? number
            : 0;

    private static string UsesOf(JsonElement data) =>
        Text(data, "requester") is { } who ? $"/uses?who={Uri.EscapeDataString(who)}" : "/uses";

    // The owner of the first video of a list.
    private static string? FirstOf(JsonElement data, string name) =>
        data.TryGetProperty(name, out var videos)
        && videos.ValueKind == JsonValueKind.Array
        && videos.GetArrayLength() > 0
        && videos[0].ValueKind == JsonValueKind.Object
            ? Text(videos[0], "creatorId")
            : null;

    private static VideoName VideoOf(JsonElement data) =>
        data.TryGetProperty("video", out var video) && video.ValueKind == JsonValueKind.Object
            ? new(Text(video, "creatorId") ?? "", Text(video, "videoId") ?? "")
            : new("", "");

    private static bool IsNull(JsonElement data, string name) =>
        !data.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null;

    private static string? Text(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
