using System.Text.Json.Serialization;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.History;

/// <summary>Marks a field whose values are the types of events, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EventKindsAttribute : WordsAttribute
{
    public override Type Type => typeof(EventType);
}

/// <summary>Who made a change.</summary>
/// <param name="Subject">The person or account that signed in; null for a service of its own.</param>
/// <param name="Client">The program that called; null if the token named none.</param>
/// <param name="OnBehalfOf">The creator for whom an agency acted; null if nobody was acted for.</param>
/// <param name="Reason">What they gave as the reason.</param>
public sealed record AuthorBody(string? Subject, string? Client, string? OnBehalfOf, [property: Text] string? Reason);

/// <summary>A purpose as it entered the vocabulary.</summary>
/// <param name="Purpose">Its name.</param>
/// <param name="UsesLikeness">Whether it is itself marked as using likeness.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">The vocabulary version that introduced it.</param>
public sealed record RegisteredPurpose(
    [property: PurposeName] string Purpose,
    bool UsesLikeness,
    [property: Text] string Description,
    [property: AtLeast(1)] int IntroducedIn
);

/// <summary>One creator's part in an approval request, as an event has it.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="UsedIn">The video that they want to use.</param>
/// <param name="Videos">The videos about which the creator is asked: that one, or those it was made from.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What the requester means to do, in their words; null for whoever may not read them.</param>
/// <param name="Until">For how long they want it; null if for good.</param>
/// <param name="Uses">How many uses they want; null if any number.</param>
/// <param name="ExpiresAt">Until when the creator can answer.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">
/// Why the creator refused, in their words; null if they gave no reason, and for whoever may not read it.
/// </param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record RecordedApproval(
    Guid RequestId,
    [property: Id] string Requester,
    VideoName UsedIn,
    [property: Items(1, VideoName.MaxListed)] IReadOnlyList<VideoName> Videos,
    [property: PurposeName] string Purpose,
    string? Use,
    Instant? Until,
    int? Uses,
    Instant ExpiresAt,
    ApprovalState State,
    [property: Text] string? Reason,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
)
{
    internal static RecordedApproval From(Guid request, ApprovalRecord record, bool showsTexts) =>
        new(
            request,
            record.Wanted.Requester.Value,
            VideoName.From(record.Wanted.UsedIn),
            [.. record.Videos.Select(VideoName.From)],
            record.Wanted.Purpose.Name,
            showsTexts ? record.Wanted.Use : null,
            record.Wanted.Until,
            record.Wanted.Uses,
            record.ExpiresAt,
            record.State,
            showsTexts ? record.Reason : null,
            record.Stamp.Version,
            record.Stamp.At
        );
}

/// <summary>A grant, as an event has it.</summary>
/// <param name="GrantId">The grant.</param>
/// <param name="RequestId">The request that it answers.</param>
/// <param name="Video">The video about which the creator decided.</param>
/// <param name="UsedIn">The video in which alone it may be used.</param>
/// <param name="Requester">To whom it was given.</param>
/// <param name="Purpose">The purpose, which those below share as far as the vocabulary of then knew them.</param>
/// <param name="Conditions">What the requester has to do.</param>
/// <param name="VocabularyVersion">The vocabulary version that the creator knew.</param>
/// <param name="ExpiresAt">When it ends; null if it does not. Its expiry is no event.</param>
/// <param name="Uses">How many uses it is for; null if they are not counted. Only the last use is an event.</param>
/// <param name="State">What became of it.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record RecordedGrant(
    Guid GrantId,
    Guid RequestId,
    VideoName Video,
    VideoName UsedIn,
    [property: Id] string Requester,
    [property: PurposeName] string Purpose,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    [property: AtLeast(1)] int VocabularyVersion,
    Instant? ExpiresAt,
    int? Uses,
    GrantState State,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
)
{
    internal static RecordedGrant From(Guid id, GrantRecord grant) =>
        new(
            id,
            grant.Request,
            VideoName.From(grant.Video),
            VideoName.From(grant.UsedIn),
            grant.Requester.Value,
            grant.Terms.Purpose.Name,
            grant.Terms.Conditions.Words(),
            grant.Terms.VocabularyVersion,
            grant.Terms.ExpiresAt,
            grant.Terms.Uses,
            grant.State,
            grant.Stamp.Version,
            grant.Stamp.At
        );
}

