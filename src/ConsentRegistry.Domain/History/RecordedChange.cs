using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// A record before and after a change, read back from an event: the inverse of <see cref="Records"/>.
/// </summary>
public abstract record RecordedChange
{
    private RecordedChange() { }

    /// <summary>A default was set, clamped or cleared.</summary>
    public sealed record OfDefault(DefaultKey Key, DefaultSetting? Before, DefaultSetting? After) : RecordedChange;

    /// <summary>An override was set or cleared.</summary>
    public sealed record OfOverride(OverrideKey Key, OverrideSetting? Before, OverrideSetting? After) : RecordedChange;

    /// <summary>A stop was set, extended or lifted.</summary>
    public sealed record OfStop(StopKind Kind, Stop? Before, Stop? After) : RecordedChange;

    /// <summary>Facts about a video were registered.</summary>
    public sealed record OfVideo(VideoKey Video, VideoRecord? Before, VideoRecord After) : RecordedChange;

    /// <summary>A purpose entered the vocabulary.</summary>
    public sealed record OfPurpose(PurposeDefinition Purpose) : RecordedChange;

    /// <summary>One creator's part in an approval request was opened, answered or withdrawn.</summary>
    public sealed record OfApproval(Guid Request, ApprovalRecord? Before, ApprovalRecord After) : RecordedChange;

    /// <summary>A grant was given, revoked or spent.</summary>
    public sealed record OfGrant(Guid Grant, GrantRecord? Before, GrantRecord After) : RecordedChange;

    /// <summary>A requester was kept from asking, or let again; null where they may ask.</summary>
    public sealed record OfAsking(Requester Requester, Stamp? Before, Stamp? After) : RecordedChange;

    /// <summary>A use was recorded.</summary>
    public sealed record OfUse(Guid Use, UseRecord After) : RecordedChange;

    /// <summary>A recall was issued, or answered.</summary>
    public sealed record OfRecall(Guid Recall, RecallRecord? Before, RecallRecord After) : RecordedChange;

    /// <summary>The creator was erased.</summary>
    public sealed record OfErasure(Instant At, ErasedIdentifiers? Identifiers = null) : RecordedChange;

    /// <summary>Reads the records of an event.</summary>
    /// <exception cref="FormatException">They are not as <see cref="Records"/> writes them.</exception>
    public static RecordedChange Read(RecordChange change)
    {
        var read = ReadRecords(change);
        // Whatever reading passes over, a second spelling or a further member, shows when it is written again. A later
        // member that the body does not have reads as null, and is not written.
        return IsSame(read.Write(), change)
            ? read
            : throw new FormatException("A record is not written as it should be.");
    }

    /// <summary>
    /// Reads the records of a body that this service is known to have written, before and after: nothing is verified.
    /// </summary>
    /// <param name="type">One of <see cref="EventType"/>.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="FormatException">It is no body of that type.</exception>
    public static RecordedChange ReadWritten(string type, ReadOnlySpan<byte> body) =>
        ReadBody(type, body, hasBefore: true);

    /// <summary>
    /// Reads what stands after an event, from a body that this service is known to have written: nothing is verified,
    /// and what stood before is left out; but of a video, for which identifiers it lost follows from both.
    /// </summary>
    /// <param name="type">One of <see cref="EventType"/>.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="FormatException">It is no body of that type.</exception>
    public static RecordedChange ReadAfter(string type, ReadOnlySpan<byte> body) =>
        ReadBody(type, body, hasBefore: type == EventType.VideoRegistered);

    private static RecordedChange ReadBody(string type, ReadOnlySpan<byte> body, bool hasBefore)
    {
        try
        {
            var members = JsonNode.Parse(body).Object();
            var before = hasBefore ? members["before"]?.Object() : null;
            return ReadRecords(new(type, members["key"].Object(), before, members["after"]?.Object()));
        }
        catch (JsonException e)
        {
            throw new FormatException("A body is not JSON.", e);
        }
    }

