namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Whether a commit stands is not known: the connection broke meanwhile, the synchronous standby did not confirm it, or
/// the server is another since.
/// </summary>
public sealed class OutcomeUnknownException : Exception
{
    /// <summary>The connection broke.</summary>
    public OutcomeUnknownException(Exception cause)
        : base("The outcome of a commit is unknown.", cause) { }

    /// <summary>The commit was answered, and yet does not count.</summary>
    /// <param name="reason">Why, for the log.</param>
    public OutcomeUnknownException(string reason)
        : base($"The outcome of a commit is unknown: {reason}") { }
}
