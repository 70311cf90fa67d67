using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Of all videos about which a creator has said something or which they own, those after one and up to another, by
/// owner and then by id.
/// </summary>
internal readonly record struct VideoRange((string Owner, string Video) After, (string Owner, string Video) Last)
{
    /// <summary>Before the first video.</summary>
    public static readonly (string Owner, string Video) Beginning = ("", "");

    /// <summary>Behind the last video: no id has a character like this.</summary>
    public static readonly (string Owner, string Video) End = ("\u007f", "");
}

/// <summary>
/// What the database holds of one creator, from one snapshot: their stream, settings, stops, and the videos that they
/// own.
/// </summary>
internal sealed class CreatorRecords(CreatorId creator)
{
    public CreatorId Creator { get; } = creator;

    /// <summary>The version of the stream; 0 if there is none.</summary>
    public long Version { get; set; }

    public List<(DefaultKey Key, DefaultSetting Setting)> Defaults { get; } = [];

    public List<(OverrideKey Key, OverrideSetting Setting)> Overrides { get; } = [];

    public List<(VideoKey Video, VideoRecord Record)> Videos { get; } = [];

    /// <summary>What is left of what the videos of an erased creator carried.</summary>
    public List<ErasedIdentifiers> ErasedIdentifiers { get; } = [];

    private List<StoredGrant> Grants { get; } = [];

    private bool IsErased => ErasedAt is not null;

    private Instant? ErasedAt { get; set; }

    private byte[]? Head { get; set; }

    private StreamSeal? Seal { get; set; }

    /// <summary>Whether the stream has a seal of one of the keys, right or not.</summary>
    public bool HasSealOf(IntegrityKeys keys) => Seal is { } seal && keys.Has(seal.Kid);

    /// <summary>Whether all of it is what the seal of the stream says.</summary>
    public bool IsSealed { get; set; }

    /// <summary>Whether a row of theirs cannot be read: no seal says what it holds.</summary>
    public bool IsUnreadable { get; private set; }

    private Stop? Hold { get; set; }

    private Stop? Lockdown { get; set; }

    /// <summary>Finds out whether all of it is what the seal of the stream says.</summary>
    public CreatorRecords Verify(IntegrityKeys keys)
    {
        // Who was never heard of has no seal, and nothing else.
        IsSealed =
            Version == 0
                ? !IsUnreadable
                    && Defaults.Count + Overrides.Count + Videos.Count + Grants.Count + ErasedIdentifiers.Count == 0
                : Open(keys) is { } opened && SumOfVideos(opened.Key) + SumOfOthers(opened.Key) == opened.Sum;
        return this;
    }

    /// <summary>The stream as it was sealed; null if the seal is not of its row.</summary>
    public SealedStream? Open(IntegrityKeys keys) => IsUnreadable ? null : SealedStream.Open(keys, Row, Seal);

    /// <summary>The row of the stream.</summary>
    public StreamRowContent Row => new(Creator.Value, Version, Head, ErasedAt, Hold, Lockdown);

    /// <summary>The sum of the codes of what is about videos.</summary>
    public Sum256 SumOfVideos(SealKey key)
    {
        var (codes, name, sum) = (key.Codes(), System.Text.Encoding.UTF8.GetBytes(Creator.Value), default(Sum256));
        foreach (var (setting, value) in Overrides)
            sum += codes.Of(name, setting, value);
        foreach (var (video, record) in Videos)
            sum += codes.Of(video, record);
        foreach (var stored in Grants)
            sum += codes.Of(name, stored.Id, stored.Grant);
        return sum;
    }

    /// <summary>The sum of the codes of everything else.</summary>
    public Sum256 SumOfOthers(SealKey key)
    {
        var (codes, name, sum) = (key.Codes(), System.Text.Encoding.UTF8.GetBytes(Creator.Value), default(Sum256));
        foreach (var (setting, value) in Defaults)
            sum += codes.Of(name, setting, value);
        foreach (var (kid, hashes) in ErasedIdentifiers)
            sum = hashes.Aggregate(sum, (all, hash) => all + codes.Of(name, kid, hash));
        return sum;
    }

    /// <summary>Puts everything in place of what memory knows of the creator.</summary>
    public void PutInto(FactEditor editor)
    {
        editor.Forget(Creator);
        if (IsErased)
            editor.Erase(Creator);
        foreach (var erased in ErasedIdentifiers)
            editor.PutErased(erased);
        editor.Reach(Creator, Version);
        foreach (var (video, record) in Videos)
            editor.PutVideo(video, record);
        foreach (var (key, setting) in Defaults)
            editor.PutDefault(Creator, key, setting);
        foreach (var (key, setting) in Overrides)
            editor.PutOverride(Creator, key, setting);
        foreach (var stored in Grants)
            editor.PutGrant(Creator, stored.Id, stored.Grant);
        if (Hold is not null)
            editor.PutStop(Creator, StopKind.Hold, Hold);
        if (Lockdown is not null)
            editor.PutStop(Creator, StopKind.Lockdown, Lockdown);
    }

    /// <summary>The names in memory of everything that the creator has said, and of the videos that they own.</summary>
    public IEnumerable<FactKey> Places(KeyHasher hasher) =>
        Videos
            .Select(video => hasher.Of(video.Video))
            .Concat(
                Overrides
                    .Select(setting => setting.Key.Video)
                    .Concat(Grants.Select(grant => grant.Grant.Video))
                    .Select(video => hasher.Of(Creator, video))
            )
            .Distinct();

