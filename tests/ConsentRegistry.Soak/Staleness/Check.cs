namespace ConsentRegistry.Soak.Staleness;

/// <summary>What a check was answered.</summary>
internal enum CheckAnswer
{
    /// <summary>That the use may go ahead.</summary>
    Allowed,

    /// <summary>A decision that it may not.</summary>
    Denied,

    /// <summary>No decision: an error, <c>indeterminate</c>, or no answer.</summary>
    None,
}

/// <summary>How fresh a check wanted its facts.</summary>
internal enum Asked
{
    /// <summary>As the node has them.</summary>
    Fast,

    /// <summary>With <c>minVersions</c>: at least as new as what had been acknowledged.</summary>
    MinVersions,

    /// <summary>Read after the check arrived.</summary>
    Strong,
}

/// <summary>
/// One check, as its caller saw it. Times are the caller's own, by <see cref="System.Diagnostics.Stopwatch"/>.
/// </summary>
/// <param name="Start">The time just before it was sent.</param>
/// <param name="End">The time after its answer had arrived.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Node">The number of the node that was asked.</param>
/// <param name="Asked">How fresh it wanted its facts.</param>
/// <param name="Version">The version of the owner's stream that the answer knows; null if it names none.</param>
/// <param name="MinVersion">The version of the owner's stream that was asked for at least; 0 if none was.</param>
/// <param name="Way">The kind of request that it was part of.</param>
internal readonly record struct Check(
    long Start,
    long End,
    CheckAnswer Answer,
    int Node = 0,
    Asked Asked = Asked.Fast,
    long? Version = null,
    long MinVersion = 0,
    Way Way = Way.Single
);
