using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>
/// Names for ids in the log of decisions: the first 16 bytes of HMAC-SHA-256 over the kind and the id, as base64url.
/// The same id has the same name for as long as the key is the same, and without the key nobody finds the id.
/// </summary>
internal sealed class DecisionPseudonyms
{
    private const int KeyBytes = 32;

    private const int NameBytes = 16;

    private readonly byte[] key;

    private DecisionPseudonyms(byte[] key) => this.key = key;

    /// <summary>
    /// Reads a key: 64 hexadecimal digits, with white space around them or not. Null if the text is none.
    /// </summary>
    public static DecisionPseudonyms? Read(string text)
    {
        try
        {
            return Convert.FromHexString(text.AsSpan().Trim()) is { Length: KeyBytes } key ? new(key) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The name of a creator.</summary>
    public string OfCreator(string id) => Of($"creator\n{id}");

    /// <summary>The name of a video.</summary>
    public string OfVideo(string creator, string id) => Of($"video\n{creator}\n{id}");

    /// <summary>The name of a requester.</summary>
    public string OfRequester(string id) => Of($"requester\n{id}");

    private string Of(string text)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text), digest);
        return Base64Url.EncodeToString(digest[..NameBytes]);
    }
}
