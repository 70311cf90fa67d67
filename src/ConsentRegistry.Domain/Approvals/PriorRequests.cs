namespace ConsentRegistry.Domain.Approvals;

/// <summary>How often a requester may ask the same creators.</summary>
/// <param name="OpenDays">Days for which a request can be answered, and over which unanswered ones are counted.</param>
/// <param name="RefusedDays">Days for which a refusal keeps the same from being asked again.</param>
/// <param name="OpenPerRequester">
/// Requests without an answer by one requester to one creator within <paramref name="OpenDays"/>.
/// </param>
/// <param name="OpenPerCreator">Open requests of one creator, by whomever.</param>
public sealed record AskingLimits(int OpenDays, int RefusedDays, int OpenPerRequester, int OpenPerCreator);

/// <summary>What the creators whom a new request concerns were asked before.</summary>
/// <param name="IsBlocked">Whether one of them does not want to be asked by the requester.</param>
/// <param name="IsOpen">Whether the same is asked of one of them, and not answered yet.</param>
/// <param name="WasRefused">Whether one of them refused it within <see cref="AskingLimits.RefusedDays"/>.</param>
/// <param name="Unanswered">
/// The most requests without an answer that the requester sent to one of them within
/// <see cref="AskingLimits.OpenDays"/>.
/// </param>
/// <param name="OpenOfCreator">The most open requests that one of them has, by whomever.</param>
public sealed record PriorRequests(bool IsBlocked, bool IsOpen, bool WasRefused, long Unanswered, long OpenOfCreator)
{
    /// <summary>Why the new request cannot be made; null if it can.</summary>
    public Failure? FindObstacle(AskingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (IsBlocked)
            return new(
                FailureCode.AskingBlocked,
                "A creator concerned does not want to be asked by this requester; do without this video."
            );
        if (IsOpen)
            return new(
                FailureCode.AlreadyAsked,
                "The same is asked for already, and not answered yet; wait for the answer."
            );
        if (WasRefused)
            return new(
                FailureCode.RefusedBefore,
                $"A creator concerned refused this in the last {limits.RefusedDays} days; ask again after that."
            );
        if (Unanswered >= limits.OpenPerRequester)
        {
            return new(
                FailureCode.AskingBlocked,
                $"In the last {limits.OpenDays} days this requester asked a creator concerned "
                    + $"{limits.OpenPerRequester} times without an answer, "
                    + "what was withdrawn included; ask again after that."
            );
        }
        return OpenOfCreator >= limits.OpenPerCreator
            ? new(FailureCode.AskingBlocked, "A creator concerned has too many open requests; ask again later.")
            : null;
    }
}
