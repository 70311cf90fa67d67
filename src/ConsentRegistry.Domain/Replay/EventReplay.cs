using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Replay;

/// <summary>
/// Judges each event of a log by <see cref="ReplayRules"/>, against the state before it. Events are given in the order
/// of the log, and the events of a version together. It keeps about 100 bytes of each record, and some more of a
/// grant or a request.
/// </summary>
/// <param name="hasWholeLog">
/// Whether all streams are given. With one stream alone, what other streams say of it is not judged: which purposes
/// there are.
/// </param>
public sealed class EventReplay(bool hasWholeLog)
{
    private readonly Dictionary<Digest, Digest> records = [];
    private readonly Dictionary<Guid, KnownGrant> grants = [];
    private readonly Dictionary<StreamId, HashSet<Guid>> standing = [];
    private readonly Dictionary<Guid, List<Spending>> unknownGrants = [];
    private readonly Dictionary<Guid, (long Seq, Instant At)> spentEarly = [];
    private readonly Dictionary<Guid, (long Seq, Instant At)> notSpent = [];
    private readonly Dictionary<Guid, Digest> requests = [];
    private readonly HashSet<(Requester Requester, VideoId Video)> uncounted = [];
    private readonly Dictionary<(Requester Requester, VideoId Video), long> ungranted = [];
    private readonly Vocabulary vocabulary = new();
    private readonly Dictionary<Guid, ApprovedPart> approved = [];
    private readonly List<SettingKey> denies = [];
    private long erasedGrants;
    private Instant latest = Instant.Beginning;

    /// <summary>Notes an event whose body is gone.</summary>
    public void TakeErased(Leaf leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        if (leaf.Type == EventType.GrantGiven)
            erasedGrants++;
        Reach(leaf.Tx);
    }

