namespace ConsentRegistry.Domain.Decisions;

/// <summary>Why a setting took part in a decision, or did not.</summary>
public enum Standing : byte
{
    /// <summary>Among the unbeaten: it had its say.</summary>
    Unbeaten,

    /// <summary>A candidate that another one beats (R4).</summary>
    Beaten,

    /// <summary>No candidate: it names another requester (R2).</summary>
    OtherRequester,

    /// <summary>No candidate: its purpose is neither the checked one nor above nor below it (R2).</summary>
    OtherPurpose,

    /// <summary>No candidate: no segment of it covers the video (R3).</summary>
    PublishedBeforeConsent,

    /// <summary>No candidate: the checked purpose is newer than the allow (R3).</summary>
    PurposeNewerThanConsent,

    /// <summary>No candidate: it has expired (R2).</summary>
    Expired,

    /// <summary>
    /// For a purpose below, where nothing at or above the checked purpose speaks: it does not count (R4).
    /// </summary>
    NothingToRestrict,
}

/// <summary>Hears how a decision comes about, in the order in which it does.</summary>
public interface ITrace
{
    /// <summary>
    /// Whether anybody listens. A constant of the type, so that a decision without a trace pays nothing for it.
    /// </summary>
    static abstract bool IsOn { get; }

    /// <summary>A creator's turn begins.</summary>
    void Consider(Decider decider);

    /// <summary>A setting of the creator whose turn it is.</summary>
    /// <param name="setting">
    /// The setting; of a default, the segment that covers the video, or the first if none does.
    /// </param>
    /// <param name="standing">Why it took part or did not.</param>
    /// <param name="beatenBy">The candidate that beats it, if it is beaten.</param>
    void Weigh(in Setting setting, Standing standing, Setting? beatenBy);

    /// <summary>A grant of the creator whose turn it is, where one was asked for.</summary>
    /// <param name="grant">The grant.</param>
    /// <param name="answers">Whether it answers the ask (R6).</param>
    void Weigh(in Grant grant, bool answers);

    /// <summary>The creator's turn ends with this answer.</summary>
    void Conclude(in Decision answer);
}

/// <summary>Nobody listens: costs nothing.</summary>
public readonly struct NoTrace : ITrace
{
    /// <inheritdoc/>
    public static bool IsOn => false;

    /// <inheritdoc/>
    public void Consider(Decider decider) { }

    /// <inheritdoc/>
    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy) { }

    /// <inheritdoc/>
    public void Weigh(in Grant grant, bool answers) { }

    /// <inheritdoc/>
    public void Conclude(in Decision answer) { }
}
