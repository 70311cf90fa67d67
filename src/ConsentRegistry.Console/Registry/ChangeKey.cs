using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Console.Registry;

/// <summary>
/// The idempotency key of a form. The same form sent twice makes one change: so an answer that got lost is found again.
/// </summary>
internal static class ChangeKey
{
    private const int LongestForm = 64;

    /// <summary>A key for a form that is shown now.</summary>
    public static string New() => Guid.NewGuid().ToString("N");

    /// <summary>The key of what was sent: another content is another change.</summary>
    /// <param name="form">The key that the form holds.</param>
    /// <param name="content">Everything that was typed or chosen.</param>
    public static string For(string? form, params ReadOnlySpan<string?> content)
    {
        if (string.IsNullOrEmpty(form) || form.Length > LongestForm)
            form = New();
        return $"{form}-{DigestOf(content)}";
    }

    /// <summary>Tells contents apart: a form says with it which content its reader has seen the effect of.</summary>
    /// <param name="content">Everything that was typed or chosen.</param>
    public static string DigestOf(params ReadOnlySpan<string?> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in content)
        {
            var bytes = Encoding.UTF8.GetBytes(part ?? "");
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
