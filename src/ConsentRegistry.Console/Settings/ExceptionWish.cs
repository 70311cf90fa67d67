using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>What a creator wants for one video and one kind of use.</summary>
/// <param name="Purpose">The kind of use.</param>
/// <param name="Choice">The exception; null to remove the one that stands.</param>
internal sealed record ExceptionWish(string Purpose, Choice? Choice)
{
    /// <summary>The word with which a form removes an exception.</summary>
    public const string Clear = "clear";

    /// <summary>Reads a form; null where it names no kind of use that is offered, or no answer.</summary>
    /// <param name="purpose">The kind of use.</param>
    /// <param name="offered">Those that can be chosen.</param>
    /// <param name="effect">The effect's word, or <see cref="Clear"/>.</param>
    /// <param name="conditions">The conditions' words; a refusal has none.</param>
    public static ExceptionWish? Read(
        string? purpose,
        IReadOnlyList<string> offered,
        string? effect,
        IReadOnlyList<string>? conditions
    )
    {
        if (purpose is null || !offered.Contains(purpose))
            return null;
        if (effect == Clear)
            return new(purpose, Choice: null);
        return EffectWords.Parse(effect) is { } chosen
            ? new(purpose, new(chosen) { Conditions = chosen == Effect.Deny ? null : conditions ?? [] })
            : null;
    }

    /// <summary>Makes the change.</summary>
    public Task<Change> MakeAsync(
        SettingsClient settings,
        string creatorId,
        VideoName video,
        ChangeOptions options,
        CancellationToken cancellation
    ) =>
        Choice is { } choice
            ? settings.SetOverrideAsync(creatorId, video, Purpose, choice, options: options, cancellation: cancellation)
            : settings.ClearOverrideAsync(creatorId, video, Purpose, options: options, cancellation: cancellation);
}
