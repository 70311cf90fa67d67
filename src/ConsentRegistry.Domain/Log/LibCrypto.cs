using System.Reflection;
using System.Runtime.InteropServices;

namespace ConsentRegistry.Domain.Log;

/// <summary>The few functions of OpenSSL 3's libcrypto that Ed25519 needs, and where the library is found.</summary>
internal static partial class LibCrypto
{
    /// <summary><c>EVP_PKEY_ED25519</c>, which is <c>NID_ED25519</c> in OpenSSL's <c>obj_mac.h</c>.</summary>
    public const int Ed25519Id = 1087;

    private const string Name = "libcrypto";

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, static (name, assembly, _) => name == Name ? Load(NamesHere(), assembly) : 0);

    /// <summary>Opens the first of the libraries that is there.</summary>
    /// <exception cref="Ed25519UnavailableException">None is.</exception>
    public static nint Load(IReadOnlyList<string> names, Assembly assembly)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, assembly, null, out var library))
                return library;
        }
        throw new Ed25519UnavailableException(
            "OpenSSL 3 was not found, which computes the log's Ed25519 signatures. Install it (Debian and Ubuntu: libssl3; Fedora: openssl-libs; Alpine: libcrypto3; "
            + $"macOS: brew install openssl@3; Windows: OpenSSL 3 with its folder on the PATH). Looked for: {string.Join(", ", names)}.");
    }

    // The name with its version first: the one without belongs to the development package and may be another version's.
    private static string[] NamesHere()
    {
        if (OperatingSystem.IsWindows())
            return ["libcrypto-3-x64.dll", "libcrypto-3-arm64.dll", "libcrypto-3.dll", Name];
        // Not the bare name: macOS ends a process that opens its own, unversioned libcrypto. Homebrew's folders are not searched by default.
        if (OperatingSystem.IsMacOS())
            return ["libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib", "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib"];
        return ["libcrypto.so.3", Name];
    }

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    internal static partial KeyHandle NewPrivateKey(int type, nint engine, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    internal static partial KeyHandle NewPublicKey(int type, nint engine, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    internal static partial int GetPublicKey(KeyHandle key, Span<byte> output, ref nuint outputLength);

    [LibraryImport(Name, EntryPoint = "EVP_MD_CTX_new")]
    internal static partial DigestHandle NewDigest();

    [LibraryImport(Name, EntryPoint = "EVP_DigestSignInit")]
    internal static partial int SignInit(DigestHandle digest, nint keyContext, nint hash, nint engine, KeyHandle key);

    [LibraryImport(Name, EntryPoint = "EVP_DigestSign")]
    internal static partial int Sign(DigestHandle digest, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Name, EntryPoint = "EVP_DigestVerifyInit")]
    internal static partial int VerifyInit(DigestHandle digest, nint keyContext, nint hash, nint engine, KeyHandle key);

    [LibraryImport(Name, EntryPoint = "EVP_DigestVerify")]
    internal static partial int Verify(DigestHandle digest, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint messageLength);

    [LibraryImport(Name, EntryPoint = "ERR_clear_error")]
    internal static partial void ClearErrors();

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Name, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeDigest(nint digest);

    /// <summary>An <c>EVP_PKEY</c>; OpenSSL wipes a private one when it is freed.</summary>
    internal sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        /// <inheritdoc/>
        public override bool IsInvalid => handle == 0;

        /// <inheritdoc/>
        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    /// <summary>An <c>EVP_MD_CTX</c>.</summary>
    internal sealed class DigestHandle() : SafeHandle(0, ownsHandle: true)
    {
        /// <inheritdoc/>
        public override bool IsInvalid => handle == 0;

        /// <inheritdoc/>
        protected override bool ReleaseHandle()
        {
            FreeDigest(handle);
            return true;
        }
    }
}
