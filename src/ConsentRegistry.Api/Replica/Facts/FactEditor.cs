using System.Collections.Immutable;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>Where an editor finds slots, and puts them.</summary>
internal interface ISlotStore
{
    /// <summary>The slot of that name; an empty one of that name if there is none.</summary>
    VideoSlot Video(in FactKey key);

    /// <summary>The slot of that name; an empty one of that name if there is none.</summary>
    CreatorSlot Creator(in FactKey key);

    void Set(in VideoSlot slot);

    void Set(in CreatorSlot slot);

    /// <summary>Keeps an extra in place of the one before; nothing, if it is null.</summary>
    /// <returns>Its place.</returns>
    int Keep(object? extra, int before);

    /// <summary>
    /// Has everything emptied that was kept beside slots of what a creator has said, of whom nothing is put any more.
    /// </summary>
    void Empty(in FactKey creator);

    /// <summary>A video carries an identifier from now on, or does so no longer.</summary>
    void Index(in IdentifierChange change);

    /// <summary>A creator's videos carry nothing any more.</summary>
    void Unindex(CreatorId creator);

    /// <summary>Further identifiers deny for good.</summary>
    void Add(ErasedIdentifiers more);
}

/// <summary>Memory is not what the database says, in a way that only loading it anew can mend.</summary>
internal sealed class MemoryLostException(string message) : Exception(message);

