namespace ConsentRegistry.Soak.Staleness;

/// <summary>By which kind of request a check is asked.</summary>
internal enum Way
{
    /// <summary>One check in a request.</summary>
    Single,

    /// <summary>Many in a request.</summary>
    Batch,

    /// <summary>A line of a request that goes on and on.</summary>
    Stream,

    /// <summary>An evaluation of AuthZEN.</summary>
    AuthZen,

    /// <summary>By the client's cache of decisions, which may answer from what it was told before.</summary>
    Cached,
}
