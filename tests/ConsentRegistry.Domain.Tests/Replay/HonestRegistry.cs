using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Tests.Log.Verification;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Replay;

/// <summary>
/// A registry in memory that writes a log: each change is made by the domain's own writers, and refused where they
/// refuse it, as the service does.
/// </summary>
internal sealed class HonestRegistry
{
    private static readonly byte[] SecretKey = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly Authorship Person = new("ana", "app", null, null);
    private static readonly Authorship Admin = new("root", "console", null, "A court says so.");

    private readonly Dictionary<string, Owner> owners = new(StringComparer.Ordinal);
    private readonly Dictionary<VideoKey, VideoRecord> videos = [];
    private readonly Dictionary<Guid, (string Requester, RecallRecord Record)> recalls = [];
    private int ids;

    public HonestRegistry() =>
        Log.Add(
            StreamId.Vocabulary.Name,
            Authorship.Registry,
            [.. Vocabulary.Initial.Purposes.Select(Records.PurposeRegistered)]
        );

    public SampleLog Log { get; } = new();

    public Vocabulary Vocabulary { get; private set; } = Vocabulary.Initial;

    /// <summary>Every grant, with its creator.</summary>
    public IEnumerable<(string Creator, Guid Id, GrantRecord Grant, int Used)> Grants =>
        owners.SelectMany(owner =>
            owner.Value.Grants.Select(one => (owner.Key, one.Key, one.Value.Grant, one.Value.Used))
        );

    /// <summary>Every request that is open, with its creator.</summary>
    public IEnumerable<(string Creator, Guid Id)> OpenRequests =>
        owners.SelectMany(owner =>
            owner.Value.Requests.Where(one => one.Value.State == ApprovalState.Open).Select(one => (owner.Key, one.Key))
        );

    public IEnumerable<Guid> Recalls => recalls.Keys;

    public bool IsErased(string creator) => Of(creator).IsErased;

    public GrantRecord GrantOf(string creator, Guid id) => Of(creator).Grants[id].Grant;

    public VideoRecord? Find(VideoKey video) => videos.GetValueOrDefault(video);

    public bool RegisterPurpose(string name)
    {
        if (
            !Vocabulary.Register(Purpose.Parse(name), false, "For a test.").Succeeded(out var added, out _)
            || added.IntroducedIn <= Vocabulary.Version
        )
            return false;
        Vocabulary = new([.. Vocabulary.Purposes, added]);
        Log.Add(StreamId.Vocabulary.Name, Admin, Records.PurposeRegistered(added));
        return true;
    }

    /// <summary>Changes settings, and revokes the grants that denies touch.</summary>
    public bool Change(string creator, params SettingChange[] changes)
    {
        var owner = Of(creator);
        var stamp = Log.NextStamp(creator);
        if (
            owner.IsErased
            || !SettingsPlan
                .Make(changes, owner.Defaults, owner.Overrides, Vocabulary, stamp)
                .Succeeded(out var plan, out _)
        )
            return false;
        foreach (var (key, setting) in owner.Overrides.ToList())
            plan.Consider(key, setting);
        var denies = changes
            .OfType<SetSetting>()
            .Where(set => set.Effect == Effect.Deny)
            .Select(set => set.Key)
            .ToList();
        var touched = owner
            .Grants.Where(one =>
                one.Value.Grant.Stands(stamp.At)
                && denies.Exists(deny => Grant.IsTouchedBy(deny, one.Value.Grant.Place))
            )
            .ToList();
        List<RecordChange> records =
        [
            .. plan.Defaults.Select(altered => Records.DefaultChanged(altered.Key, altered.Before, altered.After)),
            .. plan.Overrides.Select(altered => Records.OverrideChanged(altered.Key, altered.Before, altered.After)),
            .. touched.Select(one => Records.GrantChanged(one.Key, one.Value.Grant, one.Value.Grant.Revoked(stamp))),
        ];
        if (records.Count == 0)
            return false;
        foreach (var altered in plan.Defaults)
            Put(owner.Defaults, altered.Key, altered.After);
        foreach (var altered in plan.Overrides)
            Put(owner.Overrides, altered.Key, altered.After);
        foreach (var (id, (grant, used)) in touched)
            owner.Grants[id] = (grant.Revoked(stamp), used);
        Log.Add(creator, Person, [.. records]);
        return true;
    }

    public bool Set(string creator, string purpose, Effect effect, string? requester = null, VideoKey? video = null) =>
        Change(
            creator,
            new SetSetting(
                new(video, Purpose.Parse(purpose), requester is null ? null : Requester.Parse(requester)),
                effect,
                Conditions.None,
                null,
                null,
                AppliesTo.All,
                ClearExceptions: false
            )
        );

