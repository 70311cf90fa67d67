namespace ConsentRegistry.Api.Configuration;

/// <summary>How a node is stopped.</summary>
/// <param name="Time">For how long it still answers, while it says that it is not ready:
/// <c>Shutdown:DrainSeconds</c>.</param>
internal sealed record DrainOptions(TimeSpan Time)
{
    /// <summary>
    /// Long enough for what asks every few seconds whether a node is ready, and for connections that are used now and
    /// then.
    /// </summary>
    public const int UsualSeconds = 10;

    /// <summary>At most. Whoever stops a node waits no longer.</summary>
    public const int MostSeconds = 300;

    /// <summary>How long requests that are being answered may still take when it is over.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);
}
