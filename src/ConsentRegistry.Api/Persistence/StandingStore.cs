using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads what stands of a creator's settings, as far as proposals are judged by it.</summary>
internal static class StandingStore
{
    /// <summary>
    /// Settings that one import is judged by, of each kind: as many as a creator may have defaults. Beside more of them
    /// nothing but a deny is shown to restrict.
    /// </summary>
    public const int MostRead = Limits.DefaultsPerCreator;

    /// <summary>Reads what bears on proposals.</summary>
    /// <param name="change">The transaction.</param>
    /// <param name="creator">The creator.</param>
    /// <param name="proposals">The proposals.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<StandingSettings> ReadAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyList<Proposal> proposals,
        CancellationToken cancellation
    )
    {
        // A deny restricts beside anything: only what stands in its place is read.
        var others = proposals.Where(proposal => proposal.Effect != Effect.Deny).ToList();
        var roots = others.Select(proposal => RootOf(proposal.Key.Purpose)).Distinct(StringComparer.Ordinal).ToArray();
        var defaults = await ReadRelatedDefaultsAsync(change, creator, roots, cancellation);
        var overrides = await ReadRelatedOverridesAsync(change, creator, others, roots, cancellation);
        var standing = new StandingSettings(
            isWhole: others.Count > 0 && defaults.Count <= MostRead && overrides.Count <= MostRead
        );
        foreach (var (key, setting) in defaults)
            standing.Add(key, setting);
        foreach (var (key, setting) in overrides)
            standing.Add(key, setting);

        var places = proposals.Select(SettingChange (proposal) => new ClearSetting(proposal.Key)).ToList();
        var known = await SettingsStore.ReadKnownAsync(change, creator, places, grantsAt: null, cancellation);
        foreach (var (key, setting) in known.Defaults)
            standing.Add(key, setting);
        foreach (var (key, setting) in known.Overrides)
            standing.Add(key, setting);
        var videos = proposals.Select(proposal => proposal.Key.Video).OfType<VideoKey>().Distinct().ToList();
        foreach (var (video, record) in await VideoStore.ReadAsync(change, videos, cancellation))
            standing.Add(video, record);
        return standing;
    }

    private static string RootOf(Purpose purpose) => purpose.Name.Split('.')[0];

    private static async Task<List<(DefaultKey Key, DefaultSetting Setting)>> ReadRelatedDefaultsAsync(
        StreamTransaction change,
        CreatorId creator,
        string[] roots,
        CancellationToken cancellation
    )
    {
        var defaults = new List<(DefaultKey, DefaultSetting)>();
        if (roots.Length == 0)
            return defaults;
        await using var command = change.Command(
            """
            SELECT d.purpose, d.requester, d.segments::text FROM consent.creator_default d
            WHERE d.creator = @creator AND split_part(d.purpose, '.', 1) = ANY(@roots) LIMIT @most
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("roots", roots);
        command.Parameters.AddWithValue("most", MostRead + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            defaults.Add(
                (
                    new(Purpose.Parse(reader.GetString(0)), SettingsStore.Named(reader.GetString(1))),
                    SegmentsJson.Read(reader.GetString(2))
                )
            );
        return defaults;
    }

    // Of a default, the overrides of every video; else those of the videos that are named.
    private static async Task<List<(OverrideKey Key, OverrideSetting Setting)>> ReadRelatedOverridesAsync(
        StreamTransaction change,
        CreatorId creator,
        List<Proposal> proposals,
        string[] roots,
        CancellationToken cancellation
    )
    {
        var overrides = new List<(OverrideKey, OverrideSetting)>();
        if (roots.Length == 0)
            return overrides;
        var videos = proposals.Select(proposal => proposal.Key.Video).OfType<VideoKey>().Distinct().ToArray();
        await using var command = change.Command(
            $"""
            SELECT {SettingsStore.OverrideColumns}
            FROM consent.video_override o
            WHERE o.creator = @creator AND split_part(o.purpose, '.', 1) = ANY(@roots)
                AND (@all OR (o.owner, o.video) IN (SELECT * FROM unnest(@owners, @videos)))
            LIMIT @most
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("roots", roots);
        command.Parameters.AddWithValue("all", proposals.Exists(proposal => proposal.Key.Video is null));
        command.Parameters.AddWithValue("owners", videos.Select(video => video.Creator.Value).ToArray());
        command.Parameters.AddWithValue("videos", videos.Select(video => video.Video.Value).ToArray());
        command.Parameters.AddWithValue("most", MostRead + 1);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            overrides.Add((OverrideColumnsOf.Key(reader, 0), OverrideColumnsOf.Setting(reader, 4)));
        return overrides;
    }
}
