using Microsoft.Extensions.Primitives;

namespace ConsentRegistry.Api.Startup;

/// <summary>A configuration that notes which keys are read from it. So the settings of the host are known without a list that somebody has to keep.</summary>
internal sealed class NotedConfiguration : IConfigurationSection
{
    private readonly IConfiguration inner;
    private readonly SortedSet<string> keys;

    /// <summary>Notes what is read from this configuration.</summary>
    public NotedConfiguration(IConfiguration inner)
        : this(inner, new(StringComparer.OrdinalIgnoreCase), "")
    {
    }

    private NotedConfiguration(IConfiguration inner, SortedSet<string> keys, string path) => (this.inner, this.keys, Path) = (inner, keys, path);

    /// <summary>Every key that was read. A section that was read as a whole ends with <see cref="Whole"/>.</summary>
    public IReadOnlyCollection<string> Keys => keys;

    /// <summary>Stands for every key of a section.</summary>
    public const string Whole = ":*";

    public string Path { get; }

    public string Key => ConfigurationPath.GetSectionKey(Path);

    public string? Value
    {
        get
        {
            keys.Add(Path);
            return (inner as IConfigurationSection)?.Value;
        }
        set => throw new NotSupportedException();
    }

    public string? this[string key]
    {
        get
        {
            keys.Add(PathOf(key));
            return inner[key];
        }
        set => throw new NotSupportedException();
    }

    public IConfigurationSection GetSection(string key) => new NotedConfiguration(inner.GetSection(key), keys, PathOf(key));

    public IEnumerable<IConfigurationSection> GetChildren()
    {
        keys.Add(Path + Whole);
        return inner.GetChildren().Select(child => new NotedConfiguration(child, keys, PathOf(child.Key)));
    }

    public IChangeToken GetReloadToken() => inner.GetReloadToken();

    private string PathOf(string key) => Path.Length == 0 ? key : ConfigurationPath.Combine(Path, key);
}
