using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Signals;

/// <summary>Where one asks. Formats that send a reader there cannot say ask without it.</summary>
public sealed record SignalContact
{
    /// <param name="askUrl">The page where anybody may ask; an http or https URL.</param>
    /// <param name="policyUrl">Where the TDMRep policy is published; null if it is not.</param>
    /// <exception cref="ArgumentException">One is of another scheme.</exception>
    public SignalContact(ContentIdentifier askUrl, ContentIdentifier? policyUrl)
    {
        if (askUrl.Scheme != IdentifierScheme.Url)
            throw new ArgumentException("A URL is needed.", nameof(askUrl));
        if (policyUrl is { Scheme: not IdentifierScheme.Url })
            throw new ArgumentException("A URL is needed.", nameof(policyUrl));
        (AskUrl, PolicyUrl) = (askUrl.Value, policyUrl?.Value);
    }

    /// <summary>The page where anybody may ask.</summary>
    public string AskUrl { get; }

    /// <summary>Where the TDMRep policy is published; null if it is not.</summary>
    public string? PolicyUrl { get; }

    /// <summary>
    /// What the CAWG keys of the registry's own purposes begin with: the host of <see cref="AskUrl"/>, its labels
    /// reversed, as in <c>com.example.consent</c>. Null if it is an address or has one label.
    /// </summary>
    public string? KeyPrefix
    {
        get
        {
            var host = ContentIdentifier.ParseNormal(IdentifierScheme.Url, AskUrl).Authority!.Split(':')[0].Trim('.');
            var labels = host.Split('.');
            return labels.Length > 1 && char.IsAsciiLetter(labels[^1][0]) ? string.Join('.', labels.Reverse()) : null;
        }
    }
}
