using System.Text.RegularExpressions;

namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// The normal form of a C2PA manifest's id: the words of the URN and the UUID in lower case, the rest as it is.
/// </summary>
internal static partial class C2paForm
{
    private const string Uuid = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

    // Visible ASCII but a colon.
    private const string Visible = "[!-9;-~]";

    /// <summary>The normal form; or what is wrong.</summary>
    public static Result<string> Normalize(string text)
    {
        var match = Current().Match(text);
        if (!match.Success)
            match = Former().Match(text);
        return match.Success
            ? match.Groups["vendor"].Value + match.Groups["urn"].Value.ToLowerInvariant() + match.Groups["rest"].Value
            : ContentIdentifier.Refuse(
                "is no id of a C2PA manifest; send urn:c2pa: and a UUID, or the urn:uuid: of an older manifest"
            );
    }

    // C2PA 2.x: who made the claim, and which version of a manifest it is and why, may follow.
    [GeneratedRegex(
        $"^(?<urn>(?i:urn:c2pa:){Uuid})(?<rest>(:{Visible}{{0,32}}(:[0-9]{{1,10}}_[0-9]{{1,10}})?)?)\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Current();

    // C2PA 1.x: a vendor may stand before it.
    [GeneratedRegex(
        $"^(?<vendor>({Visible}{{1,32}}:)?)(?<urn>(?i:urn:uuid:){Uuid})\\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Former();
}
