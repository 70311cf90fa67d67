using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>
/// How this client reads and writes JSON, as generated code. Fields that a newer registry adds are passed over; what an
/// answer has to have and has not, or has twice, is an exception and so no consent.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(Check))]
[JsonSerializable(typeof(ReceiptToExport))]
[JsonSerializable(typeof(SignalToCompare))]
[JsonSerializable(typeof(SignalComparison))]
[JsonSerializable(typeof(RowsToImport))]
[JsonSerializable(typeof(Import))]
[JsonSerializable(typeof(CheckBatch))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(BatchDecision))]
[JsonSerializable(typeof(Choice))]
[JsonSerializable(typeof(SettingChanges))]
[JsonSerializable(typeof(StopToSet))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(Preview))]
[JsonSerializable(typeof(Consent))]
[JsonSerializable(typeof(Page<Setting>), TypeInfoPropertyName = "PageOfSettings")]
[JsonSerializable(typeof(Page<Appearance>), TypeInfoPropertyName = "PageOfAppearances")]
[JsonSerializable(typeof(Page<VideoConsent>), TypeInfoPropertyName = "PageOfVideos")]
[JsonSerializable(typeof(VideoFacts))]
[JsonSerializable(typeof(VideosToRegister))]
[JsonSerializable(typeof(IdentifiersToLookUp))]
[JsonSerializable(typeof(Lookup))]
[JsonSerializable(typeof(Video))]
[JsonSerializable(typeof(Registered))]
[JsonSerializable(typeof(RegisteredBatch))]
[JsonSerializable(typeof(VideoConsent))]
[JsonSerializable(typeof(VideoSignals))]
[JsonSerializable(typeof(SiteSignals))]
[JsonSerializable(typeof(SignalLine))]
[JsonSerializable(typeof(PurposeToRegister))]
[JsonSerializable(typeof(Purpose))]
[JsonSerializable(typeof(Vocabulary))]
[JsonSerializable(typeof(WebhookToCreate))]
[JsonSerializable(typeof(WebhookUpdate))]
[JsonSerializable(typeof(NewWebhook))]
[JsonSerializable(typeof(PingResult))]
[JsonSerializable(typeof(Page<Webhook>), TypeInfoPropertyName = "PageOfWebhooks")]
[JsonSerializable(typeof(Page<Delivery>), TypeInfoPropertyName = "PageOfDeliveries")]
[JsonSerializable(typeof(InboxPage))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(Page<Notification>), TypeInfoPropertyName = "PageOfNotifications")]
[JsonSerializable(typeof(ReadMark))]
[JsonSerializable(typeof(MarkedRead))]
[JsonSerializable(typeof(WantedApproval))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(ApprovalRequestChange))]
[JsonSerializable(typeof(AskedChange))]
[JsonSerializable(typeof(GrantChange))]
[JsonSerializable(typeof(BlockedChange))]
[JsonSerializable(typeof(Page<ApprovalRequest>), TypeInfoPropertyName = "PageOfApprovalRequests")]
[JsonSerializable(typeof(Page<AskedApproval>), TypeInfoPropertyName = "PageOfAskedApprovals")]
[JsonSerializable(typeof(Page<Grant>), TypeInfoPropertyName = "PageOfGrants")]
[JsonSerializable(typeof(Page<BlockedRequester>), TypeInfoPropertyName = "PageOfBlockedRequesters")]
[JsonSerializable(typeof(UseToRecord))]
[JsonSerializable(typeof(UsesToRecord))]
[JsonSerializable(typeof(RecordedUse))]
[JsonSerializable(typeof(RecordedUses))]
[JsonSerializable(typeof(Page<Use>), TypeInfoPropertyName = "PageOfUses")]
[JsonSerializable(typeof(Page<ConcerningUse>), TypeInfoPropertyName = "PageOfConcerningUses")]
[JsonSerializable(typeof(UseTotals))]
[JsonSerializable(typeof(RecallStatement))]
[JsonSerializable(typeof(AnsweredRecall))]
[JsonSerializable(typeof(Page<Recall>), TypeInfoPropertyName = "PageOfRecalls")]
[JsonSerializable(typeof(ChangeEvent))]
[JsonSerializable(typeof(Page<HistoryEvent>), TypeInfoPropertyName = "PageOfHistory")]
[JsonSerializable(typeof(FeedPosition))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(ReadyBody))]
[JsonSerializable(typeof(ReadinessBody))]
[JsonSerializable(typeof(LogKeys))]
[JsonSerializable(typeof(ChangesPage))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class WireJson : JsonSerializerContext;

internal sealed record ProblemDetails(
    string? Code = null,
    string? Detail = null,
    string? TraceId = null,
    Dictionary<string, string[]>? Errors = null
);

/// <summary>
/// A duration as the contract has it, in whole milliseconds; what is finer is cut off, so that nothing is reused for
/// longer than was said.
/// </summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // What no TimeSpan holds is as good as for ever.
        const long longest = long.MaxValue / TimeSpan.TicksPerMillisecond;
        return TimeSpan.FromTicks(Math.Clamp(reader.GetInt64(), -longest, longest) * TimeSpan.TicksPerMillisecond);
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Ticks / TimeSpan.TicksPerMillisecond);
}