/// <summary>A recall, as an event has it.</summary>
/// <param name="RecallId">The recall.</param>
/// <param name="Requester">Who has to stop.</param>
/// <param name="Video">Using which video.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="CreatorId">Whose word decides; null if that is nobody's.</param>
/// <param name="Reason">What decides.</param>
/// <param name="StopBy">By when to stop.</param>
/// <param name="State">What the requester said to it.</param>
/// <param name="HasStatement">Whether they said it in words. The words are where the recall is.</param>
/// <param name="Version">The version of the requester's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record RecordedRecall(
    Guid RecallId,
    [property: Id] string Requester,
    VideoName Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? CreatorId,
    Reason Reason,
    Instant StopBy,
    RecallState State,
    bool HasStatement,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
)
{
    internal static RecordedRecall From(Guid id, RecallRecord recall) =>
        new(
            id,
            recall.Requester.Value,
            VideoName.From(recall.Video),
            recall.Purpose.Name,
            recall.Creator?.Value,
            recall.Reason,
            recall.StopBy,
            recall.State,
            recall.Statement is not null,
            recall.Stamp.Version,
            recall.Stamp.At
        );
}

/// <summary>A complete record, before or after a change; exactly one of its fields is there.</summary>
/// <param name="Setting">A default or an override.</param>
/// <param name="Stop">A lockdown or a hold.</param>
/// <param name="Video">What is registered about a video.</param>
/// <param name="Purpose">A purpose.</param>
/// <param name="Approval">A creator's part in an approval request.</param>
/// <param name="Grant">A grant.</param>
/// <param name="Blocked">A requester whom the creator keeps from asking.</param>
/// <param name="Use">A recorded use.</param>
/// <param name="Recall">A recall.</param>
/// <param name="ErasedAt">When the creator was erased.</param>
[SchemaName("HistoryRecord")]
public sealed record RecordBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettingBody? Setting = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StopBody? Stop = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] VideoBody? Video = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegisteredPurpose? Purpose = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RecordedApproval? Approval = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RecordedGrant? Grant = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BlockedBody? Blocked = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UseBody? Use = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RecordedRecall? Recall = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? ErasedAt = null
)
{
    internal static RecordBody? From(DefaultKey key, DefaultSetting? setting) =>
        setting is null ? null : new(Setting: SettingBody.From(key, setting));

    internal static RecordBody? From(OverrideKey key, OverrideSetting? setting) =>
        setting is null ? null : new(Setting: SettingBody.From(key, setting));

    internal static RecordBody? From(Stop? stop) => stop is null ? null : new(Stop: StopBody.From(stop));

    internal static RecordBody? From(VideoKey video, VideoRecord? record) =>
        record is null ? null : new(Video: VideoBody.From(video, record));

    internal static RecordBody? From(Guid request, ApprovalRecord? record, bool showsTexts) =>
        record is null ? null : new(Approval: RecordedApproval.From(request, record, showsTexts));

    internal static RecordBody? From(Guid grant, GrantRecord? record) =>
        record is null ? null : new(Grant: RecordedGrant.From(grant, record));

    internal static RecordBody? From(Requester requester, Stamp? blocked) =>
        blocked is { } stamp ? new(Blocked: new(requester.Value, stamp.Version, stamp.At)) : null;

    internal static RecordBody? From(Guid recall, RecallRecord? record) =>
        record is null ? null : new(Recall: RecordedRecall.From(recall, record));
}

