using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Api.Startup;

/// <summary>A file with secret keys of 32 bytes, of which the first is used, and the others are known.</summary>
internal static class SecretKeyFile
{
    private const int KeyLength = 32;

    /// <summary>A new key, as it is read.</summary>
    public static string DrawKey() => RandomNumberGenerator.GetHexString(2 * KeyLength, lowercase: true);

    /// <summary>Reads the keys.</summary>
    /// <param name="setting">The setting that names the file.</param>
    /// <param name="path">The file; null if the setting does not say.</param>
    /// <param name="ownPath">Where this host makes a file of its own if none is named; null where it may not.</param>
    /// <param name="readAll">Reads keys from text.</param>
    /// <returns>The keys; none if no file is named and none may be made.</returns>
    /// <exception cref="StartupException">The file cannot be read, or holds no keys.</exception>
    public static IReadOnlyList<T> Read<T>(
        string setting,
        string? path,
        string? ownPath,
        Func<string, IReadOnlyList<T>?> readAll
    )
    {
        if ((path ?? ownPath) is not { } file)
            return [];
        try
        {
            if (path is null)
                SecretFile.CreateIfMissing(file, Encoding.ASCII.GetBytes(DrawKey()));
            return readAll(File.ReadAllText(file))
                ?? throw new StartupException(
                    $"{setting} '{file}' holds no keys; write 64 hexadecimal digits into it, for example with openssl "
                        + "rand -hex 32, and each former key on a line after it."
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{setting} '{file}' cannot be read: {e.Message}");
        }
    }
}
