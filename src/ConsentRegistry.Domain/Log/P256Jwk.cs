using System.Security.Cryptography;

namespace ConsentRegistry.Domain.Log;

/// <summary>A key of the curve P-256 (RFC 7518, section 6.2), which signs tokens by ES256.</summary>
public sealed class P256Jwk : Jwk
{
    /// <summary>
    /// The length of a signature, and twice that of a coordinate and of the private part, in bytes (RFC 7518, section
    /// 3.4).
    /// </summary>
    public const int SignatureLength = 64;

    private const int PartLength = SignatureLength / 2;

    private readonly ECParameters parameters;

    private P256Jwk(ECParameters parameters)
        : base("EC", "P-256", "ES256", ("x", parameters.Q.X!), ("y", parameters.Q.Y!)) => this.parameters = parameters;

    /// <inheritdoc/>
    public override bool HasPrivatePart => parameters.D is not null;

    /// <summary>
    /// The key of these parameters. Refused unless the point lies on P-256 and is that of the private part, where there
    /// is one.
    /// </summary>
    /// <param name="parameters">
    /// As <see cref="ECDsa"/> exports them; what else they say about the curve is ignored.
    /// </param>
    public static Result<P256Jwk> From(ECParameters parameters)
    {
        var (x, y, d) = (parameters.Q.X, parameters.Q.Y, parameters.D);
        if (
            x is not { Length: PartLength }
            || y is not { Length: PartLength }
            || d is not (null or { Length: PartLength })
        )
            return Refused($"A part of the key of P-256 has another length; give {PartLength} bytes each.");
        var own = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = [.. x], Y = [.. y] },
            D = d is null ? null : [.. d],
        };
        try
        {
            using var publicKey = ECDsa.Create(own with { D = null });
            var key = new P256Jwk(own);
            return d is null || IsPrivatePartOf(key)
                ? key
                : Refused("The private part is not that of the public " + "key; give the two of one key.");
        }
        catch (CryptographicException)
        {
            return Refused(
                "The point does not lie on P-256, or the private part is out of range; give a key of that " + "curve."
            );
        }
    }

    /// <summary>
    /// A signature by ES256, in the form of IEEE P1363. Each is different: .NET draws the randomness that ECDSA needs.
    /// </summary>
    /// <exception cref="InvalidOperationException">The key only verifies.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (!HasPrivatePart)
            throw new InvalidOperationException($"The key {Kid} has no private part.");
        using var key = ECDsa.Create(parameters);
        return key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Whether the signature is that of the message by this key.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        using var key = ECDsa.Create(parameters with { D = null });
        return key.VerifyData(
            message,
            signature,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );
    }

    /// <inheritdoc/>
    public override Jwk With(KeyHandover handover) => new P256Jwk(parameters) { Handover = handover };

    /// <inheritdoc/>
    public override Jwk WithoutPrivatePart() => new P256Jwk(parameters with { D = null }) { Handover = Handover };

    private protected override byte[]? PrivatePart => parameters.D;

    // What the private part signs, the public key must verify. (To compute the point from the private part is not
    // possible on every platform.)
    private static bool IsPrivatePartOf(P256Jwk key)
    {
        var message = "Is this the private part of that key?"u8;
        return key.Verify(message, key.Sign(message));
    }

    private static Failure Refused(string why) => new(FailureCode.Invalid, why);
}
