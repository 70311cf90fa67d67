using System.Reflection;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// What schemas are called, and so the types of generated clients: the contract's words, without what tells C# types
/// apart.
/// </summary>
internal static class SchemaNames
{
    private const string Suffix = "Body";

    // Of words of the domain, which say nothing of the document.
    private static readonly Dictionary<Type, string> OfDomain = new()
    {
        [typeof(Conditions)] = "Condition",
        [typeof(Standing)] = "SettingStanding",
        [typeof(Detail)] = "NoConsentDetail",
        [typeof(EventType)] = "EventKind",
    };

    public static string For(Type type)
    {
        if ((OfDomain.GetValueOrDefault(type) ?? type.GetCustomAttribute<SchemaNameAttribute>()?.Name) is { } named)
            return named;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
            return $"{For(type.GenericTypeArguments[0])}Page";
        return type.Name.EndsWith(Suffix, StringComparison.Ordinal) ? type.Name[..^Suffix.Length] : type.Name;
    }

    /// <summary>
    /// Types that are in the contract what another is: what a request or a notification names is what answers name.
    /// </summary>
    public static readonly IReadOnlyDictionary<Type, Type> SameAs = typeof(SchemaNames)
        .Assembly.GetTypes()
        .Select(type => (Type: type, type.GetCustomAttribute<SameSchemaAsAttribute>()?.Other))
        .Where(one => one.Other is not null)
        .ToDictionary(one => one.Type, one => one.Other!);

    /// <summary>The type whose schema stands for this one.</summary>
    public static Type InContract(Type type) => SameAs.GetValueOrDefault(type, type);
}
