using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>The query parameters of the log.</summary>
internal static class LogParameters
{
    public static readonly QueryParameter FromSize = new(
        "from",
        "FromSize",
        ParameterKind.Count,
        "The size of the earlier tree; required, at least 1."
    );

    public static readonly QueryParameter ToSize = new(
        "to",
        "ToSize",
        ParameterKind.Count,
        "The size of the later tree; that of the published checkpoint without it."
    );

    public static readonly QueryParameter FromLeaf = new(
        "from",
        "FromLeaf",
        ParameterKind.Count,
        "The first leaf; 0 without it."
    );

    public static readonly QueryParameter ToLeaf = new(
        "to",
        "ToLeaf",
        ParameterKind.Count,
        "The leaf after the last; the end of the published checkpoint without it."
    );

    public static readonly QueryParameter Size = new(
        "size",
        "Size",
        ParameterKind.Count,
        "The size of the tree that the proof is for; that of the published checkpoint without it."
    );
}
