using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>
/// Reads every event of a database as somebody would who knows nothing but the format, and compares what they say with
/// the tables. Written apart from the service's own encoder on purpose.
/// </summary>
internal sealed class Ledger
{
    private const string Time = "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'";

    private readonly Dictionary<string, (string Type, JsonNode Record)> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamEnd> streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long? Seq, Guid Id, bool IsCleared)>> events = new(
        StringComparer.Ordinal
    );
    private List<(long? Seq, Guid Id, bool IsCleared)> before = [];
    private List<string> listed = [];
    private readonly HashSet<string> erased = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private Dictionary<string, string> creatorsByPseudonym = [];
    private HashSet<string> erasedCreators = [];

    private const string ErasedName = "~pseudonym:erased";

    /// <summary>How many events there are.</summary>
    public int Events { get; private set; }

    /// <summary>How often the service may change something by itself, a recall, while it is looked at.</summary>
    private const int MaxLooks = 20;

    /// <summary>Checks every stream of a database that no request is changing.</summary>
    public static async Task<Ledger> VerifyAsync(RegistryApplication app)
    {
        for (var look = 1; ; look++)
        {
            var state = await StateAsync(app);
            try
            {
                return await LookAsync(app);
            }
            catch (Xunit.Sdk.XunitException) when (look < MaxLooks)
            {
                if (await StateAsync(app) == state)
                    throw;
            }
        }
    }

    // An event that gets its place in the log, or loses its body, changes what is looked at as well as a new one.
    private static Task<string> StateAsync(RegistryApplication app) =>
        app.ScalarAsync<string>("SELECT format('%s %s %s', count(*), count(seq), count(body)) FROM consent.event");

    private static async Task<Ledger> LookAsync(RegistryApplication app)
    {
        var ledger = new Ledger
        {
            creatorsByPseudonym = (
                await app.QueryAsync<string>(
                    "SELECT name || ' ' || creator FROM consent.pseudonym WHERE name IS NOT NULL"
                )
            )
                .Select(line => line.Split(' '))
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal),
            erasedCreators = (
                await app.QueryAsync<string>("SELECT id FROM consent.creator WHERE erased_at IS NOT NULL")
            ).ToHashSet(StringComparer.Ordinal),
        };
        await using (
            var command = app.Database.CreateCommand(
                "SELECT creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, seq FROM consent.event "
                    + "ORDER BY creator, version, ordinal"
            )
        )
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                ledger.Read(
                    new(
                        reader.GetString(0),
                        reader.GetInt64(1),
                        reader.GetInt32(2),
                        reader.GetInt32(3),
                        reader.GetGuid(4),
                        reader.GetString(5),
                        reader.GetInt64(6),
                        reader.GetFieldValue<byte[]>(7),
                        reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8),
                        reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9),
                        reader.IsDBNull(10) ? null : reader.GetInt64(10)
                    )
                );
            }
        }
        await ledger.CompareAsync(app);
        return ledger;
    }

    private static readonly HashSet<string> AltersSettings =
    [
        "defaultChanged",
        "overrideChanged",
        "lockdownChanged",
        "holdChanged",
        "creatorErased",
    ];

    // Three events tell of one kind of record.
    private static string KindOf(string type) =>
        type is "grantGiven" or "grantRevoked" or "grantSpent" ? "grant" : type;

    private void Read(Row row)
    {
        Events++;
        var where = $"{row.Creator} {row.Version}.{row.Ordinal}";
        var end = streams.GetValueOrDefault(row.Creator) ?? new(0, 0, 0, 0, null, 0);
        var isFirst = row.Ordinal == 1;

        // Versions follow each other without a gap and are whole, and time rises from one to the next.
        Assert.True(end.Ordinal == end.Count || !isFirst, $"{where}: the version before is not whole");
        Assert.True(
            isFirst
                ? row.Version == end.Version + 1
                : row.Version == end.Version && row.Ordinal == end.Ordinal + 1 && row.Count == end.Count,
            $"{where} after {end}"
        );
        Assert.True(isFirst ? row.Tx > end.Tx : row.Tx == end.Tx, $"{where}: {row.Tx} after {end.Tx}");
        Assert.True(row.Ordinal <= row.Count, where);

        // The leaf says what the row says, and commits to the body.
        Assert.True(used.Add($"eid {row.EventId}"), $"{where}: used before");
        var settings = end.SettingsVersion + (isFirst && AltersSettings.Contains(row.Type) ? 1 : 0);
        var next = new StreamEnd(
            row.Version,
            row.Ordinal,
            row.Count,
            row.Tx,
            Base64Url.EncodeToString(SHA256.HashData(row.Leaf)),
            settings
        );
        events.TryAdd(row.Creator, []);
        if (row.Type == "creatorErased")
            ReadErasure(row, where, isFirst);
        events[row.Creator].Add((row.Seq, row.EventId, row.Body is null));
        if (row.Body is null || row.Salt is null)
        {
            // Only an erasure later in the stream can have taken it; it says so when it is read. The event may still
            // wait for the log.
            Assert.True(row.Body is null && row.Salt is null, $"{where}: half of it is missing");
            streams[row.Creator] = next;
            return;
        }
        Assert.Equal(32, row.Salt.Length);
        Assert.True(used.Add($"salt {Convert.ToHexString(row.Salt)}"), $"{where}: used before");
        var commitment = Base64Url.EncodeToString(HMACSHA256.HashData(row.Salt, row.Body));
        var covered = row.Type != "creatorErased" ? ("", "") : Covered(JsonNode.Parse(row.Leaf)!);
        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"commit":"{{commitment}}","eid":"{{row.EventId:D}}",{{covered.Item1}}"n":{{row.Ordinal}},"of":{{row.Count}},{{covered.Item2}}"tx":{{row.Tx}},"type":"{{row.Type}}","v":1,"ver":{{row.Version}}}"""
            ),
            Encoding.UTF8.GetString(row.Leaf)
        );
        var id = row.EventId.ToByteArray(bigEndian: true);
        Assert.Equal((7, 0b10), (id[6] >> 4, id[8] >> 6));
        Assert.Equal(
            row.Tx / 1_000,
            ((long)id[0] << 40 | (long)id[1] << 32 | (long)id[2] << 24 | (long)id[3] << 16 | (long)id[4] << 8 | id[5])
        );

        // The body is canonical and stands in its chain.
        var text = Encoding.UTF8.GetString(row.Body);
        var body = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(Canonical(body), text);
        Assert.Equal(["after", "before", "by", "key", "prev", "stream"], body.Select(member => member.Key));
        Assert.Equal(
            ["client", "onBehalfOf", "reason", "subject"],
            body["by"]!.AsObject().Select(member => member.Key)
        );
        Assert.Equal(row.Creator, (string)body["stream"]!);
        Assert.Equal(end.Head, (string?)body["prev"]);

        // What it was before is what the events before said, and it is something else now.
        var place = $"{row.Creator} {KindOf(row.Type)} {body["key"]!.ToJsonString()}";
        var standing = row.Type != "creatorErased" && _records.TryGetValue(place, out var known) ? known.Record : null;
        Assert.True(
            IsSame(row.Creator, standing, body["before"]),
            $"{where}: {standing?.ToJsonString()} stood, but the event says {body["before"]?.ToJsonString()}"
        );
        Assert.False(JsonNode.DeepEquals(body["before"], body["after"]), $"{where}: an event without a change: {text}");
        if (row.Creator.StartsWith("$requester/", StringComparison.Ordinal))
            Assert.All(
                NamesIn(body["before"]).Concat(NamesIn(body["after"])),
                name => Assert.StartsWith("~pseudonym:", name, StringComparison.Ordinal)
            );
        if (body["after"] is { } after)
            _records[place] = (KindOf(row.Type), after.DeepClone());
        else
            _records.Remove(place);
        if (body["after"]?["version"] is { } stamped)
            Assert.Equal((row.Version, TimeOf(row.Tx)), ((long)stamped, (string)body["after"]!["changedAt"]!));
        if (body["after"]?["segments"] is JsonArray segments)
            Assert.Contains(
                segments.Select(s => (long)s!["version"]!).Append(row.Version),
                version => version == row.Version
            );

        streams[row.Creator] = next;
    }

    // A record of a requester's stream is the same whoever was erased meanwhile.
    private bool IsSame(string stream, JsonNode? one, JsonNode? other) =>
        stream.StartsWith("$requester/", StringComparison.Ordinal)
            ? JsonNode.DeepEquals(Revealed(one), Revealed(other))
            : JsonNode.DeepEquals(one, other);

    // Names of creators as ids again; of whoever was erased the same name everywhere. What was said to a recall is
    // compared apart.
    private JsonNode? Revealed(JsonNode? node, string? member = null) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members
                    .Where(each => each.Key != "statement")
                    .Select(each => KeyValuePair.Create(each.Key, Revealed(each.Value, each.Key)))
            ),
            JsonArray items => new JsonArray([.. items.Select(item => Revealed(item))]),
            JsonValue value when member is "creatorId" or "creator" => Revealed((string)value!) is var name
            && member == "creator"
            && name == ErasedName
                ? null
                : name,
            _ => node?.DeepClone(),
        };

    private string Revealed(string name)
    {
        var creator = creatorsByPseudonym.GetValueOrDefault(name, name);
        return erasedCreators.Contains(creator) || creator.StartsWith("~pseudonym:", StringComparison.Ordinal)
            ? ErasedName
            : creator;
    }

    private static IEnumerable<string> NamesIn(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(each =>
                each is { Key: "creatorId" or "creator", Value: JsonValue name } ? [(string)name!] : NamesIn(each.Value)
            ),
            JsonArray items => items.SelectMany(NamesIn),
            _ => [],
        };

    // Nothing is left of what the creator's events said, and the erasure's leaves list each of them once.
    private void ReadErasure(Row row, string where, bool isFirst)
    {
        foreach (
            var gone in _records
                .Keys.Where(record => record.StartsWith($"{row.Creator} ", StringComparison.Ordinal))
                .ToList()
        )
            _records.Remove(gone);
        erased.Add(row.Creator);
        if (isFirst)
            (before, listed) = ([.. events[row.Creator]], []);
        var leaf = JsonNode.Parse(row.Leaf)!;
        foreach (var range in leaf["ranges"]!.AsArray())
        {
            for (var seq = (long)range![0]!; seq <= (long)range[1]!; seq++)
                listed.Add($"{before.Single(e => e.Seq == seq).Id}");
        }
        listed.AddRange(leaf["eids"]!.AsArray().Select(id => (string)id!));
        if (row.Ordinal < row.Count)
            return;
        Assert.Equal(before.Select(e => $"{e.Id}").Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.True(
            row.Seq is null || before.TrueForAll(e => e.IsCleared),
            $"{where}: the log has it, and not all bodies are gone"
        );
    }

    private static (string Ids, string Ranges) Covered(JsonNode leaf) =>
        ($"\"eids\":{leaf["eids"]!.ToJsonString()},", $"\"ranges\":{leaf["ranges"]!.ToJsonString()},");

    private async Task CompareAsync(RegistryApplication app)
    {
        Assert.All(streams, stream => Assert.Equal(stream.Value.Count, stream.Value.Ordinal));
        Assert.All(
            events,
            stream =>
                Assert.True(
                    stream.Value.TrueForAll(e => !e.IsCleared) || erased.Contains(stream.Key),
                    $"{stream.Key}: a body is missing without an erasure"
                )
        );
        await CompareAsync(
            app,
            streams.Select(stream =>
                $"{stream.Key} {stream.Value.Version} {stream.Value.SettingsVersion} {stream.Value.Head} "
                + $"{stream.Value.Tx}"
            ),
            """
            SELECT id || ' ' || version || ' ' || settings_version || ' ' || rtrim(translate(encode(head, 'base64'),
                '+/', '-_'), '=')
                || ' ' || (extract(epoch FROM changed_at) * 1000000)::bigint FROM consent.creator
            """
        );
        await CompareAsync(
            app,
            RecordsOf("defaultChanged", record => record["segments"]!),
            "SELECT creator || ' defaultChanged ' || json_build_object('purpose', purpose, 'requester', "
                + "nullif(requester, ''))::text || ' ' || segments::text FROM consent.creator_default"
        );
        await CompareAsync(
            app,
            RecordsOf("overrideChanged", record => record),
            $"""
            SELECT creator || ' overrideChanged ' || json_build_object('purpose', purpose, 'requester',
                nullif(requester, ''), 'video', json_build_object('creatorId', owner, 'videoId', video))::text || ' '
                || json_build_object('effect', effect, 'conditions', conditions, 'expiresAt', to_char(expires_at AT TIME ZONE 'UTC', {Time}), 'vocabularyVersion', vocabulary_version,
                    'version', version, 'changedAt', to_char(changed_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.video_override
            """
        );
        await CompareAsync(
            app,
            RecordsOf("creatorErased", record => new JsonObject { ["erasedAt"] = (string)record["erasedAt"]! }),
            $$"""SELECT id || ' creatorErased {} ' || json_build_object('erasedAt', to_char(erased_at AT TIME ZONE 'UTC', {{Time}}))::text FROM consent.creator WHERE erased_at IS NOT NULL"""
        );
        foreach (var stop in new[] { "lockdown", "hold" })
        {
            await CompareAsync(
                app,
                RecordsOf($"{stop}Changed", record => record),
                $$"""
                SELECT id || ' {{stop}}Changed {} ' || json_build_object('purposes', {{stop}}_purposes, 'version',
                    {{stop}}_version, 'changedAt', to_char({{stop}}_at AT TIME ZONE 'UTC', {{Time}}))::text
                FROM consent.creator WHERE {{stop}}_version IS NOT NULL
                """
            );
        }
        await CompareAsync(
            app,
            RecordsOf("videoRegistered", record => record),
            $"""
            SELECT owner || ' videoRegistered ' || json_build_object('creatorId', owner, 'videoId',
                video)::text || ' ' || (jsonb_build_object(
                'publishedAt', to_char(published_at AT TIME ZONE 'UTC', {Time}),
                'participants', (SELECT coalesce(json_agg(json_build_object('creatorId', p.id, 'role', p.role)
                    ORDER BY p.id COLLATE "C", p.role), '[]')
                    FROM (SELECT unnest(co_creators) AS id, 'coCreator' AS role UNION ALL
                        SELECT unnest(depicted), 'depicted') AS p),
                'derivedFrom', (SELECT coalesce(json_agg(json_build_object('creatorId', s.o, 'videoId', s.v)
                    ORDER BY s.n), '[]')
                    FROM unnest(source_owners, source_videos) WITH ORDINALITY AS s(o, v, n)))
                || CASE WHEN cardinality(identifiers) > 0 THEN jsonb_build_object('identifiers',
                    (SELECT jsonb_agg(jsonb_build_object('scheme', split_part(i.name, ':', 1),
                        'value', substr(i.name, strpos(i.name, ':') + 1),
                        'listed', (listed_identifiers >> (i.n::int - 1)) & 1 = 1) ORDER BY i.n)
                        FROM unnest(identifiers) WITH ORDINALITY AS i(name, n))) ELSE jsonb_build_object() END)::text
            FROM consent.video
            """
        );
        await CompareAsync(
            app,
            RecordsOf("grant", record => record),
            $"""
            SELECT creator || ' grant ' || json_build_object('grant', id)::text || ' ' || json_build_object(
                'request', request, 'video', json_build_object('creatorId', owner, 'videoId', video), 'usedIn', json_build_object('creatorId', used_owner, 'videoId', used_video),
                'requester', requester, 'purpose', purpose, 'conditions', conditions, 'vocabularyVersion', vocabulary_version,
                'expiresAt', to_char(expires_at AT TIME ZONE 'UTC', {Time}), 'uses', uses, 'state', state,
                'version', version, 'changedAt', to_char(changed_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.consent_grant
            """
        );
        Assert.Equal(
            0L,
            await app.ScalarAsync<long>(
                "SELECT count(*) FROM consent.consent_grant WHERE (state = 'spent') <> (uses IS NOT NULL "
                    + "AND used = uses) AND state <> 'revoked'"
            )
        );
        await CompareAsync(
            app,
            RecordsOf("useRecorded", record => Revealed(record)!),
            $"""
            SELECT '$requester/' || u.requester || ' useRecorded ' || json_build_object('use',
                u.id)::text || ' ' || json_build_object(
                'requester', u.requester, 'purpose', u.purpose,
                'made', CASE WHEN u.made_video IS NOT NULL THEN json_build_object('video', json_build_object('creatorId', u.made_owner, 'videoId', u.made_video), 'trainingRun', null)
                    WHEN u.training_run IS NOT NULL THEN json_build_object('video', null, 'trainingRun', u.training_run) END,
                'videos', (SELECT json_agg(json_build_object('video', json_build_object('creatorId', v.owner, 'videoId',
                    v.video), 'reason', v.reason, 'spent', v.spent,
                        'reliedOn', CASE WHEN v.decided_at IS NOT NULL THEN json_build_object('decidedAt', to_char(v.decided_at AT TIME ZONE 'UTC', {Time}), 'receipt', v.receipt) END) ORDER BY v.place)
                    FROM consent.used_video v WHERE v.usage = u.id),
                'usedAt', to_char(u.used_at AT TIME ZONE 'UTC', {Time}), 'version', u.version, 'changedAt', to_char(u.recorded_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.usage u
            """,
            record => Revealed(record)
        );
        // Each use of a counted grant is spent by one recorded use.
        Assert.Equal(
            0L,
            await app.ScalarAsync<long>(
                """
                SELECT count(*) FROM consent.consent_grant g
                WHERE g.used <> (SELECT count(*) FROM consent.used_video v WHERE g.id = ANY(v.spent)
                    AND v.status = 'consented')
                """
            )
        );
        await CompareAsync(
            app,
            RecordsOf("recallChanged", record => Revealed(record)!),
            $"""
            SELECT '$requester/' || requester || ' recallChanged ' || json_build_object('recall',
                id)::text || ' ' || json_build_object(
                'requester', requester, 'video', json_build_object('creatorId', owner, 'videoId', video), 'purpose', purpose, 'creator', creator, 'reason', reason,
                'stopBy', to_char(stop_by AT TIME ZONE 'UTC', {Time}), 'state', state,
                'version', version, 'changedAt', to_char(changed_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.recall
            """,
            record => Revealed(record)
        );
        // What was said is what the event has the digest of.
        foreach (
            var line in await app.QueryAsync<string>(
                "SELECT '$requester/' || requester || ' recallChanged {\"recall\":\"' || id || '\"}|' || "
                    + "encode(statement_key, 'hex') || '|' || statement FROM consent.recall WHERE statement IS NOT NULL"
            )
        )
        {
            var said = line.Split('|', 3);
            var digest = Base64Url.EncodeToString(
                HMACSHA256.HashData(Convert.FromHexString(said[1]), Encoding.UTF8.GetBytes(said[2]))
            );
            Assert.Equal(digest, (string)_records[said[0]].Record["statement"]!["hmac"]!);
        }
        await CompareAsync(
            app,
            RecordsOf("approvalChanged", record => record),
            $"""
            SELECT p.creator || ' approvalChanged ' || json_build_object('request',
                r.id)::text || ' ' || json_build_object(
                'requester', r.requester, 'usedIn', json_build_object('creatorId', r.owner, 'videoId', r.video), 'purpose', r.purpose, 'use', r.use,
                'until', to_char(r.until AT TIME ZONE 'UTC', {Time}), 'uses', r.uses,
                'videos', (SELECT json_agg(json_build_object('creatorId', v.o, 'videoId', v.v) ORDER BY v.n)
                    FROM unnest(p.owners, p.videos) WITH ORDINALITY AS v(o, v, n)),
                'expiresAt', to_char(r.expires_at AT TIME ZONE 'UTC', {Time}), 'state', p.state, 'reason', p.reason,
                'version', p.version, 'changedAt', to_char(p.changed_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.approval_part p JOIN consent.approval_request r ON r.id = p.request
            """
        );
        await CompareAsync(
            app,
            RecordsOf("askingChanged", record => record),
            $"""
            SELECT creator || ' askingChanged ' || json_build_object('requester', requester)::text || ' '
                || json_build_object('blocked', true, 'version', version, 'changedAt', to_char(changed_at AT TIME ZONE 'UTC', {Time}))::text
            FROM consent.asking_block
            """
        );
        await CompareAsync(
            app,
            RecordsOf("purposeRegistered", record => record),
            """
            SELECT '$vocabulary purposeRegistered ' || json_build_object('purpose',
                purpose)::text || ' ' || json_build_object(
                'purpose', purpose, 'parent', nullif(regexp_replace(purpose, '\.?[^.]*$', ''), ''), 'usesLikeness', uses_likeness, 'description', description, 'introducedIn', introduced_in)::text
            FROM consent.purpose
            """
        );
    }

    private IEnumerable<string> RecordsOf(string type, Func<JsonNode, JsonNode> part) =>
        _records
            .Where(record => record.Value.Type == type)
            .Select(record => $"{record.Key} {Canonical(part(record.Value.Record))}");

    // Both as sorted lines of canonical JSON, so that a difference is read at once.
    private static async Task CompareAsync(
        RegistryApplication app,
        IEnumerable<string> said,
        string sql,
        Func<JsonNode?, JsonNode?>? part = null
    ) =>
        Assert.Equal(
            said.Select(line => Normal(line, part: null)).Order(StringComparer.Ordinal),
            (await app.QueryAsync<string>(sql)).Select(line => Normal(line, part)).Order(StringComparer.Ordinal)
        );

    private static string Normal(string line, Func<JsonNode?, JsonNode?>? part)
    {
        var parts = line.Split(' ', 3);
        if (parts.Length < 3 || !parts[2].StartsWith('{'))
            return line;
        var bytes = Encoding.UTF8.GetBytes(parts[2]);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        reader.Read();
        reader.Skip();
        var end = (int)reader.BytesConsumed;
        return $"{parts[0]} {parts[1]} {Canonical(JsonNode.Parse(bytes.AsSpan(0, end)))} "
            + $"{Canonical(Part(JsonNode.Parse(bytes.AsSpan(end))))}";

        JsonNode? Part(JsonNode? record) => part is null ? record : part(record);
    }

    // RFC 8785, as far as the events need it: sorted keys, whole numbers, and no escapes but those that JSON demands.
    private static string Canonical(JsonNode? node) =>
        node switch
        {
            null => "null",
            JsonObject members =>
                $"{{{string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{Quoted(m.Key)}:{Canonical(m.Value)}"))}}}",
            JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
            JsonValue value when value.GetValueKind() == JsonValueKind.String => Quoted((string)value!),
            _ => node.ToJsonString(),
        };

    private static string Quoted(string text) =>
        $"\"{string.Concat(text.Select(c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    }))}\"";

    private static string TimeOf(long microseconds) =>
        DateTime
            .UnixEpoch.AddTicks(microseconds * 10)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private sealed record Row(
        string Creator,
        long Version,
        int Ordinal,
        int Count,
        Guid EventId,
        string Type,
        long Tx,
        byte[] Leaf,
        byte[]? Body,
        byte[]? Salt,
        long? Seq
    );

    private sealed record StreamEnd(long Version, int Ordinal, int Count, long Tx, string? Head, long SettingsVersion);
}
