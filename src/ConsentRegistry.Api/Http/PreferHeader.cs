namespace ConsentRegistry.Api.Http;

/// <summary>
/// The header <c>Prefer</c> (RFC 7240): what a caller would like, and no request fails for. What is not known is passed
/// over.
/// </summary>
internal static class PreferHeader
{
    public const string Header = "Prefer";

    /// <summary>Says which preference was followed.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>Answer at once, before the change is in force everywhere.</summary>
    public const string RespondAsync = "respond-async";

    /// <summary>Whether the request states a preference that takes no value.</summary>
    public static bool Has(HttpContext http, string preference) =>
        http
            .Request.Headers[Header]
            .SelectMany(value => (value ?? "").Split(','))
            .Any(one => string.Equals(one.Split(';')[0].Trim(), preference, StringComparison.OrdinalIgnoreCase));
}
