using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.History;
using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Features.Videos;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>What schemas are called, and so the types of generated clients: the contract's words, without what tells C# types apart.</summary>
internal static class SchemaNames
{
    private const string Suffix = "Body";

    // Where the word alone would be too general among all schemas.
    private static readonly Dictionary<Type, string> Special = new()
    {
        [typeof(BatchRequest)] = "CheckBatchRequest",
        [typeof(BatchBody)] = "CheckBatch",
        [typeof(RegisteredBody)] = "Registration",
        [typeof(RegisteredBatchBody)] = "RegistrationBatch",
        [typeof(RegisteredItem)] = "RegistrationResult",
        [typeof(RegisterItem)] = "RegistrationItem",
        [typeof(ConsideredBody)] = "ConsideredCreator",
        [typeof(WeighedBody)] = "WeighedSetting",
        [typeof(BeaterBody)] = "BeatingSetting",
        [typeof(Conditions)] = "Condition",
        // What languages call something of their own.
        [typeof(RecordBody)] = "HistoryRecord",
        [typeof(ExceptionBody)] = "SettingException",
        [typeof(ExceptionsBody)] = "SettingExceptions",
        [typeof(UseBody)] = "RecordedUse",
        [typeof(Standing)] = "SettingStanding",
        [typeof(Detail)] = "NoConsentDetail",
        [typeof(EventType)] = "EventKind",
    };

    public static string Of(Type type)
    {
        if (Special.TryGetValue(type, out var special))
            return special;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
            return $"{Of(type.GenericTypeArguments[0])}Page";
        return type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name[..^Suffix.Length] : type.Name;
    }

    /// <summary>
    /// Types that are in the contract what another is: what a request or a notification names is what answers name.
    /// </summary>
    public static readonly IReadOnlyDictionary<Type, Type> SameAs = new Dictionary<Type, Type> { [typeof(VideoReference)] = typeof(VideoName), [typeof(NotifiedVideo)] = typeof(VideoName) };

    /// <summary>The type whose schema stands for this one.</summary>
    public static Type InContract(Type type) => SameAs.GetValueOrDefault(type, type);
}
