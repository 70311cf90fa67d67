using System.Runtime.InteropServices;

namespace ConsentRegistry.Cryptography;

/// <summary>
/// The one function of libsodium that the registry needs and NSec does not offer. NSec's package brings the library.
/// </summary>
internal static partial class LibSodium
{
    /// <summary>
    /// 1 if the 32 bytes are a point of the curve in canonical encoding, of the main subgroup and not of low order;
    /// otherwise 0.
    /// </summary>
    [LibraryImport("libsodium", EntryPoint = "crypto_core_ed25519_is_valid_point")]
    internal static partial int IsValidPoint(ReadOnlySpan<byte> point);
}
