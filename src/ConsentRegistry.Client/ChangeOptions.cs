namespace ConsentRegistry.Client;

/// <summary>What a change may be made to depend on.</summary>
public sealed record ChangeOptions
{
    /// <summary>
    /// The settings version that the caller saw: where another stands, the change is refused with status 412 and
    /// nothing is changed. Only changes of settings and stops can depend on it; others are refused with status 400.
    /// </summary>
    public long? IfSettingsVersion { get; init; }

    /// <summary>
    /// Whether to change only what is not set yet: where a setting or stop that the change names is set, it is refused
    /// with status 412 and nothing is changed. Only changes of settings and stops can depend on it; others are refused
    /// with status 400.
    /// </summary>
    public bool OnlyIfNotSet { get; init; }

    /// <summary>
    /// 1 to 255 printable ASCII characters: the same change with the same key is made once and answered the same, for
    /// 24 hours. What makes it safe to repeat a change whose answer was lost. The repeated answer says so:
    /// <see cref="ChangeAnswer.Replayed"/>. Only a lockdown that was lifted since is set anew.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
