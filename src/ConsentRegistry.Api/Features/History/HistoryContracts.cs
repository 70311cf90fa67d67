using System.Text.Json.Serialization;
using ConsentRegistry.Api.Features.Settings;
using ConsentRegistry.Api.Features.Videos;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.History;

/// <summary>The words for what an event is about.</summary>
public enum EventKind
{
    /// <summary>A default was set, clamped or cleared.</summary>
    DefaultChanged,

    /// <summary>An override was set or cleared.</summary>
    OverrideChanged,

    /// <summary>The creator's stop was set, extended or lifted.</summary>
    LockdownChanged,

    /// <summary>The operator's stop was set, extended or lifted.</summary>
    HoldChanged,

    /// <summary>Facts about a video were registered.</summary>
    VideoRegistered,

    /// <summary>A purpose entered the vocabulary.</summary>
    PurposeRegistered,

    /// <summary>The creator was erased.</summary>
    CreatorErased,
}

/// <summary>Who made a change.</summary>
/// <param name="Subject">The person or account that signed in; null for a service of its own.</param>
/// <param name="Client">The program that called; null if the token named none.</param>
/// <param name="OnBehalfOf">The creator for whom an agency acted; null if nobody was acted for.</param>
/// <param name="Reason">What they gave as the reason.</param>
public sealed record AuthorBody(string? Subject, string? Client, string? OnBehalfOf, string? Reason);

/// <summary>A purpose as it entered the vocabulary.</summary>
/// <param name="Purpose">Its name.</param>
/// <param name="UsesLikeness">Whether it is itself marked as using likeness.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">The vocabulary version that introduced it.</param>
public sealed record RegisteredPurpose(string Purpose, bool UsesLikeness, string Description, int IntroducedIn);

/// <summary>A complete record, before or after a change; exactly one of its fields is there.</summary>
/// <param name="Setting">A default or an override.</param>
/// <param name="Stop">A lockdown or a hold.</param>
/// <param name="Video">What is registered about a video.</param>
/// <param name="Purpose">A purpose.</param>
/// <param name="ErasedAt">When the creator was erased.</param>
public sealed record RecordBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettingBody? Setting = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StopBody? Stop = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] VideoBody? Video = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RegisteredPurpose? Purpose = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? ErasedAt = null)
{
    public static RecordBody? Of(DefaultKey key, DefaultSetting? setting) => setting is null ? null : new(Setting: SettingBody.Of(key, setting));

    public static RecordBody? Of(OverrideKey key, OverrideSetting? setting) => setting is null ? null : new(Setting: SettingBody.Of(key, setting));

    public static RecordBody? Of(Stop? stop) => stop is null ? null : new(Stop: StopBody.Of(stop));

    public static RecordBody? Of(VideoKey video, VideoRecord? record) => record is null ? null : new(Video: VideoBody.Of(video, record));
}

/// <summary>One event of the consent history: who changed which record from what to what.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Seq">Its place in the log; null as long as it is not yet sequenced.</param>
/// <param name="Sequenced">Whether the log has it. It counts either way: this takes a moment, and changes nothing about what is in force.</param>
/// <param name="Proof">Where to get the proof that the log has it; null as long as it is not yet sequenced.</param>
/// <param name="Stream">Whose history it is: a creator, or <c>$vocabulary</c>.</param>
/// <param name="Version">The version of the stream that the change made.</param>
/// <param name="Ordinal">Its place among the events of the version, from 1.</param>
/// <param name="Count">How many events make up the version: they were made together.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="At">When the change was made.</param>
/// <param name="Erased">Whether what it said was erased with its creator; then nothing below is there.</param>
/// <param name="By">Who made the change.</param>
/// <param name="Video">The video that the changed record is about.</param>
/// <param name="Purpose">The purpose of the changed setting.</param>
/// <param name="Requester">The requester that the changed setting names; null for anybody.</param>
/// <param name="Before">The record before; null if there was none.</param>
/// <param name="After">The record after; null if there is none any more.</param>
public sealed record HistoryItem(
    Guid EventId,
    long? Seq,
    bool Sequenced,
    string? Proof,
    string Stream,
    long Version,
    int Ordinal,
    int Count,
    [property: Words<EventKind>] string Kind,
    Instant At,
    bool Erased,
    AuthorBody? By,
    VideoName? Video,
    string? Purpose,
    string? Requester,
    RecordBody? Before,
    RecordBody? After)
{
    /// <summary>An event in the words of the contract.</summary>
    public static HistoryItem Of(StoredEvent stored) => Of(stored, stored.ReadBody());

    /// <summary>An event whose body was read already; null if it was erased.</summary>
    public static HistoryItem Of(StoredEvent stored, EventBody? body)
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
            After: null);
        if (body is null)
            return item;
        item = item with { By = new(body.By.Subject, body.By.Client, body.By.OnBehalfOf?.Value, body.By.Reason) };
        return RecordedChange.Read(body.Change) switch
        {
            RecordedChange.OfDefault change => item with
            {
                Purpose = change.Key.Purpose.Name,
                Requester = change.Key.Requester?.Value,
                Before = RecordBody.Of(change.Key, change.Before),
                After = RecordBody.Of(change.Key, change.After),
            },
            RecordedChange.OfOverride change => item with
            {
                Video = VideoName.Of(change.Key.Video),
                Purpose = change.Key.Purpose.Name,
                Requester = change.Key.Requester?.Value,
                Before = RecordBody.Of(change.Key, change.Before),
                After = RecordBody.Of(change.Key, change.After),
            },
            RecordedChange.OfStop change => item with { Before = RecordBody.Of(change.Before), After = RecordBody.Of(change.After) },
            RecordedChange.OfVideo change => item with
            {
                Video = VideoName.Of(change.Video),
                Before = RecordBody.Of(change.Video, change.Before),
                After = RecordBody.Of(change.Video, change.After),
            },
            RecordedChange.OfPurpose change => item with
            {
                Purpose = change.Purpose.Purpose.Name,
                After = new(Purpose: new(change.Purpose.Purpose.Name, change.Purpose.MarkedLikeness, change.Purpose.Description, change.Purpose.IntroducedIn)),
            },
            RecordedChange.OfErasure change => item with { After = new(ErasedAt: change.At) },
            _ => item,
        };
    }
}
