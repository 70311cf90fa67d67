using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>The settings that name one requester.</summary>
/// <param name="Key">The requester's name in memory.</param>
/// <param name="Requester">The requester.</param>
/// <param name="Settings">The settings; segments of one default stand together, oldest first.</param>
internal sealed record NamedSettings(FactKey Key, Requester Requester, Setting[] Settings);

/// <summary>Settings of one scope: those for anybody, and those for each requester that is named. Immutable.</summary>
internal sealed class SettingList(Setting[] forAnybody, NamedSettings[] named)
{
    public static readonly SettingList Empty = new([], []);

    /// <summary>The settings for anybody; segments of one default stand together, oldest first.</summary>
    public Setting[] ForAnybody { get; } = forAnybody;

    /// <summary>The settings that name somebody, by the requester's name in memory, so that one is found among thousands.</summary>
    public NamedSettings[] Named { get; } = named;

    public bool IsEmpty => ForAnybody.Length == 0 && Named.Length == 0;

    /// <summary>The one setting of the list, if it is the only one and for anybody.</summary>
    public Setting? Only => ForAnybody.Length == 1 && Named.Length == 0 ? ForAnybody[0] : null;

    /// <summary>How many records the list holds; the segments of a default are one.</summary>
    public int Records => CountOf(ForAnybody) + Named.Sum(named => CountOf(named.Settings));

    /// <summary>The settings that name a requester.</summary>
    public ReadOnlySpan<Setting> For(scoped in FactKey requester)
    {
        var (low, high) = (0, Named.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Order(Named[middle].Key, requester);
            if (order == 0)
                return Named[middle].Settings;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return [];
    }

    /// <summary>Whether there is a setting for this purpose and requester.</summary>
    public bool Has(PurposeIndex purpose, FactKey? requester) =>
        (requester is { } named ? For(named) : ForAnybody).IndexOfPurpose(purpose) >= 0;

    /// <summary>The list with the settings for a purpose and a requester replaced.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="requester">The requester and their name in memory; null for anybody.</param>
    /// <param name="replacement">The new settings, all of one record; none to take it away.</param>
    public SettingList With(PurposeIndex purpose, (FactKey Key, Requester Requester)? requester, ReadOnlySpan<Setting> replacement)
    {
        if (requester is not { } to)
            return new(Replace(ForAnybody, purpose, replacement), Named);
        var settings = Replace(For(to.Key), purpose, replacement);
        var others = Named.Where(one => one.Key != to.Key);
        return new(ForAnybody, settings.Length == 0 ? [.. others] : [.. others.Append(new(to.Key, to.Requester, settings)).Order(ByKey)]);
    }

    public bool HasSameAs(SettingList other) =>
        IsSame(ForAnybody, other.ForAnybody)
        && Named.Length == other.Named.Length
        && Named.Zip(other.Named).All(pair => pair.First.Key == pair.Second.Key && IsSame(pair.First.Settings, pair.Second.Settings));

    private static readonly Comparer<NamedSettings> ByKey = Comparer<NamedSettings>.Create((one, other) => Order(one.Key, other.Key));

    private static int Order(in FactKey one, in FactKey other) => one.Low != other.Low ? one.Low.CompareTo(other.Low) : one.High.CompareTo(other.High);

    private static Setting[] Replace(ReadOnlySpan<Setting> settings, PurposeIndex purpose, ReadOnlySpan<Setting> replacement)
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

    private static int CountOf(Setting[] settings) => settings.Count(setting => !setting.IsFurtherSegment);
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

    public static int IndexOfPurpose(this Setting[] settings, PurposeIndex purpose) => IndexOfPurpose((ReadOnlySpan<Setting>)settings, purpose);
}
