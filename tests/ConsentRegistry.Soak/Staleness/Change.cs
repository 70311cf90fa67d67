namespace ConsentRegistry.Soak.Staleness;

/// <summary>Which way a change moves the consent that a check is answered with.</summary>
internal enum Direction
{
    /// <summary>From allow to anything else.</summary>
    Restricts,

    /// <summary>To allow.</summary>
    Widens,
}

/// <summary>
/// One attempt at a change, as its caller saw it. Times are the caller's own, by
/// <see cref="System.Diagnostics.Stopwatch"/>.
/// </summary>
/// <param name="Direction">Which way it moves consent.</param>
/// <param name="Start">The time just before it was sent.</param>
/// <param name="End">
/// The time after its acknowledgement had arrived; null if none arrived, so that it may have taken effect at any time
/// since, or may yet.
/// </param>
/// <param name="What">The request, for whoever reads what went wrong.</param>
/// <param name="Node">The number of the node that was asked.</param>
/// <param name="Version">
/// The version of the owner's stream that was acknowledged; null if there is none, or it is another creator's stream.
/// </param>
internal sealed record Change(
    Direction Direction,
    long Start,
    long? End,
    string What = "",
    int Node = 0,
    long? Version = null
);
