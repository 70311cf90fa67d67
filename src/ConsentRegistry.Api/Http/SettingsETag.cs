using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// ETags of a creator's settings. That of a change is the settings version. That of <c>GET …/consent</c> changes with
/// all that the answer shows: it
/// is the settings version alone while the stream's version is the same number, and both, as <c>"3.7"</c>, once other
/// changes raised that.
/// </summary>
internal static class SettingsETag
{
    private const char Separator = '.';

    /// <summary>The tag of a creator's settings as they are shown.</summary>
    /// <param name="settingsVersion">How often the settings were changed.</param>
    /// <param name="version">How often the stream was, which is never less: videos and approvals change it as
    /// well.</param>
    public static EntityTagHeaderValue Create(long settingsVersion, long version) =>
        version == settingsVersion
            ? new(string.Create(CultureInfo.InvariantCulture, $"\"{settingsVersion}\""))
            : new(string.Create(CultureInfo.InvariantCulture, $"\"{settingsVersion}{Separator}{version}\""));

    /// <summary>
    /// Whether a tag, strong or weak, of a change or of what was shown, is of these settings: other changes of the
    /// stream leave them as they are.
    /// </summary>
    public static bool IsOfSettings(this EntityTagHeaderValue tag, long settingsVersion)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var text = tag.Tag.AsSpan().Trim('"');
        var shown = text.IndexOf(Separator);
        return (shown < 0 || IsNumber(text[(shown + 1)..]))
            && (shown < 0 ? text : text[..shown]).SequenceEqual(settingsVersion.ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
