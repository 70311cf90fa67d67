using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>What a signal says of a purpose, as a setting would say it.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">The conditions of an allow that the format can say; null where it says none.</param>
public readonly record struct SaidSetting(Purpose Purpose, Effect Effect, Conditions? Conditions);

/// <summary>Signals as settings.</summary>
public static class SignalProposals
{
    /// <summary>
    /// What a text says of each purpose: the strictest of all formats that may stand there. A purpose of which none
    /// says anything is left out.
    /// </summary>
    /// <param name="readings">What each format says.</param>
    /// <param name="vocabulary">The purposes.</param>
    public static IReadOnlyList<SaidSetting> From(ImmutableArray<SignalReading> readings, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        var settings = new List<SaidSetting>();
        foreach (var purpose in vocabulary.Purposes.Select(definition => definition.Purpose))
        {
            var said = readings.Select(reading => reading[purpose]).Where(one => one.Says != Said.Nothing).ToList();
            if (said.Count == 0)
                continue;
            var effect = EffectOf(said.Max(one => one.Says));
            var conditions = said.Aggregate(Conditions.None, (all, one) => all | one.Conditions);
            settings.Add(
                new(purpose, effect, effect == Effect.Deny || conditions == Conditions.None ? null : conditions)
            );
        }
        return settings;
    }

    private static Effect EffectOf(Said said) =>
        said switch
        {
            Said.Allow => Effect.Allow,
            Said.Ask => Effect.Ask,
            _ => Effect.Deny,
        };
}
