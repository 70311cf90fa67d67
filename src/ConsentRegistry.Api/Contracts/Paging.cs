using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Contracts;

/// <summary>The query parameters of every list that has pages.</summary>
internal static class Paging
{
    public static readonly QueryParameter Limit = new(
        "limit",
        "Limit",
        ParameterKind.PageSize,
        "How many items a page holds at most."
    );

    public static readonly QueryParameter Cursor = new(
        "cursor",
        "Cursor",
        ParameterKind.Cursor,
        "Where the list goes on: the `nextCursor` of an earlier page of the same list, with the same filters, "
            + "unchanged. Any other is refused."
    );
}