    /// <summary>Judges the next event; null if it obeys all rules, as far as can be said yet.</summary>
    /// <param name="seq">Its place in the log.</param>
    /// <param name="leaf">Its leaf.</param>
    /// <param name="body">Its body.</param>
    /// <param name="change">The record that it alters.</param>
    public Violation? Take(long seq, Leaf leaf, EventBody body, RecordedChange change)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(change);
        Reach(leaf.Tx);
        if (leaf.Ordinal == 1)
        {
            approved.Clear();
            denies.Clear();
        }
        var place = new EventPlace(body.Stream, new(leaf.Version, leaf.Tx), body.By.Reason);
        return Follow(body, change)
            ?? Judge(seq, change, place)
            ?? (leaf.Ordinal == leaf.Count ? EndVersion(place) : null);
    }

    /// <summary>What turned out to be wrong after the last event, and with which entry; null if nothing did.</summary>
    public (long Seq, Violation Violation)? Finish()
    {
        var found = new List<(long Seq, Violation Violation)>();
        if (hasWholeLog)
        {
            found.AddRange(vocabulary.Missing());
            // Each of them may be one of those whose bodies are gone, as long as there are as many.
            if (unknownGrants.Count > erasedGrants)
                found.Add(
                    (
                        unknownGrants.Values.Min(each => each[0].Seq),
                        UseRules.Known.Broken("A grant that the use spends was never given.")
                    )
                );
            if (erasedGrants == 0 && ungranted.Count > 0)
                found.Add(
                    (
                        ungranted.Values.Min(),
                        UseRules.Granted.Broken("No grant was given that could have allowed the use.")
                    )
                );
            // A use and what it does to a grant are of one moment, but of two streams.
            found.AddRange(
                Late(spentEarly)
                    .Select(seq => (seq, GrantRules.Spent.Broken("Not all uses of the grant were recorded.")))
            );
            found.AddRange(
                Late(notSpent)
                    .Select(seq => (seq, GrantRules.Unspent.Broken("The last use of a grant does not end it.")))
            );
        }
        return found.Count == 0 ? null : found.MinBy(each => each.Seq);
    }

    private IEnumerable<long> Late(Dictionary<Guid, (long Seq, Instant At)> waiting) =>
        waiting.Values.Where(one => one.At.Plus(ReplayRules.Tolerance) < latest).Select(one => one.Seq);

    private void Reach(Instant at) => latest = at > latest ? at : latest;

    // Each record is what the event before left of it.
    private Violation? Follow(EventBody body, RecordedChange change)
    {
        if (change is RecordedChange.OfErasure)
            return null;
        var (before, after) = change is RecordedChange.OfRecall recall
            ? (
                recall.Before is { } old ? Kept(recall.Recall, old) : null,
                (JsonObject?)Kept(recall.Recall, recall.After)
            )
            : (body.Change.Before, body.Change.After);
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(
            records,
            Digest.Compute(ScopeOf(body.Stream, change), KindOf(change), CanonicalJson.Encode(body.Change.Key)),
            out _
        );
        if (known != Digest.Compute(before))
            return RecordRules.Before.Broken("The event begins with another record than the one before it left.");
        known = Digest.Compute(after);
        return null;
    }

    private static JsonObject Kept(Guid recall, Usages.RecallRecord record) =>
        Records.RecallChanged(recall, null, RecallRules.Kept(record)).After!;

    // Ids of these are unique in the whole registry; other records are told apart within their stream.
    private static string ScopeOf(StreamId stream, RecordedChange change) =>
        change is RecordedChange.OfGrant or RecordedChange.OfUse or RecordedChange.OfRecall ? "" : stream.Name;

    private static string KindOf(RecordedChange change) =>
        change is RecordedChange.OfStop { Kind: StopKind.Hold } ? nameof(StopKind.Hold) : change.GetType().Name;

    private Violation? Judge(long seq, RecordedChange change, EventPlace place)
    {
        switch (change)
        {
            case RecordedChange.OfPurpose purpose:
                return VocabularyRules.Judge(purpose, vocabulary.Known, place) ?? vocabulary.Add(purpose, place.Stamp);
            case RecordedChange.OfDefault setting:
                vocabulary.Need(setting.Key.Purpose, seq, place.Stamp.At);
                if (setting.After?.Segments.FirstOrDefault(s => !NeedVersion(s.Choice.VocabularyVersion)) is not null)
                    return NoVersion();
                return SettingRules.Judge(setting, place) ?? NoteDeny(change);
            case RecordedChange.OfOverride setting:
                vocabulary.Need(setting.Key.Purpose, seq, place.Stamp.At);
                if (setting.After is { } set && !NeedVersion(set.Choice.VocabularyVersion))
                    return NoVersion();
                return SettingRules.Judge(setting, place) ?? NoteDeny(change);
            case RecordedChange.OfStop stop:
                foreach (var purpose in stop.After?.Purposes ?? [])
                    vocabulary.Need(purpose, seq, place.Stamp.At);
                return StopRules.Judge(stop, place);
            case RecordedChange.OfVideo video:
                return VideoRules.Judge(video, place);
            case RecordedChange.OfApproval request:
                vocabulary.Need(request.After.Wanted.Purpose, seq, place.Stamp.At);
                if (request.After.State == ApprovalState.Approved)
                    approved[request.Request] = new(request.After.Wanted, [.. request.After.Videos]);
                return ApprovalRules.Judge(request, IsBlocked(place.Stream, request.After.Wanted.Requester), place)
                    ?? Compare(request);
            case RecordedChange.OfAsking asking:
                return ApprovalRules.Judge(asking, place);
            case RecordedChange.OfGrant grant:
                vocabulary.Need(grant.After.Terms.Purpose, seq, place.Stamp.At);
                if (!NeedVersion(grant.After.Terms.VocabularyVersion))
                    return NoVersion();
                return GrantRules.Judge(grant, approved, place) ?? Keep(seq, grant, place);
            case RecordedChange.OfUse use:
                if (use.After.Videos.Any(video => video.Reason != Usages.UseReason.UnknownPurpose))
                    vocabulary.Need(use.After.Purpose, seq, place.Stamp.At);
                return UseRules.Judge(use, place) ?? Spend(seq, use.After);
            case RecordedChange.OfRecall recall:
                vocabulary.Need(recall.After.Purpose, seq, place.Stamp.At);
                return RecallRules.Judge(recall, place);
            case RecordedChange.OfErasure erasure:
                return Erase(erasure, place);
            default:
                throw new InvalidOperationException($"How to judge a {change.GetType().Name} is not known.");
        }

        bool NeedVersion(int version) => version >= 1 && vocabulary.NeedVersion(version, seq, place.Stamp.At);

        static Violation NoVersion() => VocabularyRules.Version.Broken("There is no such version of the vocabulary.");
    }

    private Violation? NoteDeny(RecordedChange change)
    {
        if (SettingRules.DenyOf(change) is { } deny)
            denies.Add(deny);
        return null;
    }

    // The parts of one request stand in the streams of all who are asked.
    private Violation? Compare(RecordedChange.OfApproval change)
    {
        var shared = Digest.Compute(
            Records.ApprovalChanged(change.Request, null, ApprovalRules.Shared(change.After)).After
        );
        return requests.TryAdd(change.Request, shared) || requests[change.Request] == shared
            ? null
            : ApprovalRules.Parts.Broken("Another creator is asked for something else in the same request.");
    }

    private Violation? EndVersion(in EventPlace place)
    {
        if (denies.Count == 0 || !standing.TryGetValue(place.Stream, out var ids))
            return null;
        var at = place.Stamp.At;
        return SettingRules.JudgeDenies(
            denies,
            ids.Select(id => grants[id].Record).Where(grant => grant.Stands(at)).Select(grant => grant.Place)
        );
    }

    // The creator's own word about the requester is a record like others: blocked where there is one.
    private bool IsBlocked(StreamId stream, Requester requester) =>
        records.TryGetValue(
            Digest.Compute(
                stream.Name,
                nameof(RecordedChange.OfAsking),
                CanonicalJson.Encode(Records.AskingChanged(requester, null, null).Key)
            ),
            out var blocked
        )
        && blocked != default;

    private Violation? Keep(long seq, RecordedChange.OfGrant change, in EventPlace place)
    {
        var own = CollectionsMarshal.GetValueRefOrAddDefault(standing, place.Stream, out _) ??= [];
        if (change.Before is null)
        {
            approved[change.After.Request].Videos.Remove(change.After.Video);
            var given = new KnownGrant(change.After);
            grants.Add(change.Grant, given);
            own.Add(change.Grant);
            if (given.Record.Terms.Uses is null)
            {
                var allowed = (given.Record.Requester, given.Record.UsedIn.Video);
                uncounted.Add(allowed);
                ungranted.Remove(allowed);
            }
            if (!unknownGrants.Remove(change.Grant, out var spendings))
                return null;
            // Two streams may be in another order in the log than they were changed in.
            foreach (var spending in spendings)
            {
                if (Spend(change.Grant, given, spending) is { } broken)
                    return broken;
            }
            return null;
        }
        if (!grants.TryGetValue(change.Grant, out var known))
            return null;
        own.Remove(change.Grant);
        notSpent.Remove(change.Grant);
        known.HasEnded = true;
        if (change.After.State == GrantState.Revoked)
            known.EndedAt = place.Stamp.At;
        else if (known.Spent < change.After.Terms.Uses)
            spentEarly[change.Grant] = (seq, place.Stamp.At);
        return null;
    }

    private Violation? Spend(long seq, Usages.UseRecord use)
    {
        foreach (var video in use.Videos)
        {
            // Names in streams of requesters are pseudonyms: whose video it is cannot be compared.
            var used = (use.Requester, video.Video.Video);
            if (video is { Reason: Usages.UseReason.Grant, Spent.Length: 0 } && !uncounted.Contains(used))
                ungranted.TryAdd(used, seq);
            var decidedAt = video.ReliedOn is { HasReceipt: true } relied ? relied.DecidedAt : use.Stamp.At;
            foreach (var id in video.Spent)
            {
                var spending = new Spending(seq, use.Requester, video.Video, use.Purpose, decidedAt);
                if (grants.TryGetValue(id, out var grant))
                {
                    if (Spend(id, grant, spending) is { } broken)
                        return broken;
                }
                else if (unknownGrants.TryGetValue(id, out var others))
                {
                    others.Add(spending);
                }
                else
                {
                    unknownGrants.Add(id, [spending]);
                }
            }
        }
        return null;
    }

    private Violation? Spend(Guid id, KnownGrant grant, in Spending spending)
    {
        var introducedIn = vocabulary.Known.TryGetValue(spending.Purpose, out var version) ? version : (int?)null;
        if (UseRules.Judge(spending, grant.Record, grant.EndedAt, grant.Spent, introducedIn) is { } broken)
            return broken;
        grant.Spent++;
        if (grant.Spent < grant.Record.Terms.Uses)
            return null;
        spentEarly.Remove(id);
        if (!grant.HasEnded)
            notSpent.Add(id, (spending.Seq, latest));
        return null;
    }

    private Violation? Erase(RecordedChange.OfErasure erasure, in EventPlace place)
    {
        if (erasure.At != place.Stamp.At)
            return RecordRules.Stamp.Broken($"The erasure says {erasure.At}, its leaf {place.Stamp.At}.");
        if (standing.Remove(place.Stream, out var ids))
        {
            foreach (var id in ids)
            {
                (grants[id].EndedAt, grants[id].HasEnded) = (place.Stamp.At, true);
                notSpent.Remove(id);
            }
        }
        return null;
    }

    /// <summary>A grant as it was given, and what became of it since.</summary>
    private sealed class KnownGrant(GrantRecord record)
    {
        public GrantRecord Record { get; } = record;

        public int Spent { get; set; }

        /// <summary>When it was revoked, or its creator erased.</summary>
        public Instant? EndedAt { get; set; }

        /// <summary>Whether that happened, or an event says that it is spent.</summary>
        public bool HasEnded { get; set; }
    }

    /// <summary>The vocabulary, and what was named before the log had it.</summary>
    private sealed class Vocabulary
    {
        private readonly Dictionary<Purpose, int> known = [];
        private readonly Dictionary<Purpose, Mentions> unknown = [];
        private readonly SortedDictionary<int, Mentions> future = [];
        private readonly List<(long Seq, Violation Violation)> early = [];
        private long reached;

        public IReadOnlyDictionary<Purpose, int> Known => known;

        public Violation? Add(RecordedChange.OfPurpose change, Stamp stamp)
        {
            known.Add(change.Purpose.Purpose, change.Purpose.IntroducedIn);
            reached = stamp.Version;
            // A change takes its time before it reads the vocabulary, so that the log may have it first.
            if (unknown.Remove(change.Purpose.Purpose, out var named) && named.FirstTooEarly(stamp.At) is { } purpose)
                early.Add((purpose, NotKnown));
            if (future.Remove((int)stamp.Version, out var ahead) && ahead.FirstTooEarly(stamp.At) is { } version)
                early.Add((version, NotReached));
            return null;
        }

        public void Need(Purpose purpose, long seq, Instant at)
        {
            if (!known.ContainsKey(purpose))
                NoteIn(unknown, purpose, seq, at);
        }

        public bool NeedVersion(int version, long seq, Instant at)
        {
            if (version > reached)
                NoteIn(future, version, seq, at);
            return true;
        }

        public IEnumerable<(long Seq, Violation Violation)> Missing() =>
            early
                .Concat(unknown.Values.Select(named => (named.First, NotKnown)))
                .Concat(future.Values.Select(named => (named.First, NotReached)));

        private static Violation NotKnown => VocabularyRules.Known.Broken("The vocabulary does not know the purpose.");

        private static Violation NotReached =>
            VocabularyRules.Version.Broken("The vocabulary had not reached that version.");

        private static void NoteIn<TKey>(IDictionary<TKey, Mentions> all, TKey key, long seq, Instant at)
        {
            if (!all.TryGetValue(key, out var mentions))
                all.Add(key, mentions = new());
            mentions.Add(seq, at);
        }
    }

    /// <summary>
    /// The events that name something before the log has it. Of these only those are kept that are earlier than all
    /// before them in the log: where any is too early, the first of them is.
    /// </summary>
    private sealed class Mentions
    {
        private readonly List<(long Seq, Instant At)> events = [];

        /// <summary>The place of the first.</summary>
        public long First => events[0].Seq;

        public void Add(long seq, Instant at)
        {
            if (events.Count == 0 || at < events[^1].At)
                events.Add((seq, at));
        }

        /// <summary>The place of the first that is more than the tolerance earlier than what it names.</summary>
        public long? FirstTooEarly(Instant added)
        {
            foreach (var (seq, at) in events)
            {
                if (at.Plus(ReplayRules.Tolerance) < added)
                    return seq;
            }
            return null;
        }
    }

    /// <summary>SHA-256 of something; the default value stands for nothing.</summary>
    private readonly record struct Digest(UInt128 High, UInt128 Low)
    {
        public static Digest Compute(JsonObject? record) =>
            record is null ? default : Compute(CanonicalJson.Encode(record));

        public static Digest Compute(string stream, string kind, byte[] key) =>
            Compute([.. Encoding.UTF8.GetBytes($"{stream}\n{kind}\n"), .. key]);

        private static Digest Compute(byte[] bytes)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(bytes, hash);
            return new(
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash),
                System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..])
            );
        }
    }
}
