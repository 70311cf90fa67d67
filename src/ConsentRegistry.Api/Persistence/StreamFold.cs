using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What the log says of one creator: their events, folded into the records that stand. Each event has to be as a node
/// wrote it, and to name the one before it.
/// </summary>
/// <param name="creator">The creator.</param>
internal sealed class StreamFold(CreatorId creator)
{
    private readonly StreamId stream = StreamId.OfCreator(creator);
    private readonly Fold fold = new();
    private readonly Dictionary<VideoKey, long> videoVersions = [];
    private readonly List<ErasedIdentifiers> erased = [];
    private readonly Dictionary<Guid, ApprovalRecord> approvals = [];
    private readonly Dictionary<Requester, Stamp> blocks = [];

    // What the newest event of each record left.
    private readonly Dictionary<string, JsonObject?> standing = new(StringComparer.Ordinal);
    private StoredEvent? last;
    private Instant? erasedAt;
    private bool lacksBody;
    private long countedIn;

    /// <summary>
    /// Whether the events are one chain without a gap, each begins where the last left its record, and only an erasure took
    /// bodies.
    /// </summary>
    public bool IsWhole => Broken is null && (!lacksBody || erasedAt is not null) && last?.Ordinal == last?.Count;

    /// <summary>The first event that is not as a node wrote it, or does not go on from those before it.</summary>
    public StoredEvent? Broken { get; private set; }

    /// <summary>The newest event; null if there is none.</summary>
    public StoredEvent? Last => last;

    /// <summary>How many versions altered settings or stops.</summary>
    public long SettingsVersion { get; private set; }

    /// <summary>The row of the stream.</summary>
    public StreamRowContent Row =>
        new(
            stream.Name,
            last?.Version ?? 0,
            last is null ? null : SHA256.HashData(last.Leaf),
            erasedAt,
            State.Hold,
            State.Lockdown
        );

    /// <summary>When the newest version was made.</summary>
    public Instant? ChangedAt => last?.Tx;

    /// <summary>The defaults that stand.</summary>
    public IReadOnlyList<(DefaultKey Key, DefaultSetting Setting)> Defaults =>
        [.. fold.DefaultsOf(creator).Select(one => (one.Key, one.Value))];

    /// <summary>The overrides that stand.</summary>
    public IReadOnlyList<(OverrideKey Key, OverrideSetting Setting)> Overrides =>
        [.. fold.OverridesOf(creator).Select(one => (one.Key, one.Value))];

    /// <summary>The videos that are registered, each with the version that last altered it.</summary>
    public IReadOnlyList<(VideoKey Video, VideoRecord Record, long Version)> Videos =>
        [.. fold.VideosOf(creator).Select(one => (one.Key, one.Value, videoVersions[one.Key]))];

    /// <summary>All grants, whatever became of them.</summary>
    public IReadOnlyList<(Guid Id, GrantRecord Grant)> Grants =>
        [.. fold.GrantsOf(creator).Select(one => (one.Key, one.Value))];

    /// <summary>What the creator was asked, and what became of it.</summary>
    public IReadOnlyCollection<KeyValuePair<Guid, ApprovalRecord>> Approvals => approvals;

    /// <summary>Whom the creator keeps from asking.</summary>
    public IReadOnlyCollection<KeyValuePair<Requester, Stamp>> Blocks => blocks;

    /// <summary>What an erasure kept of identifiers.</summary>
    public IReadOnlyList<ErasedIdentifiers> ErasedIdentifiers => erased;

    private Domain.Decisions.CreatorState State => fold.StateOf(creator);

    /// <summary>Takes the next event.</summary>
    /// <param name="stored">The event.</param>
    /// <param name="keys">What its mark is verified by.</param>
    public void Take(StoredEvent stored, IntegrityKeys keys)
    {
        var isNext = keys.IsAuthentic(stored) && stored.Stream == stream && StreamReading.IsNext(last, stored);
        var body = isNext ? ReadBody(stored) : null;
        if (!isNext || (body is null && stored.Body is not null))
            Broken ??= stored;
        if (EventType.AltersSettings(stored.Type) && stored.Version != countedIn)
            (SettingsVersion, countedIn) = (SettingsVersion + 1, stored.Version);
        last = stored;
        if (stored.Body is null)
            lacksBody = true;
        else if (body is not null)
            Apply(stored, body.Change);
    }

    /// <summary>The sum of the codes of all records that stand.</summary>
    public Sum256 SumOf(SealKey key)
    {
        var (codes, name, sum) = (key.Codes(), System.Text.Encoding.UTF8.GetBytes(stream.Name), default(Sum256));
        foreach (var (place, setting) in Defaults)
            sum += codes.Of(name, place, setting);
        foreach (var (place, setting) in Overrides)
            sum += codes.Of(name, place, setting);
        foreach (var (video, record, _) in Videos)
            sum += codes.Of(video, record);
        foreach (var (id, grant) in Grants)
            sum += codes.Of(name, id, grant);
        foreach (var (kid, hashes) in erased)
            sum = hashes.Aggregate(sum, (all, hash) => all + codes.Of(name, kid, hash));
        return sum;
    }

    private EventBody? ReadBody(StoredEvent stored)
    {
        if (stored.Body is null || !EventBody.TryParse(stored.Type, stored.Body, out var body))
            return null;
        var previous = last is null ? null : SHA256.HashData(last.Leaf);
        return body.Stream == stream && (body.Previous ?? []).AsSpan().SequenceEqual(previous) ? body : null;
    }

    private void Apply(StoredEvent stored, RecordChange written)
    {
        // A change that began with a record which no event left was made on rows that somebody had altered.
        var record = $"{written.Type} {written.Key.ToJsonString()}";
        if (written.Type is EventType.GrantGiven or EventType.GrantRevoked or EventType.GrantSpent)
            record = written.Key.ToJsonString();
        if (!lacksBody && !JsonNode.DeepEquals(written.Before, standing.GetValueOrDefault(record)))
            Broken ??= stored;
        standing[record] = written.After;
        var change = RecordedChange.Read(written);
        fold.Apply(stream, stored.Version, change);
        if (change is RecordedChange.OfVideo video)
            videoVersions[video.Video] = stored.Version;
        if (change is RecordedChange.OfApproval approval)
            approvals[approval.Request] = approval.After;
        if (change is RecordedChange.OfAsking { After: { } block } blocked)
            blocks[blocked.Requester] = block;
        else if (change is RecordedChange.OfAsking allowed)
            blocks.Remove(allowed.Requester);
        if (change is not RecordedChange.OfErasure erasure)
            return;
        approvals.Clear();
        blocks.Clear();
        erasedAt ??= erasure.At;
        standing.Clear();
        if (erasure.Identifiers is not null)
            erased.Add(erasure.Identifiers);
    }
}
