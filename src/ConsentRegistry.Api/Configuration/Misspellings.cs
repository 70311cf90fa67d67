namespace ConsentRegistry.Api.Configuration;

/// <summary>
/// Finds keys of the configuration that nothing reads although they look like settings of this host: a misspelt one
/// would otherwise leave its setting at the default, and nobody would know.
/// </summary>
internal sealed class Misspellings
{
    /// <summary>Letters that may differ from a setting's key for another to count as meant for it.</summary>
    private const int Near = 2;

    /// <summary>Connection strings of other programs may stand beside the host's own.</summary>
    private const string SharedSection = "ConnectionStrings";

    private readonly IReadOnlyCollection<string> settings;
    private readonly HashSet<string> sections;

    /// <param name="settings">The keys of all settings, as <see cref="RegistrySettings.Keys"/> has them.</param>
    public Misspellings(IReadOnlyCollection<string> settings)
    {
        this.settings = settings;
        sections = settings
            .Where(IsInSection)
            .Select(SectionOf)
            .Where(section => section != SharedSection)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What is wrong with keys in, or nearly in, a section of the host: reasons not to start.</summary>
    /// <param name="given">The configuration.</param>
    public IEnumerable<string> Errors(IConfiguration given) =>
        Unknown(given)
            .Where(IsInSection)
            .Where(key => sections.Contains(SectionOf(key)) || IsMeantFor(key, given) is not null)
            .Select(key => Explain(key, Nearest(key)));

    /// <summary>
    /// What may be wrong with keys outside any section. They may be environment variables of other programs, so the
    /// host starts.
    /// </summary>
    /// <param name="given">The configuration.</param>
    public IEnumerable<string> Warnings(IConfiguration given) =>
        Unknown(given)
            .Where(key => !IsInSection(key))
            .Select(key => (key, Meant: IsMeantFor(key, given)))
            .Where(one => one.Meant is not null)
            .Select(one => Explain(one.key, one.Meant));

    private IEnumerable<string> Unknown(IConfiguration given) =>
        given
            .AsEnumerable()
            .Where(pair => !string.IsNullOrEmpty(pair.Value))
            .Select(pair => pair.Key)
            .Where(key => !settings.Contains(key, StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.OrdinalIgnoreCase);

    // A setting that is given under its own key needs no second one.
    private string? IsMeantFor(string key, IConfiguration given) =>
        Nearest(key) is { } nearest && Distance(key, nearest) <= Near && string.IsNullOrEmpty(given[nearest])
            ? nearest
            : null;

    private string? Nearest(string key) => settings.MinBy(setting => Distance(key, setting));

    private string Explain(string key, string? nearest)
    {
        var others = settings
            .Where(setting => SectionOf(setting).Equals(SectionOf(key), StringComparison.OrdinalIgnoreCase))
            .Select(AsVariable);
        var hint =
            nearest is not null && Distance(key, nearest) <= Math.Max(Near, key.Length / 3)
                ? $"is {AsVariable(nearest)} meant?"
                : $"there are {string.Join(", ", others)}.";
        return $"{AsVariable(key)} is not a setting of this host: {hint}";
    }

    private static string AsVariable(string key) =>
        key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);

    private static bool IsInSection(string key) =>
        key.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static string SectionOf(string key) => key.Split(ConfigurationPath.KeyDelimiter, 2)[0];

    /// <summary>Levenshtein's distance, without regard to case.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed =
                    diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                left = row[j] = Math.Min(changed, Math.Min(row[j], left) + 1);
            }
        }
        return row[^1];
    }
}
