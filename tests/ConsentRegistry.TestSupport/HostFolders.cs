using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.TestSupport;

/// <summary>
/// What the hosts of one database keep outside it: each a folder of its own, and all of them the same keys.
/// </summary>
internal sealed class HostFolders(string root)
{
    private const string TokenKey = "development-token.key";

    /// <summary>The key file that all hosts share; made at first.</summary>
    public string KeyFile
    {
        get
        {
            var path = Path.Combine(root, "log-keys.json");
            if (!File.Exists(path))
                File.WriteAllText(path, LogKeys.Create(new NSecEd25519()).ToJson(includePrivate: true));
            return path;
        }
    }

    /// <summary>A folder of its own for a host; the tokens of all of them are the same.</summary>
    public string Of(string name)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(path);
        DevelopmentTokens.Open(root);
        var copy = Path.Combine(path, TokenKey);
        if (!File.Exists(copy))
            File.Copy(Path.Combine(root, TokenKey), copy);
        return path;
    }

    /// <summary>A token that every host accepts, of a kind that <see cref="DevelopmentTokens.Make"/> knows.</summary>
    public string Token(params string[] words) =>
        DevelopmentTokens.Open(root).Make(words, TimeProvider.System.GetUtcNow())!;
}
