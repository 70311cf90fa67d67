using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Imports;

/// <summary>What stands of one creator's settings, as far as proposals are judged by it.</summary>
/// <param name="isWhole">
/// Whether everything is there that bears on the proposals. If not, only what denies is shown to restrict.
/// </param>
public sealed class StandingSettings(bool isWhole)
{
    private readonly Dictionary<DefaultKey, DefaultSetting> defaults = [];
    private readonly Dictionary<VideoKey, Dictionary<OverrideKey, OverrideSetting>> overrides = [];
    private readonly Dictionary<VideoKey, VideoRecord> registered = [];

    /// <summary>Whether everything is there that bears on the proposals.</summary>
    public bool IsWhole { get; } = isWhole;

    internal IReadOnlyDictionary<DefaultKey, DefaultSetting> Defaults => defaults;

    internal IEnumerable<IReadOnlyDictionary<OverrideKey, OverrideSetting>> OverridesByVideo => overrides.Values;

    /// <summary>Adds or replaces a default.</summary>
    public void Add(DefaultKey key, DefaultSetting setting) => defaults[key] = setting;

    /// <summary>Adds or replaces an override.</summary>
    public void Add(OverrideKey key, OverrideSetting setting)
    {
        if (!overrides.TryGetValue(key.Video, out var ofVideo))
            overrides.Add(key.Video, ofVideo = []);
        ofVideo[key] = setting;
    }

    /// <summary>Adds what is registered about a video. One that is not added is not registered.</summary>
    public void Add(VideoKey video, VideoRecord record) => registered[video] = record;

    internal IReadOnlyDictionary<OverrideKey, OverrideSetting> OverridesOf(VideoKey video) =>
        overrides.GetValueOrDefault(video) ?? [];

    internal VideoRecord? RecordOf(VideoKey video) => registered.GetValueOrDefault(video);

    internal DefaultSetting? Find(DefaultKey key) => defaults.GetValueOrDefault(key);

    internal OverrideSetting? Find(OverrideKey key) => OverridesOf(key.Video).GetValueOrDefault(key);

    // What a setting says, a choice for each segment; nothing if it is not set.
    internal IReadOnlyCollection<Choice> ChoicesAt(SettingKey key) =>
        key.Video is null ? [.. Find(key.ToDefault())?.Segments.Select(segment => segment.Choice) ?? []]
        : Find(key.ToOverride()) is { } found ? [found.Choice]
        : [];
}
