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
}
