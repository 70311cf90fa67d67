using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Settings;

/// <summary>
/// What is answered now about videos of others in which a creator appears, as far as their word counts there. The
/// registry does not list it: it says which answers a refusal of the creator would change, and from what.
/// </summary>
internal sealed class AppearanceAnswers
{
    private readonly Dictionary<(VideoName Video, string Purpose), Effect> before = [];

    /// <summary>Reads the preview of <see cref="Refusals"/>.</summary>
    public AppearanceAnswers(Preview preview)
    {
        foreach (var video in preview.First)
        {
            foreach (var flip in video.Flips.Where(flip => flip.Requester is null))
                before[(video.Video, flip.Purpose)] = flip.Before;
        }
    }

    /// <summary>The kinds of use in which somebody's word counts.</summary>
    /// <param name="roles">How they are concerned.</param>
    /// <param name="vocabulary">Says which purposes use a likeness.</param>
    public static IReadOnlyList<string> PurposesOf(IReadOnlyList<string> roles, Vocabulary vocabulary) =>
        roles.Contains(Roles.CoCreator)
            ? KindOfUse.Main
            :
            [
                .. KindOfUse.Main.Where(kind =>
                    vocabulary.Items.Any(purpose => purpose.Name == kind && purpose.UsesLikeness)
                ),
            ];

    /// <summary>The changes whose preview tells the answers.</summary>
    public static IReadOnlyList<SettingChange> Refusals(IEnumerable<VideoName> videos) =>
        [
            .. videos.SelectMany(video =>
                KindOfUse.Main.Select(kind => SettingChange.SetOverride(video, kind, Effect.Deny))
            ),
        ];

    /// <summary>The answer to somebody whom nobody named.</summary>
    public Effect Of(VideoName video, string purpose) => before.GetValueOrDefault((video, purpose), Effect.Deny);
}
