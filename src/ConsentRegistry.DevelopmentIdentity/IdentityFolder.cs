using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// What the provider keeps, so that a restart signs nobody out: its keys, those of cookies, and the tokens that it has
/// issued. Only their owner may read the files.
/// </summary>
internal sealed class IdentityFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int SigningKeyBits = 2048;
    private const int EncryptionKeyBytes = 32;

    private readonly string path;

    /// <summary>Opens the folder, and makes it at first.</summary>
    public IdentityFolder(string path)
    {
        this.path = path;
        CreateFolder(path);
        CreateFolder(CookieKeys);
        CreateIfMissing(Database, []);
    }

    /// <summary>The folder with the keys of cookies.</summary>
    public string CookieKeys => Path.Combine(path, "cookie-keys");

    /// <summary>
    /// The SQLite database of sign-ins. Its tables are those of OpenIddict: another version may have others, and begins
    /// with a file of its own.
    /// </summary>
    public string Database =>
        Path.Combine(
            path,
            $"sign-ins-{typeof(OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreToken).Assembly.GetName().Version!.ToString(2)}.db"
        );

    /// <summary>The key that signs tokens; made at first.</summary>
    /// <exception cref="StartupException">The file holds no such key.</exception>
    public RsaSecurityKey SigningKey()
    {
        var file = Path.Combine(path, "signing-key.pem");
        if (!File.Exists(file))
        {
            using var made = RSA.Create(SigningKeyBits);
            CreateIfMissing(file, System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
        }
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(file));
            // A public key signs nothing.
            _ = rsa.ExportParameters(includePrivateParameters: true);
            return new(rsa);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw Damaged(file);
        }
    }

    /// <summary>The key that hides what only the provider reads: codes and refresh tokens. Made at first.</summary>
    /// <exception cref="StartupException">The file holds no such key.</exception>
    public SymmetricSecurityKey EncryptionKey()
    {
        var file = Path.Combine(path, "encryption.key");
        CreateIfMissing(file, RandomNumberGenerator.GetBytes(EncryptionKeyBytes));
        var key = File.ReadAllBytes(file);
        return key.Length == EncryptionKeyBytes ? new(key) : throw Damaged(file);
    }

    private static StartupException Damaged(string file) =>
        new($"The key '{file}' is damaged; delete it to have a new one made.");

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    // Nobody ever sees a part of a file.
    private static void CreateIfMissing(string file, byte[] content)
    {
        if (File.Exists(file))
            return;
        var fresh = $"{file}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var stream = new FileStream(fresh, options))
                stream.Write(content);
            File.Move(fresh, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another process was faster, whose file counts.
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
