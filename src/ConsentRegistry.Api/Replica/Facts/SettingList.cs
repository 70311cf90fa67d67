using System.Collections.Immutable;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>The settings that name one requester.</summary>
/// <param name="Key">The requester's name in memory.</param>
/// <param name="Requester">The requester.</param>
/// <param name="Settings">The settings; segments of one default stand together, oldest first.</param>
internal sealed record NamedSettings(FactKey Key, Requester Requester, Setting[] Settings);

/// <summary>Settings of one scope: those for anybody, and those for each requester that is named. Immutable.</summary>
/// <remarks>
/// A few requesters stand in an array, which is found soonest. Many stand in a tree, of which a list with one setting
/// replaced shares nearly everything with the list before it. So a version that names 10,000 requesters costs no more
/// for each than one that names a few, and so does loading.
/// </remarks>
internal sealed class SettingList
{
    /// <summary>So many requesters stand in an array; of more than these only the tree is altered fast.</summary>
    private const int Few = 16;

    public static readonly SettingList Empty = new([], [], null);

    private readonly NamedSettings[] few;
    private readonly ImmutableDictionary<FactKey, NamedSettings>? many;

    private SettingList(Setting[] forAnybody, NamedSettings[] few, ImmutableDictionary<FactKey, NamedSettings>? many) =>
        (ForAnybody, this.few, this.many) = (forAnybody, few, many);

    /// <summary>A list of one setting, which is for anybody.</summary>
    public static SettingList Single(in Setting setting) => new([setting], [], null);

    /// <summary>The settings for anybody; segments of one default stand together, oldest first.</summary>
    public Setting[] ForAnybody { get; }

    /// <summary>The settings that name somebody, in no order.</summary>
    public IEnumerable<NamedSettings> Named => many?.Values ?? few;

    /// <summary>How many requesters are named.</summary>
    public int NamedCount => many?.Count ?? few.Length;

    public bool IsEmpty => ForAnybody.Length == 0 && NamedCount == 0;

    /// <summary>The one setting of the list, if it is the only one and for anybody.</summary>
    public Setting? Only => ForAnybody.Length == 1 && NamedCount == 0 ? ForAnybody[0] : null;

    /// <summary>The settings that name a requester.</summary>
    public ReadOnlySpan<Setting> For(scoped in FactKey requester)
    {
        if (many is not null)
            return many.TryGetValue(requester, out var found) ? found.Settings : default;
        foreach (var named in few)
        {
            if (named.Key == requester)
                return named.Settings;
        }
        return default;
    }

    /// <summary>Whether there is a setting for this purpose and requester.</summary>
    public bool Has(PurposeIndex purpose, FactKey? requester) =>
        (requester is { } named ? For(named) : ForAnybody).IndexOfPurpose(purpose) >= 0;

    /// <summary>The list with the settings for a purpose and a requester replaced.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="requester">The requester and their name in memory; null for anybody.</param>
    /// <param name="replacement">The new settings, all of one record; none to take it away.</param>
    public SettingList With(
        PurposeIndex purpose,
        (FactKey Key, Requester Requester)? requester,
        ReadOnlySpan<Setting> replacement
    )
    {
        if (requester is not { } to)
            return new(Replace(ForAnybody, purpose, replacement), few, many);
        var settings = Replace(For(to.Key), purpose, replacement);
        return With(to.Key, settings.Length == 0 ? null : new(to.Key, to.Requester, settings));
    }

    public bool HasSameAs(SettingList other) =>
        IsSame(ForAnybody, other.ForAnybody)
        && NamedCount == other.NamedCount
        && Named.All(one => IsSame(one.Settings, other.For(one.Key).ToArray()));

    private SettingList With(FactKey key, NamedSettings? named)
    {
        if (many is null)
        {
            NamedSettings[] others = Array.FindAll(few, one => one.Key != key);
            NamedSettings[] all = named is null ? others : [.. others, named];
            return all.Length <= Few
                ? new(ForAnybody, all, null)
                : new(ForAnybody, [], all.ToImmutableDictionary(one => one.Key));
        }
        var altered = named is null ? many.Remove(key) : many.SetItem(key, named);
        return altered.Count <= Few / 2 ? new(ForAnybody, [.. altered.Values], null) : new(ForAnybody, [], altered);
    }

    private static Setting[] Replace(
        ReadOnlySpan<Setting> settings,
        PurposeIndex purpose,
        ReadOnlySpan<Setting> replacement
    )
    {
        var kept = new List<Setting>(settings.Length + replacement.Length);
        foreach (ref readonly var setting in settings)
        {
            if (setting.Purpose != purpose)
                kept.Add(setting);
        }
        kept.AddRange(replacement);
        return [.. kept];
    }

    // The order in which records came is no part of what they say; that of a default's segments is.
    private static bool IsSame(Setting[] one, Setting[] other) =>
        one.OrderBy(setting => setting.Purpose.Value).SequenceEqual(other.OrderBy(setting => setting.Purpose.Value));
}

internal static class SettingSpans
{
    public static int IndexOfPurpose(this ReadOnlySpan<Setting> settings, PurposeIndex purpose)
    {
        for (var i = 0; i < settings.Length; i++)
        {
            if (settings[i].Purpose == purpose)
                return i;
        }
        return -1;
    }

    public static int IndexOfPurpose(this Setting[] settings, PurposeIndex purpose) =>
        IndexOfPurpose((ReadOnlySpan<Setting>)settings, purpose);
}
