using System.Globalization;
using System.Text.Json;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.Settings;

namespace ConsentRegistry.Console.Histories;

/// <summary>
/// Says events of a history in plain words. What a newer registry says is shown in its own words, and never as an allow.
/// </summary>
/// <param name="creatorId">The creator whose history it is.</param>
/// <param name="readerIsCreator">Whether the reader is "you".</param>
/// <param name="texts">The reader's language.</param>
internal sealed class HistoryReader(string creatorId, bool readerIsCreator, Texts texts)
{
    /// <summary>The kinds that there are words for, in the order in which a filter offers them.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "defaultChanged",
        "overrideChanged",
        "lockdownChanged",
        "holdChanged",
        "approvalChanged",
        "grantGiven",
        "grantRevoked",
        "grantSpent",
        "askingChanged",
        "videoRegistered",
        "useRecorded",
        "recallChanged",
        "creatorErased",
    ];

    /// <summary>Reads an event.</summary>
    public HistoryEntry Read(HistoryEvent change)
    {
        if (change.Erased)
            return new(change, new("history.erased"));
        var who = WhoOf(change.By);
        return change.Kind switch
        {
            "defaultChanged" => ReadDefault(change, who),
            "overrideChanged" => ReadOverride(change, who),
            "lockdownChanged" => ReadStop(change, who, "lockdown"),
            "holdChanged" => ReadStop(change, who, "hold"),
            "videoRegistered" => ReadVideo(change, who),
            "purposeRegistered" => new(
                change,
                new(
                    "history.purpose",
                    Word(KindOfUse.NameOf(Text(RecordOf(change.After, "purpose"), "purpose"), texts))
                )
            ),
            "approvalChanged" => ReadApproval(change, who),
            "grantGiven" or "grantRevoked" or "grantSpent" => ReadGrant(change, who),
            "askingChanged" => ReadBlock(change, who),
            "useRecorded" => ReadUse(change),
            "recallChanged" => ReadRecall(change),
            "creatorErased" => new(change, new("history.creatorErased", who), IsAlarm: true),
            _ => new(change, new("history.other", who, change.Kind)),
        };
    }

    private HistoryEntry ReadDefault(HistoryEvent change, object who)
    {
        var kind = Word(KindOfUse.NameOf(change.Purpose ?? "", texts));
        var key = RecordOf(change.After, "setting") is null ? "history.defaultCleared" : "history.default";
        var what = change.Requester is { } requester
            ? new Phrase(key + ".named", who, kind, requester)
            : new Phrase(key, who, kind);
        return new(change, what, StateOf(change.Before), StateOf(change.After), DetailsOf(change.After));
    }

    private HistoryEntry ReadOverride(HistoryEvent change, object who)
    {
        var kind = Word(KindOfUse.NameOf(change.Purpose ?? "", texts));
        object video = (object?)change.Video ?? Word("");
        var key = RecordOf(change.After, "setting") is null ? "history.overrideCleared" : "history.override";
        var what = change.Requester is { } requester
            ? new Phrase(key + ".named", who, video, kind, requester)
            : new Phrase(key, who, video, kind);
        return new(change, what, StateOf(change.Before), StateOf(change.After), DetailsOf(change.After));
    }

    private HistoryEntry ReadStop(HistoryEvent change, object who, string group)
    {
        var (before, after) = (RecordOf(change.Before, "stop"), RecordOf(change.After, "stop"));
        return new(
            change,
            new(after is null ? $"history.{group}Lifted" : $"history.{group}", who),
            StopOf(before),
            StopOf(after),
            IsAlarm: after is not null
        );
    }

    private HistoryEntry ReadVideo(HistoryEvent change, object who)
    {
        var after = RecordOf(change.After, "video");
        var people = Items(after, "participants")
            .Select(one => $"{Isolated(Text(one, "creatorId"))} ({texts.Word("role", Text(one, "role"))})")
            .Take(ShownParts)
            .ToList();
        var sources = Items(after, "derivedFrom")
            .Select(one => Isolated(Text(one, "videoId")))
            .Take(ShownParts)
            .ToList();
        var details = new List<string>();
        if (Moment(after, "publishedAt") is { } published)
            details.Add(texts["history.published", Day(published)]);
        if (people.Count > 0)
            details.Add(texts["history.people"] + " " + string.Join(", ", people));
        if (sources.Count > 0)
            details.Add(texts["history.sources"] + " " + string.Join(", ", sources));
        var identifiers = Items(after, "identifiers")
            .Select(one => Isolated(Text(one, "value")))
            .Take(ShownParts)
            .ToList();
        if (identifiers.Count > 0)
            details.Add(texts["history.identifiers"] + " " + string.Join(", ", identifiers));
        object video = (object?)change.Video ?? Word("");
        return new(
            change,
            new(RecordOf(change.Before, "video") is null ? "history.video" : "history.videoChanged", who, video),
            Details: details
        );
    }

    private HistoryEntry ReadApproval(HistoryEvent change, object who)
    {
        var record = RecordOf(change.After, "approval") ?? RecordOf(change.Before, "approval");
        var requester = Text(record, "requester");
        var video = VideoOf(record, "usedIn");
        var kind = Word(KindOfUse.NameOf(Text(record, "purpose"), texts));
        return Text(record, "state") switch
        {
            "open" => new(change, new("history.asked", requester, video, kind), Details: Said(record)),
            "approved" => new(change, new("history.approved", who, requester, video, kind)),
            "refused" => new(change, new("history.refused", who, requester, video, kind)),
            "withdrawn" => new(change, new("history.withdrawn", requester, video, kind)),
            var state => new(change, new("history.approvalOther", requester, video, kind, state)),
        };
    }

    private HistoryEntry ReadGrant(HistoryEvent change, object who)
    {
        var record = RecordOf(change.After, "grant") ?? RecordOf(change.Before, "grant");
        var requester = Text(record, "requester");
        var video = VideoOf(record, "usedIn");
        var kind = Word(KindOfUse.NameOf(Text(record, "purpose"), texts));
        var details = new List<string>(ConditionsOf(record));
        if (Moment(record, "expiresAt") is { } end)
            details.Add(texts["history.until", Day(end)]);
        if (RecordOf(record, "uses") is { ValueKind: JsonValueKind.Number } uses && uses.TryGetInt64(out var count))
            details.Add(texts.Count("history.times", count));
        return change.Kind switch
        {
            "grantGiven" => new(change, new("history.grant", who, requester, video, kind), Details: details),
            "grantRevoked" => new(change, new("history.grantRevoked", who, requester, video, kind)),
            _ => new(change, new("history.grantSpent", requester, video, kind)),
        };
    }

    private static HistoryEntry ReadBlock(HistoryEvent change, object who)
    {
        var after = RecordOf(change.After, "blocked");
        return new(
            change,
            new(
                after is null ? "history.unblocked" : "history.blocked",
                who,
                Text(after ?? RecordOf(change.Before, "blocked"), "requester")
            )
        );
    }

    private HistoryEntry ReadUse(HistoryEvent change)
    {
        var record = RecordOf(change.After, "use");
        var kind = Word(KindOfUse.NameOf(Text(record, "purpose"), texts));
        var isConsented = Text(record, "status") == "consented";
        return new(
            change,
            new(isConsented ? "history.used" : "history.usedWithout", Text(record, "requester"), kind),
            Details: [.. Items(record, "videos").Select(one => VideoOf(one, "video")).Take(ShownParts).Select(NameOf)]
        );
    }

    private HistoryEntry ReadRecall(HistoryEvent change)
    {
        var record = RecordOf(change.After, "recall") ?? RecordOf(change.Before, "recall");
        var kind = Word(KindOfUse.NameOf(Text(record, "purpose"), texts));
        var key = Text(record, "state") switch
        {
            "acknowledged" => "history.recallAcknowledged",
            "disputed" => "history.recallDisputed",
            _ => "history.recall",
        };
        return new(change, new(key, Text(record, "requester"), VideoOf(record, "video"), kind));
    }

    /// <summary>Parts of a record that are named at most.</summary>
    private const int ShownParts = 5;

    private object WhoOf(ChangeAuthor? by)
    {
        if (by?.OnBehalfOf is not null && (by.Subject ?? by.Client) is { } agent && agent != creatorId)
            return readerIsCreator
                ? new OwnWord(texts["history.agentForYou", agent], IsStrong: true)
                : new OwnWord(texts["history.agentFor", agent, by.OnBehalfOf], IsStrong: true);
        return (by?.Subject ?? by?.Client) switch
        {
            null => new OwnWord(texts["history.somebody"], IsStrong: true),
            var name when name == creatorId && readerIsCreator => new OwnWord(texts["history.you"], IsStrong: true),
            var name => name,
        };
    }

    private HistoryState StateOf(JsonElement? record)
    {
        if (RecordOf(record, "setting") is not { } setting)
            return new(null, "deny", texts["history.neverSet"]);
        var word = Text(setting, "effect");
        return word is "allow" or "ask" or "deny" ? new(word, word, texts[$"effect.{word}"]) : new(null, "info", word);
    }

    private HistoryState StopOf(JsonElement? stop)
    {
        if (stop is null)
            return new(null, "unlock", texts["history.noStop"]);
        var purposes = Items(stop, "purposes").Select(one => KindOfUse.NameOf(WordOf(one), texts)).ToList();
        return new(
            "danger",
            "stop",
            purposes.Count == 0
                ? texts["history.allStopped"]
                : $"{texts["history.stoppedFor"]} {string.Join(", ", purposes)}"
        );
    }

    private List<string> DetailsOf(JsonElement? record)
    {
        var details = new List<string>();
        if (RecordOf(record, "setting") is not { } setting || Text(setting, "effect") is not ("allow" or "ask"))
            return details;
        if (
            Items(setting, "segments").LastOrDefault() is { ValueKind: JsonValueKind.Object } segment
            && Moment(segment, "from") is { } from
        )
            details.Add(texts["history.onlySince", Day(from)]);
        details.AddRange(ConditionsOf(setting));
        if (Moment(setting, "expiresAt") is { } end)
            details.Add(texts["history.until", Day(end)]);
        return details;
    }

    private IEnumerable<string> ConditionsOf(JsonElement? record) =>
        Items(record, "conditions").Select(one => texts.Word("condition", WordOf(one)));

    private List<string> Said(JsonElement? record) =>
        Text(record, "use") is { Length: > 0 } use ? [texts["foreign.label"] + " " + Isolated(use)] : [];

    private static OwnWord Word(string text) => new(text);

    private string NameOf(VideoName video) =>
        video.CreatorId == creatorId ? Isolated(video.VideoId) : texts["history.of", video.VideoId, video.CreatorId];

    private static string Isolated(string text) => $"\u2068{text}\u2069";

    private static string Day(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString(
            $"{CultureInfo.CurrentCulture.DateTimeFormat.LongDatePattern}, {CultureInfo.CurrentCulture.DateTimeFormat.ShortTimePattern} 'UTC'",
            CultureInfo.CurrentCulture
        );

    // A record is of one kind, and what is not there is null.
    private static JsonElement? RecordOf(JsonElement? record, string kind) =>
        record is { ValueKind: JsonValueKind.Object } given
        && given.TryGetProperty(kind, out var part)
        && part.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? part
            : null;

    private static string WordOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.String ? item.GetString()! : item.ToString();

    private static string Text(JsonElement? record, string name) =>
        RecordOf(record, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static DateTimeOffset? Moment(JsonElement? record, string name) =>
        DateTimeOffset.TryParse(Text(record, name), CultureInfo.InvariantCulture, out var moment) ? moment : null;

    private static IEnumerable<JsonElement> Items(JsonElement? record, string name) =>
        RecordOf(record, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    private static VideoName VideoOf(JsonElement? record, string name) =>
        RecordOf(record, name) is { } video ? new(Text(video, "creatorId"), Text(video, "videoId")) : new("", "");
}
