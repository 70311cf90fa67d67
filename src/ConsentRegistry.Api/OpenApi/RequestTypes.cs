using System.Collections.Frozen;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// The records that callers write: what an operation takes as its body, and whatever that consists of.
/// </summary>
internal static class RequestTypes
{
    private static readonly FrozenSet<Type> All = Find();

    /// <summary>Whether callers write the record; others are only ever read by them.</summary>
    public static bool Contains(Type type) => All.Contains(type);

    private static FrozenSet<Type> Find()
    {
        var found = new HashSet<Type>();
        var left = new Stack<Type>(
            from type in typeof(RequestTypes).Assembly.GetTypes()
            from method in type.GetMethods()
            from parameter in method.GetParameters()
            where
                parameter.ParameterType is { IsGenericType: true, ContainsGenericParameters: false } body
                && body.GetGenericTypeDefinition() == typeof(Body<>)
            select parameter.ParameterType.GenericTypeArguments[0]
        );
        foreach (
            var type in typeof(RequestTypes)
                .Assembly.GetTypes()
                .Where(type => type.IsDefined(typeof(OpenBodyAttribute), inherit: false))
        )
            left.Push(type);
        while (left.TryPop(out var type))
        {
            if (
                type.Assembly != typeof(RequestTypes).Assembly
                || type.IsEnum
                || !found.Add(SchemaNames.InContract(type))
            )
                continue;
            foreach (var property in type.GetProperties())
                left.Push(
                    property.PropertyType is { IsGenericType: true } list
                        ? list.GenericTypeArguments[0]
                        : property.PropertyType
                );
        }
        return found.ToFrozenSet();
    }
}