/// <summary>One event of the consent history: who changed which record from what to what.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Seq">Its place in the log; null as long as it is not yet sequenced.</param>
/// <param name="Sequenced">
/// Whether the log has it. It counts either way: this takes a moment, and changes nothing about what is in force.
/// </param>
/// <param name="Proof">Where to get the proof that the log has it; null as long as it is not yet sequenced.</param>
/// <param name="Stream">
/// Whose history it is: a creator, <c>$vocabulary</c>, or <c>$requester/</c> with a requester for what they used and
/// were told to stop.
/// </param>
/// <param name="Version">The version of the stream that the change made.</param>
/// <param name="Ordinal">Its place among the events of the version, from 1.</param>
/// <param name="Count">How many events make up the version: they were made together.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="At">When the change was made.</param>
/// <param name="Erased">Whether what it said was erased with its creator; then nothing below is there.</param>
/// <param name="By">Who made the change.</param>
/// <param name="Video">
/// The video that the changed record is about; of a request or a grant the one to be used, of a use the first.
/// </param>
/// <param name="Purpose">The purpose that the changed record is for; null if it is for none.</param>
/// <param name="Requester">The requester that the changed record names; null for anybody.</param>
/// <param name="Before">The record before; null if there was none.</param>
/// <param name="After">The record after; null if there is none any more.</param>
/// <param name="Affects">Which checks to ask again; null where the event gives none another answer.</param>
public sealed record HistoryItem(
    Guid EventId,
    long? Seq,
    bool Sequenced,
    string? Proof,
    string Stream,
    [property: AtLeast(0)] long Version,
    int Ordinal,
    [property: AtLeast(0)] int Count,
    [property: EventKinds] string Kind,
    Instant At,
    bool Erased,
    AuthorBody? By,
    VideoName? Video,
    [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    RecordBody? Before,
    RecordBody? After,
    AffectedBody? Affects
)
{
    /// <summary>An event in the words of the contract.</summary>
    /// <param name="stored">The event.</param>
    /// <param name="body">What it says; null if it was erased.</param>
    /// <param name="showsTexts">Whether the reader may read what requesters and creators wrote to each other.</param>
    internal static HistoryItem From(StoredEvent stored, EventBody? body, bool showsTexts)
    {
        var item = new HistoryItem(
            stored.EventId,
            stored.Seq,
            stored.Seq is not null,
            stored.Seq is null ? null : $"/v1/log/proof/{stored.EventId:D}",
            stored.Stream.Name,
            stored.Version,
            stored.Ordinal,
            stored.Count,
            stored.Type,
            stored.Tx,
            body is null,
            By: null,
            Video: null,
            Purpose: null,
            Requester: null,
            Before: null,
            After: null,
            // What is not known any more may have been anything.
            Affects: AffectedBody.From(stored.Stream.Creator is { } creator ? AffectedChecks.AllOf(creator) : null)
        );
        if (body is null)
            return item;
        var recorded = RecordedChange.Read(body.Change);
        item = item with
        {
            By = new(body.By.Subject, body.By.Client, body.By.OnBehalfOf?.Value, body.By.Reason),
            Affects = AffectedBody.From(AffectedChecks.By(stored.Stream, recorded)),
        };
        return recorded switch
        {
            RecordedChange.OfDefault change => item with
            {
                Purpose = change.Key.Purpose.Name,
                Requester = change.Key.Requester?.Value,
                Before = RecordBody.From(change.Key, change.Before),
                After = RecordBody.From(change.Key, change.After),
            },
            RecordedChange.OfOverride change => item with
            {
                Video = VideoName.From(change.Key.Video),
                Purpose = change.Key.Purpose.Name,
                Requester = change.Key.Requester?.Value,
                Before = RecordBody.From(change.Key, change.Before),
                After = RecordBody.From(change.Key, change.After),
            },
            RecordedChange.OfStop change => item with
            {
                Before = RecordBody.From(change.Before),
                After = RecordBody.From(change.After),
            },
            RecordedChange.OfVideo change => item with
            {
                Video = VideoName.From(change.Video),
                Before = RecordBody.From(change.Video, change.Before),
                After = RecordBody.From(change.Video, change.After),
            },
            RecordedChange.OfPurpose change => item with
            {
                Purpose = change.Purpose.Purpose.Name,
                After = new(
                    Purpose: new(
                        change.Purpose.Purpose.Name,
                        change.Purpose.MarkedLikeness,
                        change.Purpose.Description,
                        change.Purpose.IntroducedIn
                    )
                ),
            },
            RecordedChange.OfApproval { After: var part } change => item with
            {
                Video = VideoName.From(part.Wanted.UsedIn),
                Purpose = part.Wanted.Purpose.Name,
                Requester = part.Wanted.Requester.Value,
                Before = RecordBody.From(change.Request, change.Before, showsTexts),
                After = RecordBody.From(change.Request, part, showsTexts),
            },
            RecordedChange.OfGrant { After: var grant } change => item with
            {
                Video = VideoName.From(grant.UsedIn),
                Purpose = grant.Terms.Purpose.Name,
                Requester = grant.Requester.Value,
                Before = RecordBody.From(change.Grant, change.Before),
                After = RecordBody.From(change.Grant, grant),
            },
            RecordedChange.OfAsking change => item with
            {
                Requester = change.Requester.Value,
                Before = RecordBody.From(change.Requester, change.Before),
                After = RecordBody.From(change.Requester, change.After),
            },
            RecordedChange.OfUse { After: var use } change => item with
            {
                Video = VideoName.From(use.Videos[0].Video),
                Purpose = use.Purpose.Name,
                Requester = use.Requester.Value,
                After = new(Use: UseBody.From(change.Use, use)),
            },
            RecordedChange.OfRecall { After: var recall } change => item with
            {
                Video = VideoName.From(recall.Video),
                Purpose = recall.Purpose.Name,
                Requester = recall.Requester.Value,
                Before = RecordBody.From(change.Recall, change.Before),
                After = RecordBody.From(change.Recall, recall),
            },
            RecordedChange.OfErasure change => item with { After = new(ErasedAt: change.At) },
            var change => throw new InvalidOperationException(
                $"The history does not know how to tell a {change.GetType().Name}."
            ),
        };
    }
}