    public bool SetStop(string creator, StopKind kind, params string[] purposes)
    {
        var owner = Of(creator);
        var before = owner.Stops.GetValueOrDefault(kind);
        var after = Stop.Add(
            before,
            purposes.Length == 0 ? null : [.. purposes.Select(Purpose.Parse)],
            Log.NextStamp(creator)
        );
        return !owner.IsErased && !ReferenceEquals(before, after) && Write(creator, owner, kind, before, after);
    }

    public bool Lift(string creator, StopKind kind) =>
        Of(creator) is { IsErased: false } owner
        && owner.Stops.GetValueOrDefault(kind) is { } before
        && Write(creator, owner, kind, before, null);

    public bool Register(VideoKey video, Registration wanted, bool withReason = false)
    {
        var creator = video.Creator.Value;
        var before = videos.GetValueOrDefault(video);
        if (
            Of(creator).IsErased
            || !VideoRecord
                .Register(video, before, wanted, Log.NextStamp(creator).At, withReason)
                .Succeeded(out var after, out _)
            || ReferenceEquals(before, after)
        )
            return false;
        videos[video] = after;
        Log.Add(creator, withReason ? Admin : Person, Records.VideoRegistered(video, before, after));
        return true;
    }

    /// <summary>Asks one creator about videos; null if the requester may not.</summary>
    public Guid? Ask(string creator, WantedUse wanted, params VideoKey[] about)
    {
        var owner = Of(creator);
        var stamp = Log.NextStamp(creator);
        if (owner.IsErased || owner.Blocked.ContainsKey(wanted.Requester) || wanted.Until <= stamp.At)
            return null;
        var expiresAt = stamp.At.Plus(TimeSpan.FromDays(14));
        if (wanted.Until is { } until)
            expiresAt = Instant.Earlier(expiresAt, until);
        var id = NextId();
        owner.Requests[id] = new(wanted, [.. about], expiresAt, ApprovalState.Open, null, stamp);
        Log.Add(creator, Person, Records.ApprovalChanged(id, null, owner.Requests[id]));
        return id;
    }

    /// <summary>Answers a request; with a grant for each of its videos, if it is approved.</summary>
    public bool Answer(string creator, Guid id, ApprovalState state, GrantTerms? terms = null)
    {
        var owner = Of(creator);
        var stamp = Log.NextStamp(creator);
        if (owner.IsErased || !owner.Requests.TryGetValue(id, out var open) || !open.IsOpen(stamp.At))
            return false;
        var answered = open with { State = state, Stamp = stamp };
        if (state == ApprovalState.Refused)
            answered = answered with { Reason = "No." };
        var given = new List<(Guid Id, GrantRecord Grant)>();
        var wanted = open.Wanted;
        if (state == ApprovalState.Approved)
        {
            terms ??= new(wanted.Purpose, Conditions.None, Vocabulary.Version, wanted.Until, wanted.Uses);
            if (terms.ExpiresAt <= stamp.At)
                return false;
            given =
            [
                .. open.Videos.Select(video =>
                    (NextId(), new GrantRecord(id, video, wanted.UsedIn, wanted.Requester, terms, stamp))
                ),
            ];
        }
        owner.Requests[id] = answered;
        foreach (var (grant, record) in given)
            owner.Grants.Add(grant, (record, 0));
        Log.Add(
            creator,
            Person,
            [
                Records.ApprovalChanged(id, open, answered),
                .. given.Select(one => Records.GrantChanged(one.Id, null, one.Grant)),
            ]
        );
        return true;
    }

    public bool Revoke(string creator, Guid id)
    {
        var owner = Of(creator);
        var stamp = Log.NextStamp(creator);
        if (
            owner.IsErased
            || !owner.Grants.TryGetValue(id, out var one)
            || one.Grant.State == GrantState.Revoked
            || one.Grant.Terms.ExpiresAt <= stamp.At
        )
            return false;
        owner.Grants[id] = (one.Grant.Revoked(stamp), one.Used);
        Log.Add(creator, Person, Records.GrantChanged(id, one.Grant, owner.Grants[id].Grant));
        return true;
    }

    public bool Block(string creator, string requester)
    {
        var owner = Of(creator);
        var stamp = Log.NextStamp(creator);
        var name = Requester.Parse(requester);
        if (owner.IsErased)
            return false;
        Stamp? before = owner.Blocked.TryGetValue(name, out var blocked) ? blocked : null;
        if (before is null)
            owner.Blocked[name] = stamp;
        else
            owner.Blocked.Remove(name);
        Log.Add(creator, Person, Records.AskingChanged(name, before, before is null ? stamp : null));
        return true;
    }