/// <summary>Puts records in place of records: how a row or an event changes what slots hold.</summary>
internal sealed class FactEditor(
    KeyHasher hasher,
    Names names,
    OverflowTable extras,
    ISlotStore store,
    Vocabulary vocabulary,
    Instant now
)
{
    /// <summary>So many grants of a video stand in an array.</summary>
    private const int FewGrants = 16;

    private Vocabulary vocabulary = vocabulary;

    /// <summary>The vocabulary, with what was added here.</summary>
    public Vocabulary Vocabulary => vocabulary;

    /// <summary>The version of a creator's stream that memory has reached; 0 if it knows of none.</summary>
    public long VersionOf(CreatorId creator) => store.Creator(hasher.Of(creator.Value)).Version;

    /// <summary>Notes that a stream is at a version.</summary>
    public void Reach(CreatorId creator, long version) =>
        store.Set(store.Creator(hasher.Of(creator.Value)) with { Version = version });

    /// <summary>Says whether what memory knows of a creator may be answered from.</summary>
    public void Doubt(CreatorId creator)
    {
        var slot = store.Creator(hasher.Of(creator.Value));
        store.Set(slot with { Word = slot.Word.WithUnreadable(true) });
    }

    /// <summary>
    /// Forgets everything that a creator has said, and the videos that they own: what is put after it is all there is.
    /// </summary>
    public void Forget(CreatorId creator)
    {
        var slot = store.Creator(hasher.Of(creator.Value));
        // What stays behind in slots is of an epoch that is over. There are no more than a byte can count.
        if (slot.Word.Epoch == byte.MaxValue)
            throw new MemoryLostException("A creator was forgotten too often.");
        if (slot.Videos > 0)
            store.Unindex(creator);
        store.Set(
            new CreatorSlot
            {
                Name = slot.Name,
                Word = default(SlotWord)
                    .WithEpoch((byte)(slot.Word.Epoch + 1))
                    .WithLink(store.Keep(null, slot.Word.Link)),
            }
        );
    }

    /// <summary>Applies an event.</summary>
    public void Apply(CreatorId? creator, RecordedChange change)
    {
        switch (change)
        {
            case RecordedChange.OfPurpose added:
                vocabulary = new([.. vocabulary.Purposes, added.Purpose]);
                break;
            case RecordedChange.OfDefault setting when creator is { } decider:
                PutDefault(decider, setting.Key, setting.After);
                break;
            case RecordedChange.OfOverride setting when creator is { } decider:
                PutOverride(decider, setting.Key, setting.After);
                break;
            case RecordedChange.OfStop stop when creator is { } stopped:
                PutStop(stopped, stop.Kind, stop.After);
                break;
            case RecordedChange.OfVideo video:
                PutVideo(video.Video, video.After, video.Before);
                break;
            case RecordedChange.OfGrant grant when creator is { } decider:
                PutGrant(decider, grant.Grant, grant.After);
                break;
            case RecordedChange.OfErasure erasure when creator is { } erased:
                Erase(erased);
                if (erasure.Identifiers is { } kept)
                    store.Add(kept);
                break;
            // Who asks, and who may not, is no fact of a check.
            case RecordedChange.OfApproval or RecordedChange.OfAsking when creator is not null:
                break;
            default:
                throw new MemoryLostException("An event stands in a stream where none of its type can.");
        }
    }

    /// <summary>Puts a default; null takes it away.</summary>
    public void PutDefault(CreatorId creator, DefaultKey key, DefaultSetting? setting)
    {
        var slot = store.Creator(hasher.Of(creator.Value));
        var extra = ExtraOf(slot);
        var standing = slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra.Defaults;
        var segments = new List<Setting>();
        var (purpose, requester) = (vocabulary.Find(key.Purpose), Named(key.Requester));
        if (setting is not null)
            Setting.Add(segments, setting, purpose, requester is null ? Audience.Anybody : Audience.Requester);
        PutDefaults(slot, extra, standing.With(purpose, requester, [.. segments]));
    }

    /// <summary>Puts an override; null takes it away.</summary>
    public void PutOverride(CreatorId decider, OverrideKey key, OverrideSetting? setting)
    {
        var (purpose, requester) = (vocabulary.Find(key.Purpose), Named(key.Requester));
        Setting? wanted = setting is null
            ? null
            : Setting.Create(setting, purpose, requester is null ? Audience.Anybody : Audience.Requester);
        PutOverride(hasher.Of(decider.Value), hasher.Of(decider, key.Video), purpose, requester, wanted);
    }

    /// <summary>Puts an override whose records are known by their names in memory.</summary>
    public void PutOverride(
        in FactKey decider,
        in FactKey place,
        PurposeIndex purpose,
        (FactKey Key, Requester Requester)? requester,
        Setting? wanted
    )
    {
        var creator = store.Creator(decider);
        var slot = Current(place, creator);
        // As nearly all are: the first word on a video, for anybody.
        if (slot.Word is { HasPlain: false, Link: 0 } && wanted is { } first && SlotWord.Fits(first))
        {
            slot.Word = slot.Word.WithPlain(first);
            (slot.StampVersion, slot.StampAt) = (first.Stamp.Version, first.Stamp.At.Microseconds);
            store.Set(slot);
            store.Set(creator with { Overrides = creator.Overrides + 1 });
            return;
        }
        var extra = ExtraOf(slot);
        var standing = slot.Word.HasPlain ? SettingList.Single(slot.Plain) : extra.Overrides;
        var had = standing.Has(purpose, requester?.Key);
        PutOverrides(
            slot,
            extra with
            {
                Decider = decider,
            },
            standing.With(purpose, requester, wanted is { } setting ? [setting] : [])
        );
        var change = (wanted is null ? 0 : 1) - (had ? 1 : 0);
        if (change != 0)
            store.Set(creator with { Overrides = creator.Overrides + change });
    }

    /// <summary>Puts what is registered about a video, in place of what was before.</summary>
    public void PutVideo(VideoKey video, VideoRecord record, VideoRecord? before = null)
    {
        PutVideo(
            hasher.Of(video.Creator.Value),
            hasher.Of(video),
            record.PublishedAt,
            [.. record.Participants],
            [.. record.Sources]
        );
        foreach (var gone in before?.IdentifiersBeyond(record) ?? [])
            PutIdentifier(hasher.Of(video.Creator.Value), new(hasher.Of(gone), video, Carries: false));
        foreach (var added in record.IdentifiersBeyond(before))
            PutIdentifier(hasher.Of(video.Creator.Value), new(hasher.Of(added), video, Carries: true));
    }

    /// <summary>Puts hashes of identifiers that deny for good.</summary>
    public void PutErased(ErasedIdentifiers erased) => store.Add(erased);

    /// <summary>Puts an identifier that a video carries, by its text.</summary>
    public void PutIdentifier(in FactKey owner, ReadOnlySpan<byte> identifier, VideoKey video) =>
        PutIdentifier(owner, new(hasher.OfIdentifier(identifier), video, Carries: true));

    private void PutIdentifier(in FactKey owner, in IdentifierChange change)
    {
        var creator = store.Creator(owner);
        store.Set(creator with { Identifiers = creator.Identifiers + (change.Carries ? 1 : -1) });
        store.Index(change);
    }

    /// <summary>Puts what is registered about a video whose records are known by their names in memory.</summary>
    public void PutVideo(
        in FactKey owner,
        in FactKey video,
        Instant? publishedAt,
        RegisteredParticipant[] participants,
        VideoKey[] sources
    )
    {
        var creator = store.Creator(owner);
        var slot = Current(video, creator);
        if (!slot.Word.IsRegistered)
            store.Set(creator with { Videos = creator.Videos + 1 });
        slot.PublishedAt = (publishedAt ?? Instant.Beginning).Microseconds;
        slot.Word = slot.Word.WithRegistered(true);
        if (participants.Length == 0 && sources.Length == 0 && slot.Word.Link == 0)
        {
            store.Set(slot);
            return;
        }
        Put(
            slot,
            ExtraOf(slot) with
            {
                Decider = owner,
                Participants = Array.ConvertAll(
                    participants,
                    one => new Participant(names.NumberOf(one.Creator), one.Role)
                ),
                Sources = Array.ConvertAll(sources, names.NumberOf),
            }
        );
    }

    /// <summary>
    /// Puts a grant; one that does not stand any more is taken away, and so are those beside it that have expired.
    /// </summary>
    public void PutGrant(CreatorId decider, Guid id, GrantRecord grant)
    {
        var creator = store.Creator(hasher.Of(decider.Value));
        var slot = Current(hasher.Of(decider, grant.Video), creator);
        var extra = ExtraOf(slot);
        var after = With(extra, id, grant) with { Decider = creator.Name };
        Put(slot, after);
        if (after.GrantCount == extra.GrantCount)
            return;
        var said = ExtraOf(creator);
        Put(creator, said with { Grants = said.Grants + after.GrantCount - extra.GrantCount });
    }

    private VideoOverflow With(VideoOverflow extra, Guid id, GrantRecord grant)
    {
        var place = new GrantPlace(hasher.Of(grant.Requester.Value), hasher.Of(grant.UsedIn));
        HeldGrant? held = grant.Stands(now)
            ? new(id, place, grant, grant.AsFact(vocabulary.Find(grant.Terms.Purpose)))
            : null;
        if (extra.ManyGrants is not { } many)
            return WithGrants(extra, Replace(extra.Grants, id, held));
        var before = many.GetValueOrDefault(place, []);
        var after = Replace(before, id, held);
        var count = extra.GrantCount + after.Length - before.Length;
        var altered = after.Length == 0 ? many.Remove(place) : many.SetItem(place, after);
        return count >= extra.LooksAt || count <= FewGrants / 2
            ? WithGrants(extra, [.. altered.Values.SelectMany(one => one).Where(one => one.Record.Stands(now))])
            : extra with
            {
                ManyGrants = altered,
                GrantCount = count,
            };
    }

    // Many are looked through again when there are twice as many: that costs no more for each grant than putting it.
    private static VideoOverflow WithGrants(VideoOverflow extra, HeldGrant[] grants) =>
        grants.Length <= FewGrants
            ? extra with
            {
                Grants = grants,
                ManyGrants = null,
                GrantCount = grants.Length,
                LooksAt = 0,
            }
            : extra with
            {
                Grants = [],
                ManyGrants = grants
                    .GroupBy(one => one.Place)
                    .ToImmutableDictionary(one => one.Key, one => one.ToArray()),
                GrantCount = grants.Length,
                LooksAt = 2 * grants.Length,
            };

    private HeldGrant[] Replace(HeldGrant[] held, Guid id, HeldGrant? replacement)
    {
        var others = Array.FindAll(held, one => one.Id != id && one.Record.Stands(now));
        return replacement is { } one ? [.. others, one] : others;
    }

    /// <summary>Puts a stop; null lifts it.</summary>
    public void PutStop(CreatorId creator, StopKind kind, Stop? stop)
    {
        var slot = store.Creator(hasher.Of(creator.Value));
        var extra = ExtraOf(slot);
        var (hold, lockdown) = kind == StopKind.Hold ? (stop, extra.Lockdown) : (extra.Hold, stop);
        Put(
            slot,
            extra with
            {
                Hold = hold,
                Lockdown = lockdown,
                Stops = StopFact.Standing(hold, lockdown, vocabulary),
            }
        );
    }

    /// <summary>Leaves a tombstone that denies.</summary>
    public void Erase(CreatorId creator)
    {
        // The events of one erasure may be many, and are one.
        if (ExtraOf(store.Creator(hasher.Of(creator.Value))).IsErased)
            return;
        var version = VersionOf(creator);
        Forget(creator);
        Put(
            store.Creator(hasher.Of(creator.Value)) with
            {
                Version = version,
            },
            new CreatorOverflow { IsErased = true }
        );
        store.Empty(hasher.Of(creator.Value));
    }

    private void PutDefaults(CreatorSlot slot, CreatorOverflow extra, SettingList defaults)
    {
        slot.Word = slot.Word.WithoutPlain();
        (slot.StampVersion, slot.StampAt) = (0, 0);
        if (defaults.Only is { } only && SlotWord.Fits(only))
        {
            slot.Word = slot.Word.WithPlain(only);
            (slot.StampVersion, slot.StampAt) = (only.Stamp.Version, only.Stamp.At.Microseconds);
            defaults = SettingList.Empty;
        }
        Put(slot, extra with { Defaults = defaults });
    }

    private void PutOverrides(VideoSlot slot, VideoOverflow extra, SettingList overrides)
    {
        slot.Word = slot.Word.WithoutPlain();
        (slot.StampVersion, slot.StampAt) = (0, 0);
        if (overrides.Only is { } only && SlotWord.Fits(only))
        {
            slot.Word = slot.Word.WithPlain(only);
            (slot.StampVersion, slot.StampAt) = (only.Stamp.Version, only.Stamp.At.Microseconds);
            overrides = SettingList.Empty;
        }
        Put(slot, extra with { Overrides = overrides });
    }

    private void Put(VideoSlot slot, VideoOverflow extra) =>
        store.Set(slot with { Word = slot.Word.WithLink(store.Keep(extra.IsEmpty ? null : extra, slot.Word.Link)) });

    private void Put(CreatorSlot slot, CreatorOverflow extra) =>
        store.Set(slot with { Word = slot.Word.WithLink(store.Keep(extra.IsEmpty ? null : extra, slot.Word.Link)) });

    // A slot of an epoch that is over says nothing: it begins anew.
    private VideoSlot Current(in FactKey place, in CreatorSlot decider)
    {
        var slot = store.Video(place);
        if (slot.Word.Epoch == decider.Word.Epoch)
            return slot;
        return new()
        {
            Name = slot.Name,
            Word = default(SlotWord).WithEpoch(decider.Word.Epoch).WithLink(store.Keep(null, slot.Word.Link)),
        };
    }

    private VideoOverflow ExtraOf(in VideoSlot slot) =>
        slot.Word.Link == 0
            ? new()
            : extras.FindVideo(slot.Word.Link) ?? throw new MemoryLostException("A slot refers to nothing.");

    private CreatorOverflow ExtraOf(in CreatorSlot slot) =>
        slot.Word.Link == 0
            ? new()
            : extras.FindCreator(slot.Word.Link) ?? throw new MemoryLostException("A slot refers to nothing.");

    private (FactKey Key, Requester Requester)? Named(Requester? requester) =>
        requester is { } named ? (hasher.Of(named.Value), named) : null;
}
