using System.CommandLine;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary><c>--key</c> of commands that look at logs: by which keys a checkpoint is believed.</summary>
internal static class LogKeyOption
{
    /// <summary>The option.</summary>
    public static Option<string[]> Create(string description) =>
        new("--key") { Description = description, Required = true };

    /// <summary>The keys of each log, by its origin.</summary>
    /// <exception cref="UnusableException">A text is no verifier key.</exception>
    public static Dictionary<string, IReadOnlyCollection<NoteKey>> Parse(IEnumerable<string> texts, IEd25519 ed25519) =>
        texts
            .Select(text => Parse(text, ed25519))
            .GroupBy(log => log.Origin, log => log.Key, StringComparer.Ordinal)
            .ToDictionary(log => log.Key, log => (IReadOnlyCollection<NoteKey>)log.ToHashSet(), StringComparer.Ordinal);

    // A verifier key has no space, and an origin may have some.
    private static (string Origin, NoteKey Key) Parse(string text, IEd25519 ed25519)
    {
        var space = text.LastIndexOf(' ');
        if (
            !NoteKey.TryParse(text[(space + 1)..], ed25519, out var key)
            || key.Type != NoteKeyType.Ed25519
            || space == 0
        )
            throw new UnusableException(
                "A verifier key is name+id+key, as /v1/log/keys gives it, perhaps after the log's origin and a space."
            );
        return (space < 0 ? key.Name : text[..space], key);
    }
}
