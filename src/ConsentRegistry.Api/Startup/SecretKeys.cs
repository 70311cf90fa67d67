using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Api.Startup;

/// <summary>Secret keys of 32 bytes, of which the first is used, and the others are known.</summary>
internal static class SecretKeys
{
    private const int KeyLength = 32;

    /// <summary>A new key, as it is read.</summary>
    public static string DrawKey() => RandomNumberGenerator.GetHexString(2 * KeyLength, lowercase: true);

    /// <summary>Reads the keys.</summary>
    /// <param name="given">What the host was given; null if nothing.</param>
    /// <param name="ownPath">Where this host makes a file of its own if it was given none; null where it may not.</param>
    /// <param name="readAll">Reads keys from text.</param>
    /// <returns>The keys; none if none were given and none may be made.</returns>
    /// <exception cref="StartupException">There are no keys, or they cannot be read.</exception>
    public static IReadOnlyList<T> Read<T>(KeySource? given, string? ownPath, Func<string, IReadOnlyList<T>?> readAll)
    {
        if ((given ?? MakeOwn(ownPath)) is not { } source)
            return [];
        return readAll(Encoding.UTF8.GetString(source.Bytes))
            ?? throw new StartupException(
                $"{source.Name} holds no key; give it 64 hexadecimal digits, for example those of openssl rand -hex 32."
            );
    }

    private static KeySource? MakeOwn(string? path)
    {
        if (path is null)
            return null;
        try
        {
            SecretFile.CreateIfMissing(path, Encoding.ASCII.GetBytes(DrawKey()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The key file '{path}' cannot be made: {e.Message}");
        }
        return KeySource.OfFile("The key file", path);
    }
}
