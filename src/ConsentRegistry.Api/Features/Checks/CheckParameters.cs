using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>The query parameters of checks.</summary>
internal static class CheckParameters
{
    public static readonly QueryParameter Attest = new(
        "attest",
        "Attest",
        ParameterKind.Boolean,
        "With `true` a stream that ends normally has one more line: an attestation of what was received and answered."
    );
}
