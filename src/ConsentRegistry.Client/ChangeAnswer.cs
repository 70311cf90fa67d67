namespace ConsentRegistry.Client;

/// <summary>
/// What the answer to every change says of itself: whether it was given before, and whether it still holds.
/// </summary>
public abstract record ChangeAnswer
{
    /// <summary>
    /// Whether the same answer was given before, under the same <see cref="ChangeOptions.IdempotencyKey"/>. What it
    /// says was true then; nothing was changed now.
    /// </summary>
    public bool Replayed { get; init; }

    /// <summary>
    /// Whether something that a repeated answer speaks of has been changed since, so that it is not in force any more
    /// as the answer says. Changes of anything else do not count.
    /// </summary>
    public bool Superseded { get; init; }

    /// <summary>
    /// Where <see cref="Superseded"/>: the version at which the stream stands now; null otherwise, and where several
    /// streams were changed.
    /// </summary>
    public long? CurrentVersion { get; init; }
}
