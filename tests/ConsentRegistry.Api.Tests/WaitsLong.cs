using System.Reflection;
using ConsentRegistry.Api.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongWaitsFirst))]

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// Tests of a class that wait for minutes, and keep no processor busy meanwhile: failovers, kills, restarts. They begin
/// first, so that the others fill the time.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WaitsLongAttribute : Attribute;

/// <summary>Begins with the classes that wait long.</summary>
public sealed class LongWaitsFirst : ITestCollectionOrderer
{
    private static readonly string[] Names =
    [
        .. typeof(LongWaitsFirst)
            .Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<WaitsLongAttribute>() is not null)
            .Select(type => type.FullName!),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(collection =>
                Names.Any(name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) ? 0 : 1
            ),
        ];
}
