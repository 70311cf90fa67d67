using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Client;

/// <summary>
/// Tells whether a message is the registry's and as it was sent, by the Standard Webhooks specification
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Thread-safe.
/// </summary>
/// <remarks>
/// Messages are delivered at least once, and for five minutes anybody who saw one may send it again. So whatever a
/// receiver does with a message, it has to be safe to do twice.
/// </remarks>
public sealed class WebhookVerifier
{
    private const string SecretPrefix = "whsec_";
    private const string SignaturePrefix = "v1,";

    /// <summary>
    /// How far the time of sending may be from now, so that nobody sends a message again later: what the
    /// specification's libraries allow.
    /// </summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] key;

    /// <summary>A verifier of one webhook's messages.</summary>
    /// <param name="secret">
    /// The secret, <c>whsec_…</c>, as <see cref="NewWebhook.Secret"/> has it. While it is being replaced either one
    /// will do, for messages are signed with both.
    /// </param>
    /// <exception cref="FormatException">It is no secret of a webhook.</exception>
    public WebhookVerifier(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        key = Convert.FromBase64String(
            secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret
        );
    }

    /// <summary>
    /// Whether one of the signatures is by the secret, over these very bytes, and of the five minutes around now.
    /// </summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>: seconds since 1970.</param>
    /// <param name="signatures">
    /// The header <c>webhook-signature</c>: one or more, with spaces between, for a secret may be in the course of
    /// being replaced.
    /// </param>
    /// <param name="body">The body as it came.</param>
    /// <param name="now">The receiver's clock.</param>
    public bool Verifies(string id, string timestamp, string signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        if (
            !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt)
            || Math.Abs(now.ToUnixTimeSeconds() - sentAt) > Tolerance.TotalSeconds
        )
            return false;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.ASCII.GetBytes(
            SignaturePrefix + Convert.ToBase64String(HMACSHA256.HashData(key, signed))
        );
        var isOurs = false;
        foreach (var signature in signatures.Split(' '))
            isOurs |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected);
        return isOurs;
    }
}
