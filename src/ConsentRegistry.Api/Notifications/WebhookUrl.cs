using System.Diagnostics.CodeAnalysis;
using System.Net;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Notifications;

/// <summary>The address of a webhook, as far as it can be judged before anybody connects.</summary>
internal static class WebhookUrl
{
    /// <summary>Characters of an address, at most: what servers commonly take.</summary>
    public const int MaxLength = 2_048;

    /// <summary>Reads an address; if it is refused, says why, as it goes on after the field's name.</summary>
    public static bool TryParse(
        string text,
        AddressGuard guard,
        [NotNullWhen(true)] out Uri? url,
        [NotNullWhen(false)] out string? refusal
    )
    {
        refusal = null;
        if (
            !Characters.IsOneTo(MaxLength, text)
            || text.Any(char.IsControl)
            || !Uri.TryCreate(text, UriKind.Absolute, out url)
            || url.Host.Length == 0
        )
            (url, refusal) = (null, $"is no absolute address, or longer than {MaxLength} characters");
        else if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            refusal = "has a user or a fragment";
        else if (
            url.Scheme != Uri.UriSchemeHttps
            && !(url.Scheme == Uri.UriSchemeHttp && guard.AllowsLoopback && url.IsLoopback)
        )
            refusal = "does not begin with https";
        else if (IPAddress.TryParse(url.IdnHost, out var literal) && !guard.Allows(literal))
            refusal = "is not of the public internet";
        if (refusal is not null)
            url = null;
        return url is not null;
    }
}
