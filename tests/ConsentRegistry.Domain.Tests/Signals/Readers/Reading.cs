using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>
/// What a reader takes a signal to say about one URL, in the purposes that the format's words mean: each with all below
/// it. Where the text of a format leaves something open, a reader takes what permits more.
/// </summary>
internal sealed class Reading
{
    public static readonly Reading Nothing = new();

    private readonly Dictionary<string, Conditions> permits = new(StringComparer.Ordinal);
    private readonly HashSet<string> denies = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Conditions> Permits => permits;

    public IReadOnlySet<string> Denies => denies;

    public Reading Permit(string purpose, Conditions conditions = Conditions.None)
    {
        permits[purpose] = conditions;
        return this;
    }

    public Reading Deny(params IEnumerable<string> purposes)
    {
        denies.UnionWith(purposes);
        return this;
    }
}
