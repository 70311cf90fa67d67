using System.Text;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Sequencing;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>A public key of the log, as a JWK (RFC 7517).</summary>
/// <param name="Kid">Its thumbprint (RFC 7638), which receipts name.</param>
/// <param name="Kty"><c>OKP</c> for checkpoints, <c>EC</c> for receipts.</param>
/// <param name="Crv"><c>Ed25519</c> or <c>P-256</c>.</param>
/// <param name="X">The key, or its first coordinate, base64url.</param>
/// <param name="Y">The second coordinate of a P-256 key, base64url.</param>
/// <param name="Alg"><c>EdDSA</c> or <c>ES256</c>.</param>
/// <param name="Use">Always <c>sig</c>.</param>
/// <param name="Vkey">Of an Ed25519 key: the verifier key of C2SP signed-note, under the log's name.</param>
/// <param name="Handover">Of a key that took over from an older one: the older key's word for it.</param>
public sealed record LogKeyBody(
    string Kid,
    string Kty,
    string Crv,
    string X,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Y,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Alg,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Use,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Vkey,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] KeyHandoverBody? Handover
);

/// <summary>The word of an older key that a key takes over from it.</summary>
/// <param name="By">The thumbprint of the older key, which is one of Ed25519.</param>
/// <param name="Signature">
/// Its signature, base64url, over three lines, each with a line feed at its end:
/// <c>consent-registry key hand-over v1</c>, the older thumbprint and the newer one.
/// </param>
public sealed record KeyHandoverBody(string By, string Signature);

/// <summary>The public keys of the log: a JWK Set.</summary>
/// <param name="Keys">Those that sign now, newest first, then those that signed before.</param>
public sealed record LogKeysBody(IReadOnlyList<LogKeyBody> Keys);

/// <summary>
/// Lists the log's public keys. Those that signed earlier checkpoints and receipts stay in the list, so that these stay
/// verifiable.
/// </summary>
internal static class ListLogKeys
{
    public static IResult Handle(HttpContext http, LogSigner signer)
    {
        http.Response.Headers.CacheControl = "no-cache";
        return Representation
            .Plain(Encoding.UTF8.GetBytes(signer.PublicKeys))
            .AsResult(http, "application/json; charset=utf-8", hasForms: false);
    }
}