    private static RecordedChange ReadRecords(RecordChange change)
    {
        try
        {
            return change.Type switch
            {
                EventType.DefaultChanged => new OfDefault(
                    new(PurposeOf(change.Key), RequesterOf(change.Key)),
                    OrNull(change.Before, DefaultOf),
                    OrNull(change.After, DefaultOf)
                ),
                EventType.OverrideChanged => new OfOverride(
                    new(VideoOf(change.Key["video"]), PurposeOf(change.Key), RequesterOf(change.Key)),
                    OrNull(change.Before, OverrideOf),
                    OrNull(change.After, OverrideOf)
                ),
                EventType.LockdownChanged => new OfStop(
                    StopKind.Lockdown,
                    OrNull(change.Before, StopOf),
                    OrNull(change.After, StopOf)
                ),
                EventType.HoldChanged => new OfStop(
                    StopKind.Hold,
                    OrNull(change.Before, StopOf),
                    OrNull(change.After, StopOf)
                ),
                EventType.VideoRegistered => new OfVideo(
                    VideoOf(change.Key),
                    OrNull(change.Before, VideoRecordOf),
                    VideoRecordOf(change.After.Object())
                ),
                EventType.PurposeRegistered => new OfPurpose(DefinitionOf(change.After.Object())),
                EventType.ApprovalChanged => new OfApproval(
                    IdOf(change.Key["request"]),
                    OrNull(change.Before, ApprovalOf),
                    ApprovalOf(change.After.Object())
                ),
                EventType.GrantGiven or EventType.GrantRevoked or EventType.GrantSpent => new OfGrant(
                    IdOf(change.Key["grant"]),
                    OrNull(change.Before, GrantOf),
                    GrantOf(change.After.Object())
                ),
                EventType.AskingChanged => new OfAsking(
                    Requester.Parse(change.Key["requester"].Text()),
                    change.Before is { } stood ? StampOf(stood) : null,
                    change.After is { } stands ? StampOf(stands) : null
                ),
                EventType.UseRecorded => new OfUse(IdOf(change.Key["use"]), UseOf(change.After.Object())),
                EventType.RecallChanged => new OfRecall(
                    IdOf(change.Key["recall"]),
                    OrNull(change.Before, RecallOf),
                    RecallOf(change.After.Object())
                ),
                EventType.CreatorErased => new OfErasure(
                    change.After.Object()["erasedAt"].Moment(),
                    OrNull(change.After.Object()["identifiers"]?.Object(), ErasedOf)
                ),
                _ => throw new FormatException("Not a type of event."),
            };
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new FormatException("A record that no rule could have made.", e);
        }
    }

    /// <summary>
    /// The event's records as <see cref="Records"/> writes them: the inverse of <see cref="Read"/>. Which events an
    /// erasure covers is in its leaf, not here.
    /// </summary>
    public RecordChange Write() =>
        this switch
        {
            OfDefault change => Records.DefaultChanged(change.Key, change.Before, change.After),
            OfOverride change => Records.OverrideChanged(change.Key, change.Before, change.After),
            OfStop change => Records.StopChanged(change.Kind, change.Before, change.After),
            OfVideo change => Records.VideoRegistered(change.Video, change.Before, change.After),
            OfPurpose change => Records.PurposeRegistered(change.Purpose),
            OfApproval change => Records.ApprovalChanged(change.Request, change.Before, change.After),
            OfGrant change => Records.GrantChanged(change.Grant, change.Before, change.After),
            OfAsking change => Records.AskingChanged(change.Requester, change.Before, change.After),
            OfUse change => Records.UseRecorded(change.Use, change.After),
            OfRecall change => Records.RecallChanged(change.Recall, change.Before, change.After),
            OfErasure change => Records.CreatorErased(change.At, new([], []), change.Identifiers),
            _ => throw new InvalidOperationException("A change of no kind."),
        };

    private static bool IsSame(RecordChange one, RecordChange other) =>
        one.Type == other.Type
        && JsonNode.DeepEquals(one.Key, other.Key)
        && JsonNode.DeepEquals(one.Before, other.Before)
        && JsonNode.DeepEquals(one.After, other.After);

    private static T? OrNull<T>(JsonObject? record, Func<JsonObject, T> read)
        where T : class => record is null ? null : read(record);

    private static Purpose PurposeOf(JsonObject key) => Purpose.Parse(key["purpose"].Text());

    private static Requester? RequesterOf(JsonObject key) =>
        key["requester"].OrNull(name => Requester.Parse(name.Text()));

    private static VideoKey VideoOf(JsonNode? name) =>
        new(CreatorId.Parse(name.Object()["creatorId"].Text()), VideoId.Parse(name.Object()["videoId"].Text()));

    private static DefaultSetting DefaultOf(JsonObject record) =>
        new([
            .. record
                .Array("segments")
                .Select(segment => segment.Object())
                .Select(segment => new Segment(
                    segment["from"].OrNull(from => from.Moment()),
                    ChoiceOf(segment),
                    StampOf(segment)
                )),
        ]);

    private static OverrideSetting OverrideOf(JsonObject record) => new(ChoiceOf(record), StampOf(record));

    private static Stop StopOf(JsonObject record) =>
        Stop.Create(
            record["purposes"] is null
                ? null
                : record.Array("purposes").Select(purpose => Purpose.Parse(purpose.Text())).ToList(),
            StampOf(record)
        );

    private static VideoRecord VideoRecordOf(JsonObject record) =>
        new(
            record["publishedAt"].OrNull(time => time.Moment()),
            record
                .Array("participants")
                .Select(participant => new RegisteredParticipant(
                    CreatorId.Parse(participant.Object()["creatorId"].Text()),
                    RoleOf(participant.Object())
                )),
            record.Array("derivedFrom").Select(VideoOf),
            record["identifiers"] is null ? [] : record.Array("identifiers").Select(IdentifierOf)
        );

