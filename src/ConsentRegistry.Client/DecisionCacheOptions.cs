namespace ConsentRegistry.Client;

/// <summary>What a <see cref="DecisionCache"/> may keep.</summary>
public sealed class DecisionCacheOptions
{
    /// <summary>The longest <see cref="MaxStaleness"/> that a registry takes.</summary>
    public static readonly TimeSpan LongestStaleness = TimeSpan.FromMinutes(5);

    /// <summary>The shortest <see cref="MaxFeedLag"/>: a registry says each second how far its feed is.</summary>
    public static readonly TimeSpan ShortestFeedLag = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For how long an allow may be answered again: 0, which is the default, to 5 minutes. With 0 an allow is always
    /// asked for. <b>A longer time is outside the registry's promise</b> that an acknowledged change is in force
    /// everywhere: for a moment after a creator has withdrawn consent, an allow from before may be answered. The live
    /// feed of changes makes that moment short, usually well below a second.
    /// </summary>
    public TimeSpan MaxStaleness { get; set; }

    /// <summary>
    /// How far the feed of changes may be behind until no allow is answered from the cache: 3 seconds by default, 1
    /// second at least.
    /// </summary>
    public TimeSpan MaxFeedLag { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many answers are kept at most: 100,000 by default. With more, those asked for least go first.</summary>
    public int MaxEntries { get; set; } = 100_000;
}
