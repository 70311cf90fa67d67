using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>Tokens put together by hand, so that they can be anything.</summary>
internal static class HandMadeTokens
{
    /// <summary>A token with this header and these claims.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="claims">Its claims, as JSON.</param>
    /// <param name="sign">Signs what comes before the signature.</param>
    public static string Make(JsonObject header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64UrlEncoder.Encode(header.ToJsonString())}.{Base64UrlEncoder.Encode(claims)}";
        return $"{signed}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Signs as RS256 does.</summary>
    public static Func<byte[], byte[]> Rs256(RSA key) =>
        bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>Signs as PS256 does.</summary>
    public static Func<byte[], byte[]> Ps256(RSA key) =>
        bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

    /// <summary>Signs as ES256, ES384 and ES512 do.</summary>
    public static Func<byte[], byte[]> Es(ECDsa key, HashAlgorithmName hash) => bytes => key.SignData(bytes, hash);

    /// <summary>Signs as HS256 does.</summary>
    public static Func<byte[], byte[]> Hs256(byte[] key) => bytes => HMACSHA256.HashData(key, bytes);
}
