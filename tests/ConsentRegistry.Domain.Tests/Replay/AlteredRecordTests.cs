using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Tests.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Replay;

/// <summary>
/// One member of one record of an honest log is altered, and everything is sealed, chained and signed again. Either the
/// verifier finds it, or the member is one of those that nothing else in a log determines.
/// </summary>
public sealed class AlteredRecordTests
{
    /// <summary>How often the same alteration of the same member is tried.</summary>
    private const int Samples = 3;

    private static readonly string[] Setting =
    [
        "conditions",
        "conditions.#",
        "effect",
        "expiresAt",
        "from",
        "vocabularyVersion",
    ];

    /// <summary>
    /// What somebody may as well have said: with another value it is another honest record, unless a later event or
    /// another stream rests on it.
    /// </summary>
    private static readonly Dictionary<string, string[]> Free = new(StringComparer.Ordinal)
    {
        [EventType.DefaultChanged] =
        [
            "key.purpose",
            "key.requester",
            .. Setting.Select(member => $"after.segments.#.{member}"),
        ],
        [EventType.OverrideChanged] =
        [
            "key.purpose",
            "key.requester",
            "key.video.creatorId",
            "key.video.videoId",
            .. Setting.Select(member => $"after.{member}"),
        ],
        [EventType.LockdownChanged] = ["after.purposes", "after.purposes.#"],
        [EventType.HoldChanged] = ["after.purposes", "after.purposes.#"],
        [EventType.VideoRegistered] =
        [
            "key.videoId",
            "after.publishedAt",
            "after.participants",
            "after.participants.#.creatorId",
            "after.participants.#.role",
            "after.derivedFrom",
            "after.derivedFrom.#.creatorId",
            "after.derivedFrom.#.videoId",
        ],
        [EventType.PurposeRegistered] = ["after.description", "after.usesLikeness"],
        [EventType.ApprovalChanged] =
        [
            "after.purpose",
            "after.requester",
            "after.use",
            "after.until",
            "after.uses",
            "after.usedIn.creatorId",
            "after.usedIn.videoId",
            "after.videos.#.creatorId",
            "after.videos.#.videoId",
            "after.expiresAt",
            "after.state",
            "after.reason",
        ],
        [EventType.AskingChanged] = ["key.requester"],
        [EventType.GrantGiven] = ["after.conditions", "after.conditions.#", "after.vocabularyVersion"],
        [EventType.GrantRevoked] = [],
        [EventType.GrantSpent] = [],
        [EventType.UseRecorded] =
        [
            "after.purpose",
            "after.usedAt",
            "after.videos.#.reason",
            "after.videos.#.video.creatorId",
            "after.videos.#.video.videoId",
        ],
        [EventType.RecallChanged] =
        [
            "after.purpose",
            "after.creator",
            "after.reason",
            "after.state",
            "after.statement",
            "after.statement.hmac",
            "after.stopBy",
            "after.video.creatorId",
            "after.video.videoId",
        ],
    };

    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["allow"] = "deny",
        ["deny"] = "allow",
        ["ask"] = "allow",
        ["remix"] = "training",
        ["remix.voice"] = "remix",
        ["ana"] = "bea",
        ["bea"] = "cem",
        ["cem"] = "ana",
        ["studio"] = "label",
        ["label"] = "studio",
        ["v0"] = "v1",
        ["v1"] = "v0",
        ["open"] = "approved",
        ["approved"] = "refused",
        ["refused"] = "withdrawn",
        ["standing"] = "revoked",
        ["revoked"] = "spent",
        ["spent"] = "revoked",
        ["grant"] = "noConsent",
    };

    private static readonly List<(string Name, Func<JsonNode?, IEnumerable<JsonNode?>> Make)> Alterations =
    [
        ("absent value", node => node is null ? [] : [null]),
        ("other number", node => IsOf<long>(node, out var number) ? [number + 1, number - 1] : []),
        ("other truth", node => IsOf<bool>(node, out var truth) ? [!truth] : []),
        (
            "other time",
            node =>
                IsOf<string>(node, out var text) && Instant.TryParse(text, out var at)
                    ? [Later(at, 400), Later(at, -400)]
                    : []
        ),
        (
            "other word",
            node =>
                IsOf<string>(node, out var text) && !Instant.TryParse(text, out _)
                    ? [$"{text}x", Others.GetValueOrDefault(text, text)]
                    : []
        ),
        (
            "other list",
            node =>
                node is JsonArray { Count: > 0 } list
                    ? [new JsonArray(), new JsonArray([.. list.Append(list[0]).Select(item => item?.DeepClone())])]
                    : []
        ),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_else_of_a_record_is_altered_is_found(int seed)
    {
        var registry = new HonestRegistry();
        var random = new Random(seed);
        for (var round = 0; round < 160; round++)
            HonestLogTests.Change(registry, random, random.Next(16), round);
        var changes = ChangesOf(registry.Log);
        Assert.Null(Verify(changes).Failure);
        var tried = new Dictionary<string, int>(StringComparer.Ordinal);
        var types = new HashSet<string>(StringComparer.Ordinal);
        var missed = new List<string>();
        foreach (var (change, at, place) in changes.SelectMany((change, at) => PlacesOf(change, at)))
        {
            var record = change.Records[place];
            types.Add(record.Type);
            var whole = new JsonObject { ["key"] = record.Key.DeepClone(), ["after"] = record.After?.DeepClone() };
            foreach (var path in PathsOf(whole, []).Where(path => path.Length > 1).ToList())
            {
                var member = string.Join('.', path.Select(name => IsPlace(name) ? "#" : name));
                if (Free[record.Type].Contains(member, StringComparer.Ordinal))
                    continue;
                foreach (var (name, make) in Alterations)
                {
                    var what = $"{record.Type} {member}: {name}";
                    if (tried.GetValueOrDefault(what) >= Samples)
                        continue;
                    foreach (var other in make(Find(whole, path)))
                    {
                        var altered = Alter(whole, path, other);
                        if (JsonNode.DeepEquals(altered, whole))
                            continue;
                        tried[what] = tried.GetValueOrDefault(what) + 1;
                        var made = record with
                        {
                            Key = altered["key"] as JsonObject ?? [],
                            After = altered["after"] as JsonObject,
                        };
                        if (Verify(With(changes, at, place, made)).Verdict != Verdict.Tampered)
                            missed.Add($"{what}, {made.Key.ToJsonString()} {made.After?.ToJsonString()}");
                    }
                }
            }
        }

        Assert.Empty(missed);
        Assert.True(tried.Count > 100, "Hardly anything was altered.");
        Assert.True(types.Count >= 12, "Hardly any type was altered.");
    }

    private static bool IsPlace(string name) => int.TryParse(name, CultureInfo.InvariantCulture, out _);

    private static bool IsOf<T>(JsonNode? node, out T value)
    {
        value = default!;
        return node is JsonValue one && one.TryGetValue(out value!);
    }

    private static JsonNode Later(Instant at, int days) => at.Plus(TimeSpan.FromDays(days)).ToString();

    private static IEnumerable<(Change Change, int At, int Place)> PlacesOf(Change change, int at) =>
        Enumerable.Range(0, change.Records.Length).Select(place => (change, at, place));

    private static IEnumerable<string[]> PathsOf(JsonNode? node, string[] path)
    {
        yield return path;
        var inside = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value)),
            JsonArray items => items.Select((item, i) => (i.ToString(CultureInfo.InvariantCulture), item)),
            _ => [],
        };
        foreach (var (name, value) in inside)
        {
            foreach (var each in PathsOf(value, [.. path, name]))
                yield return each;
        }
    }

    private static JsonNode? Find(JsonNode? node, string[] path) =>
        path.Aggregate(node, (at, name) => at is JsonArray items ? items[Place(name)] : at![name]);

    private static JsonObject Alter(JsonObject whole, string[] path, JsonNode? other)
    {
        var copy = whole.DeepClone().AsObject();
        if (Find(copy, path[..^1]) is JsonArray items)
            items[Place(path[^1])] = other?.DeepClone();
        else
            Find(copy, path[..^1])![path[^1]] = other?.DeepClone();
        return copy;
    }

    private static int Place(string name) => int.Parse(name, CultureInfo.InvariantCulture);

    private static List<Change> With(List<Change> changes, int at, int place, RecordChange made)
    {
        var records = changes[at].Records.ToArray();
        records[place] = made;
        return [.. changes[..at], changes[at] with { Records = records }, .. changes[(at + 1)..]];
    }

    private static List<Change> ChangesOf(SampleLog log)
    {
        var changes = new List<Change>();
        foreach (var row in log.Rows)
        {
            Assert.True(Leaf.TryParse(row.Leaf, out var leaf));
            Assert.True(EventBody.TryParse(leaf.Type, row.Body, out var body));
            if (leaf.Ordinal == 1)
                changes.Add(new(body.Stream.Name, leaf.Tx, body.By, [body.Change]));
            else
                changes[^1] = changes[^1] with { Records = [.. changes[^1].Records, body.Change] };
        }
        return changes;
    }

    private static VerificationReport Verify(List<Change> changes)
    {
        var log = new SampleLog();
        foreach (var change in changes)
        {
            log.Now = change.At.Plus(TimeSpan.FromMinutes(-1));
            log.Add(change.Stream, change.By, change.Records);
        }
        log.Checkpoints.Add(log.Rows.Count);
        return SampleLog.Verify(log.Export());
    }

    private sealed record Change(string Stream, Instant At, Authorship By, RecordChange[] Records);
}
