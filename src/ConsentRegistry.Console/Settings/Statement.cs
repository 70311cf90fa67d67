using System.Globalization;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;

namespace ConsentRegistry.Console.Settings;

/// <summary>The one sentence that says what stands now.</summary>
internal static class Statement
{
    /// <summary>Says what stands, apart from exceptions for single videos and single requesters.</summary>
    public static string Compose(Consent consent, IReadOnlyList<Standing> standings, Texts texts)
    {
        if (consent.Hold is { Purposes: null })
            return texts["statement.held"];
        if (consent.Lockdown is { Purposes: null })
            return texts["statement.stopped"];
        var allowed = standings.Where(one => one.Effect == Effect.Allow).ToList();
        if (allowed.Count == 0)
            return texts[standings.Any(one => one.Effect == Effect.Ask) ? "statement.onlyAsk" : "statement.nothing"];
        if (allowed.Count == standings.Count && allowed.TrueForAll(one => one.Since is null))
            return texts["statement.everything"];
        return string.Format(
            CultureInfo.CurrentCulture,
            texts["statement.except"],
            Joined(allowed.Select(one => Name(one, texts)), texts)
        );
    }

    private static string Joined(IEnumerable<string> parts, Texts texts)
    {
        var list = parts.ToList();
        return list.Count == 1 ? list[0] : $"{string.Join(", ", list[..^1])} {texts["statement.and"]} {list[^1]}";
    }

    private static string Name(Standing standing, Texts texts) =>
        standing.Since is { } since
            ? string.Format(
                CultureInfo.CurrentCulture,
                texts[$"kind.{standing.Purpose}.usesSince"],
                since.UtcDateTime.ToString(
                    CultureInfo.CurrentCulture.DateTimeFormat.LongDatePattern,
                    CultureInfo.CurrentCulture
                )
            )
            : texts[$"kind.{standing.Purpose}.uses"];
}
