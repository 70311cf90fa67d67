using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Features.AuthZen;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Features.Purposes;
using ConsentRegistry.Api.Features.Settings;
using ConsentRegistry.Api.Features.Stops;
using ConsentRegistry.Api.Features.Usages;
using ConsentRegistry.Api.Features.Videos;
using ConsentRegistry.Api.Features.Webhooks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;
using ConsentRegistry.Domain.Settings;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// What values a field takes. A field of one name means the same wherever it stands, so its name is enough to know; where it is not, the
/// record is named too.
/// </summary>
internal static class FieldLimits
{
    /// <summary>The grammar of ids.</summary>
    public const string IdPattern = @"^(?!\.{1,2}$)[A-Za-z0-9._~:@-]{1,128}$";

    /// <summary>The grammar of purposes.</summary>
    public const string PurposePattern = @"^[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,3}$";

    private static readonly Dictionary<string, Action<OpenApiSchema>> ByName = new(StringComparer.Ordinal)
    {
        ["creatorId"] = Id,
        ["videoId"] = Id,
        ["requester"] = Id,
        ["purpose"] = Purpose,
        ["parent"] = Purpose,
        ["reason"] = Text,
        ["description"] = Text,
        ["version"] = AtLeast(0),
        ["settingsVersion"] = AtLeast(0),
        ["currentVersion"] = AtLeast(0),
        ["vocabularyVersion"] = AtLeast(1),
        ["introducedIn"] = AtLeast(1),
        ["count"] = AtLeast(0),
        ["overrides"] = AtLeast(0),
        ["maxAgeMs"] = AtLeast(0),
        ["ageMs"] = AtLeast(0),
        ["maxStalenessMs"] = Between(0, CheckValidator.MaxStalenessMs),
        ["changes"] = AtLeast(0),
        ["obligations"] = Items(0, Wording.All<Conditions>().Length),
        ["excludes"] = Purposes(0),
        ["purposes"] = Purposes(1),
        ["segments"] = Items(1, Limits.SegmentsPerDefault),
        ["participants"] = Items(0, Limits.ParticipantsPerVideo),
        ["derivedFrom"] = Items(0, Limits.SourcesPerVideo),
        ["checks"] = Items(1, Question.PerRequest),
        ["videos"] = Items(1, RegisterVideosValidator.MaxVideos),
        ["usages"] = Items(1, RecordUsesValidator.MaxUses),
        ["items"] = Items(0, RequestShape.MaxPage),
        ["nextCursor"] = schema => (schema.MinLength, schema.MaxLength) = (1, Cursor.MaxLength),
        ["minVersions"] = Versions(Limits.VideosPerCheck),
        ["versions"] = Versions(null),
        ["owner"] = Id,
        ["url"] = schema => (schema.Format, schema.MinLength, schema.MaxLength) = ("uri", 1, WebhookUrl.MaxLength),
        ["kinds"] = Items(1, Wording.All<NotificationKind>().Length),
        ["secret"] = schema => schema.Pattern = "^whsec_[A-Za-z0-9+/]+=*$",
        ["attempts"] = Between(0, RetrySchedule.Attempts),
        ["unread"] = Between(0, InboxStore.UnreadCounted),
        ["marked"] = AtLeast(0),
        ["notificationIds"] = Ids,
        ["lastEventId"] = schema => schema.Pattern = "^[0-9]{1,19}$",
        ["status"] = Between(400, 599),
        ["first"] = Items(0, Preview.Named),
    };

    private static readonly Dictionary<(Type, string), Action<OpenApiSchema>> ByRecord = new()
    {
        [(typeof(ChangeSettingsRequest), "changes")] = Items(1, ChangeSettingsValidator.MaxChanges),
        // Of a longer one the beginning is kept.
        [(typeof(LockdownRequest), "reason")] = _ => { },
        [(typeof(HoldRequest), "reason")] = schema => schema.MinLength = 1,
        [(typeof(BatchBody), "results")] = Items(1, Question.PerRequest),
        [(typeof(RegisteredBatchBody), "results")] = Items(1, RegisterVideosValidator.MaxVideos),
        [(typeof(UsesChange), "results")] = Items(1, RecordUsesValidator.MaxUses),
        [(typeof(RecordUseRequest), "videos")] = Items(1, RecordUseValidator.MaxVideos),
        [(typeof(UseBody), "videos")] = Items(1, RecordUseValidator.MaxVideos),
        [(typeof(DecisionRequest), "versions")] = Versions(RecordUseValidator.MaxVersions),
        [(typeof(FlippedVideo), "flips")] = Items(1, Preview.Named),
        [(typeof(VocabularyBody), "items")] = Items(1, Limits.Purposes),
        [(typeof(VocabularyBody), "version")] = AtLeast(1),
        [(typeof(AppearanceBody), "roles")] = Items(1, Wording.All<ParticipantRole>().Length),
        [(typeof(DeliveryBody), "status")] = Between(100, 999),
        [(typeof(PingBody), "status")] = Between(100, 999),
        [(typeof(Features.Health.HealthBody), "status")] = _ => { },
        [(typeof(Features.Health.ReadyBody), "status")] = _ => { },
        [(typeof(EvaluationsRequest), "evaluations")] = Items(0, Question.PerRequest),
        [(typeof(EvaluationDecisions), "evaluations")] = Items(0, Question.PerRequest),
        [(typeof(NotificationData), "videos")] = AtLeast(1),
        // A refused item repeats what the request said, whatever that was.
        [(typeof(RegisteredItem), "creatorId")] = _ => { },
        [(typeof(RegisteredItem), "videoId")] = _ => { },
    };

    /// <summary>Limits a field of a record.</summary>
    public static void Apply(Type record, string name, IOpenApiSchema schema)
    {
        // What is defined elsewhere is limited there.
        if (schema is OpenApiSchema inline && (ByRecord.TryGetValue((record, name), out var limit) || ByName.TryGetValue(name, out limit)))
            limit(inline);
    }

    private static void Id(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength, schema.Pattern) = (1, Identifier.MaxLength, IdPattern);

    private static void Purpose(OpenApiSchema schema) => schema.Pattern = PurposePattern;

    private static void Text(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength) = (1, Rules.MaxTextLength);

    private static Action<OpenApiSchema> AtLeast(int least) => schema => schema.Minimum = least.ToString();

    private static Action<OpenApiSchema> Between(int least, int most) => schema => (schema.Minimum, schema.Maximum) = (least.ToString(), most.ToString());

    private static Action<OpenApiSchema> Items(int least, int most) => schema => (schema.MinItems, schema.MaxItems) = (least == 0 ? null : least, most);

    private static void Ids(OpenApiSchema schema)
    {
        Items(1, MarkReadValidator.MaxIds)(schema);
        ((OpenApiSchema)schema.Items!).Format = "uuid";
    }

    private static Action<OpenApiSchema> Purposes(int least) => schema =>
    {
        Items(least, Limits.Purposes)(schema);
        Purpose((OpenApiSchema)schema.Items!);
    };

    private static Action<OpenApiSchema> Versions(int? most) => schema =>
    {
        schema.MaxProperties = most;
        AtLeast(0)((OpenApiSchema)schema.AdditionalProperties!);
    };
}
