using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Secrets and signatures of the Standard Webhooks specification.</summary>
internal static class WebhookSecret
{
    /// <summary>Bytes of a secret: the specification wants 24 to 64.</summary>
    private const int Length = 32;

    /// <summary>The most bytes of any secret. What is encrypted has more.</summary>
    public const int MaxLength = 64;

    /// <summary>
    /// For how long a secret that was replaced signs beside the new one: a day to roll the new one out.
    /// </summary>
    public static readonly TimeSpan FormerFor = TimeSpan.FromHours(24);

    /// <summary>
    /// Former secrets of a webhook that sign at once: as often it can be replaced within a day, and a header stays
    /// short.
    /// </summary>
    public const int MaxFormer = 5;

    public static byte[] Draw() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>The secret as receivers' libraries take it.</summary>
    public static string Print(byte[] secret) => $"whsec_{Convert.ToBase64String(secret)}";

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret.</summary>
    public static string Sign(IEnumerable<byte[]> secrets, Guid id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id:D}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        return string.Join(
            ' ',
            secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}")
        );
    }
}
