using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>The change that brings back exactly what stood before another one.</summary>
/// <param name="Effect">What to set; null to clear the setting, since nothing was said.</param>
/// <param name="Conditions">Its conditions.</param>
/// <param name="ExpiresAt">Its end.</param>
internal sealed record Undo(Effect? Effect, IReadOnlyList<string> Conditions, DateTimeOffset? ExpiresAt)
{
    /// <summary>Finds it.</summary>
    /// <param name="former">The default that stood; null where nothing was said.</param>
    /// <param name="vocabularyVersion">The vocabulary that a change would be made with now.</param>
    /// <returns>
    /// Null where no change does: the default said different things for videos of different ages, and nothing is widened
    /// for videos that exist but by a word for all of them; or it was an allow that knew fewer purposes.
    /// </returns>
    public static Undo? From(Setting? former, int vocabularyVersion) =>
        former switch
        {
            null => new(null, [], null),
            { Segments: [{ From: null }] }
                when former.Effect != Client.Effect.Allow || former.VocabularyVersion == vocabularyVersion => new(
                former.Effect,
                former.Conditions,
                former.ExpiresAt
            ),
            _ => null,
        };
}
