using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ConsentRegistry.Api.Notifications;

/// <summary>
/// Encrypts secrets of webhooks for the database, with a key ring that is not in it. What is encrypted is bound to its
/// webhook: put in another one's place it cannot be read.
/// </summary>
internal sealed class WebhookSecrets(IDataProtectionProvider provider)
{
    // Part of what is stored: another name would make every secret unreadable.
    private readonly IDataProtector protector = provider.CreateProtector("ConsentRegistry.WebhookSecret");

    /// <summary>The secret as it is stored.</summary>
    public byte[] Encrypt(Guid webhook, byte[] secret) => Of(webhook).Protect(secret);

    /// <summary>
    /// Whether what is stored is a secret from before secrets were encrypted: an encrypted one is longer than any of
    /// those.
    /// </summary>
    public static bool IsClear(byte[] stored) => stored.Length <= WebhookSecret.MaxLength;

    /// <summary>
    /// Reads stored secrets; false if the ring lacks the key of one of them, or one is another webhook's.
    /// </summary>
    public bool TryDecrypt(
        Guid webhook,
        IReadOnlyList<byte[]> stored,
        [NotNullWhen(true)] out IReadOnlyList<byte[]>? secrets
    )
    {
        try
        {
            secrets = [.. stored.Select(one => IsClear(one) ? one : Of(webhook).Unprotect(one))];
            return true;
        }
        catch (CryptographicException)
        {
            secrets = null;
            return false;
        }
    }

    /// <summary>
    /// What to store in place of a secret that is not encrypted, or not with the newest key of the ring; null if it is.
    /// </summary>
    /// <exception cref="CryptographicException">The ring does not open it.</exception>
    public byte[]? Renew(Guid webhook, byte[] stored)
    {
        if (IsClear(stored))
            return Encrypt(webhook, stored);
        // Every protector of the framework's own is a persisted one; only this method tells by which key it was
        // encrypted.
        var secret = ((IPersistedDataProtector)Of(webhook)).DangerousUnprotect(
            stored,
            ignoreRevocationErrors: true,
            out var isOld,
            out var isRevoked
        );
        return isOld || isRevoked ? Encrypt(webhook, secret) : null;
    }

    private IDataProtector Of(Guid webhook) => protector.CreateProtector(webhook.ToString("D"));
}
