namespace ConsentRegistry.Api.Http;

/// <summary>What values a parameter takes.</summary>
public enum ParameterKind
{
    /// <summary>An id of a creator, a video or a requester.</summary>
    Id,

    /// <summary>A purpose by its name.</summary>
    Purpose,

    /// <summary>A time of RFC 3339.</summary>
    Time,

    /// <summary>A whole number from 0 on.</summary>
    Count,

    /// <summary>Whether something holds.</summary>
    Boolean,

    /// <summary>How many items a page holds.</summary>
    PageSize,

    /// <summary>Where a list goes on.</summary>
    Cursor,

    /// <summary>The origin of a site.</summary>
    Site,

    /// <summary>A word of an enumeration.</summary>
    Words,
}

/// <summary>A query parameter of the contract. Operations that mean the same by it share one.</summary>
/// <param name="Name">Its name in a query.</param>
/// <param name="Id">Its name among the parameters of the OpenAPI document, and so in generated clients.</param>
/// <param name="Kind">What values it takes.</param>
/// <param name="Description">What it does, for the document.</param>
/// <param name="Words">Of <see cref="ParameterKind.Words"/>: the enumeration.</param>
public sealed record QueryParameter(string Name, string Id, ParameterKind Kind, string Description, Type? Words = null);

/// <summary>The query parameters that an operation knows, in the order of the document.</summary>
public sealed record QueryParameters(IReadOnlyList<QueryParameter> All)
{
    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; } = [.. All.Select(parameter => parameter.Name)];
}