    /// <summary>Records a use that a grant allowed, and what that does to the grant.</summary>
    public bool Use(string creator, Guid grant, ReliedOn? reliedOn = null)
    {
        var owner = Of(creator);
        if (!owner.Grants.TryGetValue(grant, out var one))
            return false;
        var stream = StreamId.OfRequester(one.Grant.Requester).Name;
        var stamp = Log.NextStamp(stream);
        if (!one.Grant.Stands(stamp.At) || one.Grant.Terms.Uses is not { } uses)
            return false;
        AddUse(one.Grant.Requester, one.Grant.UsedIn, one.Grant.Terms.Purpose, UseReason.Grant, [grant], reliedOn);
        owner.Grants[grant] = (one.Grant, one.Used + 1);
        if (one.Used + 1 < uses)
            return true;
        // Of the same transaction, in another stream.
        Log.Now = Log.Now.Plus(TimeSpan.FromMinutes(-1));
        var spent = one.Grant.Spent(Log.NextStamp(creator));
        owner.Grants[grant] = (spent, one.Used + 1);
        Log.Add(creator, Person, Records.GrantChanged(grant, one.Grant, spent));
        return true;
    }

    public void UseWithout(string requester, VideoKey video, string purpose, UseReason reason) =>
        AddUse(Requester.Parse(requester), video, Purpose.Parse(purpose), reason, [], null);

    public Guid Recall(string requester, VideoKey video, string purpose)
    {
        var name = Requester.Parse(requester);
        var stamp = Log.NextStamp(StreamId.OfRequester(name).Name);
        var id = NextId();
        recalls[id] = (
            requester,
            new(
                name,
                video,
                Purpose.Parse(purpose),
                video.Creator,
                Reason.Lockdown,
                stamp.At.Plus(TimeSpan.FromDays(3)),
                RecallState.Open,
                null,
                stamp
            )
        );
        AddForRequester(name, Records.RecallChanged(id, null, recalls[id].Record));
        return id;
    }

    public bool AnswerRecall(Guid id, RecallState state, string? statement)
    {
        var (requester, before) = recalls[id];
        var name = Requester.Parse(requester);
        if (
            (before.State == state && before.Statement?.Text == statement)
            || (before.State == RecallState.Acknowledged && state == RecallState.Disputed)
        )
            return false;
        var after = before with
        {
            State = state,
            Statement = statement is null ? null : Statement.Seal(statement, SecretKey),
            Stamp = Log.NextStamp(StreamId.OfRequester(name).Name),
        };
        recalls[id] = (requester, after);
        AddForRequester(name, Records.RecallChanged(id, before, after));
        return true;
    }

    /// <summary>Erases a creator: what requesters said to recalls about them goes, too.</summary>
    public bool Erase(string creator, int byId = 1)
    {
        var owner = Of(creator);
        if (owner.IsErased)
            return false;
        owner.IsErased = true;
        owner.Grants.Clear();
        owner.Requests.Clear();
        foreach (var video in videos.Keys.Where(video => video.Creator.Value == creator).ToList())
            videos.Remove(video);
        foreach (
            var (id, (requester, record)) in recalls.Where(one => one.Value.Record.Creator?.Value == creator).ToList()
        )
            recalls[id] = (requester, record with { Creator = null, Statement = null });
        Log.Erase(creator, byId);
        return true;
    }

    public Guid NextId() => new($"019ab0c4-0000-7000-8000-{++ids:d12}");

    private Owner Of(string creator)
    {
        if (!owners.TryGetValue(creator, out var owner))
            owners[creator] = owner = new();
        return owner;
    }

    private bool Write(string creator, Owner owner, StopKind kind, Stop? before, Stop? after)
    {
        Put(owner.Stops, kind, after);
        Log.Add(creator, Person, Records.StopChanged(kind, before, after));
        return true;
    }

    private void AddUse(
        Requester requester,
        VideoKey video,
        Purpose purpose,
        UseReason reason,
        Guid[] spent,
        ReliedOn? reliedOn
    )
    {
        var stamp = Log.NextStamp(StreamId.OfRequester(requester).Name);
        AddForRequester(
            requester,
            Records.UseRecorded(
                NextId(),
                new(requester, purpose, null, [new(video, reason, [.. spent], reliedOn)], stamp.At, stamp)
            )
        );
    }

    // An erased creator has no pseudonym of their own any more.
    private void AddForRequester(Requester requester, RecordChange change) =>
        Log.Add(
            StreamId.OfRequester(requester).Name,
            Person,
            Pseudonym.Rename(change, name => IsErased(name) ? Pseudonym.Erased : Pseudonym.Derive(name, SecretKey))
        );

    private static void Put<TKey, TValue>(Dictionary<TKey, TValue> records, TKey key, TValue? value)
        where TKey : notnull
        where TValue : class
    {
        if (value is null)
            records.Remove(key);
        else
            records[key] = value;
    }

    private sealed class Owner
    {
        public Dictionary<DefaultKey, DefaultSetting> Defaults { get; } = [];

        public Dictionary<OverrideKey, OverrideSetting> Overrides { get; } = [];

        public Dictionary<StopKind, Stop> Stops { get; } = [];

        public Dictionary<Guid, ApprovalRecord> Requests { get; } = [];

        public Dictionary<Guid, (GrantRecord Grant, int Used)> Grants { get; } = [];

        public Dictionary<Requester, Stamp> Blocked { get; } = [];

        public bool IsErased { get; set; }
    }
}
