using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>How what a signal says stands to what the registry answers.</summary>
public enum Drift : byte
{
    /// <summary>Both say the same.</summary>
    Agrees,

    /// <summary>The signal says less than the registry allows.</summary>
    Stricter,

    /// <summary>
    /// The signal says more than the registry allows: whoever reads it may do what is not allowed, or is told to ask
    /// where somebody has denied.
    /// </summary>
    Looser,

    /// <summary>The signal says nothing of the purpose.</summary>
    Unknown,
}

/// <summary>What a signal says of a purpose, beside the registry's answer.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Says">What the signal says.</param>
/// <param name="Effect">The registry's strictest answer to anybody.</param>
/// <param name="Drift">How the two stand to each other.</param>
public sealed record PurposeDrift(Purpose Purpose, Said Says, Effect Effect, Drift Drift);

/// <summary>Compares signals with the registry.</summary>
public static class SignalComparer
{
    /// <summary>Compares what one format says with the registry's answers, for each purpose.</summary>
    public static ImmutableArray<PurposeDrift> Compare(SignalReading reading, PublicConsent consent)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(consent);
        return
        [
            .. consent.Vocabulary.Purposes.Select(definition =>
            {
                var answer = consent[consent.Vocabulary.Find(definition.Purpose)];
                var said = reading[definition.Purpose];
                return new PurposeDrift(definition.Purpose, said.Says, answer.Effect, DriftOf(said, answer));
            }),
        ];
    }

    private static Drift DriftOf(SaidOfPurpose said, PublicAnswer answer) =>
        said.Says switch
        {
            Said.Allow => answer.Effect != Effect.Allow || IsMore(said, answer) ? Drift.Looser : Drift.Agrees,
            Said.Ask => answer.Effect switch
            {
                Effect.Allow => Drift.Stricter,
                Effect.Ask => Drift.Agrees,
                // Where nobody has denied, to be told to ask permits nothing.
                _ => answer.IsSilent ? Drift.Agrees : Drift.Looser,
            },
            Said.Deny => answer.Effect == Effect.Deny ? Drift.Agrees : Drift.Stricter,
            _ => Drift.Unknown,
        };

    // An allow without a condition that the registry's has, or for purposes below of which that does not speak.
    private static bool IsMore(SaidOfPurpose said, PublicAnswer answer) =>
        answer.IsPartial || (answer.Conditions & ~said.Conditions) != Conditions.None;
}