    // The owner of a video is not one of its participants.
    private static Videos.Role RoleOf(JsonObject participant) =>
        Wording.Parse<Videos.Role>(participant["role"].Text()) is var role and not Videos.Role.Owner
            ? role
            : throw new FormatException("No participant has that role.");

    private static RegisteredIdentifier IdentifierOf(JsonNode? identifier) =>
        new(
            ContentIdentifier.ParseNormal(
                Wording.Parse<IdentifierScheme>(identifier.Object()["scheme"].Text()),
                identifier.Object()["value"].Text()
            ),
            identifier.Object()["listed"].Truth()
        );

    private static ErasedIdentifiers ErasedOf(JsonObject erased) =>
        ErasedIdentifiers.Parse(erased["kid"].Text(), [.. erased.Array("hmacs").Select(hash => hash.Text())]);

    private static PurposeDefinition DefinitionOf(JsonObject record) =>
        new(
            Purpose.Parse(record["purpose"].Text()),
            record["usesLikeness"].Truth(),
            record["description"].Text(),
            checked((int)record["introducedIn"].Integer())
        );

    private static ApprovalRecord ApprovalOf(JsonObject record) =>
        new(
            new(
                Requester.Parse(record["requester"].Text()),
                VideoOf(record["usedIn"]),
                PurposeOf(record),
                record["use"].Text(),
                record["until"].OrNull(until => until.Moment()),
                CountOf(record["uses"])
            ),
            [.. record.Array("videos").Select(VideoOf)],
            record["expiresAt"].Moment(),
            Wording.Parse<ApprovalState>(record["state"].Text()),
            record["reason"]?.Text(),
            StampOf(record)
        );

    private static GrantRecord GrantOf(JsonObject record) =>
        new(
            IdOf(record["request"]),
            VideoOf(record["video"]),
            VideoOf(record["usedIn"]),
            Requester.Parse(record["requester"].Text()),
            new(
                PurposeOf(record),
                ConditionsOf(record),
                checked((int)record["vocabularyVersion"].Integer()),
                record["expiresAt"].OrNull(expiry => expiry.Moment()),
                CountOf(record["uses"])
            ),
            StampOf(record)
        )
        {
            State = Wording.Parse<GrantState>(record["state"].Text()),
        };

    private static UseRecord UseOf(JsonObject record) =>
        new(
            Requester.Parse(record["requester"].Text()),
            PurposeOf(record),
            record["made"] is { } made ? MadeOf(made.Object()) : null,
            [
                .. record
                    .Array("videos")
                    .Select(used => used.Object())
                    .Select(used => new UsedVideo(
                        VideoOf(used["video"]),
                        Wording.Parse<UseReason>(used["reason"].Text()),
                        [.. used.Array("spent").Select(IdOf)],
                        used["reliedOn"] is { } decision ? ReliedOnOf(decision.Object()) : null
                    )),
            ],
            record["usedAt"].Moment(),
            StampOf(record)
        );

    private static ReliedOn ReliedOnOf(JsonObject decision) =>
        new(decision["decidedAt"].Moment(), decision["receipt"].Truth());

    private static Made MadeOf(JsonObject made) =>
        new(made["video"] is { } video ? VideoOf(video) : null, made["trainingRun"]?.Text());

    private static RecallRecord RecallOf(JsonObject record) =>
        new(
            Requester.Parse(record["requester"].Text()),
            VideoOf(record["video"]),
            PurposeOf(record),
            record["creator"].OrNull(creator => CreatorId.Parse(creator.Text())),
            Wording.Parse<Decisions.Reason>(record["reason"].Text()),
            record["stopBy"].Moment(),
            Wording.Parse<RecallState>(record["state"].Text()),
            record["statement"] switch
            {
                null => null,
                JsonObject digest => Statement.OfDigest(DigestOf(digest["hmac"].Text())),
                var text => Statement.OfText(text.Text()),
            },
            StampOf(record)
        );

    private static string DigestOf(string text) =>
        Base64Url.IsValid(text, out var length) && length == HMACSHA256.HashSizeInBytes
            ? text
            : throw new FormatException("Not a digest.");

    private static Guid IdOf(JsonNode? id) => Guid.ParseExact(id.Text(), "D");

    private static int? CountOf(JsonNode? count) =>
        count is null ? null
        : checked((int)count.Integer()) is var uses and > 0 ? uses
        : throw new FormatException("Nothing is granted for so many uses.");

    private static Conditions ConditionsOf(JsonObject record) =>
        ConditionWords.Parse(record.Array("conditions").Select(word => word.Text()));

    private static Choice ChoiceOf(JsonObject record) =>
        Choice.Create(
            Wording.Parse<Effect>(record["effect"].Text()),
            ConditionsOf(record),
            record["expiresAt"].OrNull(expiry => expiry.Moment()),
            checked((int)record["vocabularyVersion"].Integer())
        );

    private static Stamp StampOf(JsonObject record) => new(record["version"].Integer(), record["changedAt"].Moment());
}
