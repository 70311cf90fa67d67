using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Settings;
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
        [typeof(RefusedItem)] = "RefusedCheck",
        [typeof(RegisteredBody)] = "Registration",
        [typeof(RegisteredBatchBody)] = "RegistrationBatch",
        [typeof(RegisteredItem)] = "RegistrationResult",
        [typeof(RegisterItem)] = "RegistrationItem",
        [typeof(ConsideredBody)] = "ConsideredCreator",
        [typeof(WeighedBody)] = "WeighedSetting",
        [typeof(BeaterBody)] = "BeatingSetting",
        [typeof(Conditions)] = "Condition",
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

    /// <summary>The type whose schema stands for this one: what a request names is what answers name.</summary>
    public static Type InContract(Type type) => type == typeof(VideoReference) ? typeof(VideoName) : type;
}