    /// <summary>What the videos that they own carry.</summary>
    public IEnumerable<IdentifierChange> Carried(KeyHasher hasher) =>
        Videos.SelectMany(video =>
            video.Record.Identifiers.Select(one => new IdentifierChange(
                hasher.Of(one.Identifier),
                video.Video,
                Carries: true
            ))
        );

    /// <summary>
    /// Adds the statements that read creators to a batch; <see cref="ReadAsync"/> takes their results.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="creators">The creators.</param>
    /// <param name="range">The videos that are read; null for all.</param>
    public static void AddTo(NpgsqlBatch batch, string[] creators, VideoRange? range = null)
    {
        foreach (var (sql, isAboutVideos) in Statements)
        {
            var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = creators } } };
            if (isAboutVideos && range is { } part)
            {
                command.CommandText += " AND (owner, video) > ($2, $3) AND (owner, video) <= ($4, $5)";
                foreach (var bound in new[] { part.After.Owner, part.After.Video, part.Last.Owner, part.Last.Video })
                    command.Parameters.Add(new() { Value = bound });
            }
            batch.BatchCommands.Add(command);
        }
    }

    /// <summary>Reads the results of those statements.</summary>
    /// <param name="reader">The reader, at the result before theirs, or at their first.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="isFirst">Whether the reader is at their first.</param>
    public static async Task<IReadOnlyList<CreatorRecords>> ReadAsync(
        NpgsqlDataReader reader,
        CancellationToken cancellation,
        bool isFirst = false
    )
    {
        var all = new Dictionary<string, CreatorRecords>(StringComparer.Ordinal);
        if (!isFirst)
            await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetString(0);
            // Nobody can ask about a creator of such an id.
            if (!CreatorId.TryParse(id, out var creator))
                continue;
            var one = new CreatorRecords(creator);
            all.Add(id, one);
            // A creator who has no row was never heard of.
            if (reader.IsDBNull(1))
                continue;
            one.Version = reader.GetInt64(1);
            one.ErasedAt = reader.IsDBNull(2) ? null : Instant.From(reader.GetDateTime(2));
            one.Head = reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9);
            one.Seal = StreamSeal.Read(reader, 10);
            (one.Hold, one.Lockdown) = (StopColumns.Read(reader, 3), StopColumns.Read(reader, 6));
        }
        foreach (
            var add in new Action<NpgsqlDataReader, CreatorRecords>[]
            {
                AddDefault,
                AddOverride,
                AddVideo,
                AddGrant,
                AddErasedIdentifier,
            }
        )
        {
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                if (!all.TryGetValue(reader.GetString(0), out var owner))
                    continue;
                try
                {
                    add(reader, owner);
                }
                catch (Exception e) when (UnreadableRow.Means(e))
                {
                    owner.IsUnreadable = true;
                }
            }
        }
        return [.. all.Values];
    }

    private static void AddDefault(NpgsqlDataReader reader, CreatorRecords owner) =>
        owner.Defaults.Add(
            (
                new(Purpose.Parse(reader.GetString(1)), SettingsStore.Named(reader.GetString(2))),
                SegmentsJson.Read(reader.GetString(3))
            )
        );

    private static void AddOverride(NpgsqlDataReader reader, CreatorRecords owner) =>
        owner.Overrides.Add((OverrideColumnsOf.Key(reader, 1), OverrideColumnsOf.Setting(reader, 5)));

    private static void AddVideo(NpgsqlDataReader reader, CreatorRecords owner) =>
        owner.Videos.Add((new(owner.Creator, VideoId.Parse(reader.GetString(1))), VideoStore.ReadRecord(reader)));

    private static void AddGrant(NpgsqlDataReader reader, CreatorRecords owner) =>
        owner.Grants.Add(GrantColumns.Read(reader, 1));

    private static void AddErasedIdentifier(NpgsqlDataReader reader, CreatorRecords owner) =>
        owner.ErasedIdentifiers.Add(new(reader.GetString(1), [IdentifierHash.From(reader.GetFieldValue<byte[]>(2))]));

    // In the order in which the rows are read.
    private static readonly IReadOnlyList<(string Sql, bool IsAboutVideos)> Statements =
    [
        (
            """
            SELECT wanted.id, c.version, c.erased_at, c.hold_purposes, c.hold_version, c.hold_at,
                c.lockdown_purposes, c.lockdown_version, c.lockdown_at, c.head, c.seal_kid, c.seal
            FROM unnest($1) AS wanted(id) LEFT JOIN consent.creator c ON c.id = wanted.id
            """,
            false
        ),
        ("SELECT creator, purpose, requester, segments FROM consent.creator_default WHERE creator = ANY($1)", false),
        (
            $"SELECT o.creator, {SettingsStore.OverrideColumns} FROM consent.video_override o WHERE o.creator = ANY($1)",
            true
        ),
        (
            """
            SELECT owner, video, published_at, co_creators, depicted, source_owners, source_videos, identifiers,
                listed_identifiers
            FROM consent.video WHERE owner = ANY($1)
            """,
            true
        ),
        (
            $"SELECT creator, {GrantColumns.All} FROM consent.consent_grant WHERE creator = ANY($1) "
                + "AND state = 'standing'",
            true
        ),
        ("SELECT creator, kid, hash FROM consent.erased_identifier WHERE creator = ANY($1)", false),
    ];
}
