using System.Collections.Frozen;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Configuration;

/// <summary>
/// Which client may speak for which identifiers: only for these it may add identifiers to videos. In Development a
/// setting that is not given lets every client speak for all.
/// </summary>
internal sealed class IdentifierRights
{
    private static readonly FrozenDictionary<string, FrozenSet<string>> Nobody = FrozenDictionary<
        string,
        FrozenSet<string>
    >.Empty;

    /// <summary>No client may speak for any identifier.</summary>
    public static readonly IdentifierRights None = new(Nobody, Nobody, Nobody);

    // Schemes whose values say nothing of whose they are.
    private static readonly IReadOnlyList<string> Further =
    [
        .. Enum.GetValues<IdentifierScheme>().Where(NamesNobody).Select(scheme => scheme.Word()),
    ];

    // Null: every client, for all.
    private readonly FrozenDictionary<string, FrozenSet<string>>? hosts;
    private readonly FrozenDictionary<string, FrozenSet<string>>? namespaces;
    private readonly FrozenDictionary<string, FrozenSet<string>>? schemes;

    private IdentifierRights(
        FrozenDictionary<string, FrozenSet<string>>? hosts,
        FrozenDictionary<string, FrozenSet<string>>? namespaces,
        FrozenDictionary<string, FrozenSet<string>>? schemes
    ) => (this.hosts, this.namespaces, this.schemes) = (hosts, namespaces, schemes);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartupException">One cannot be read; the message names it.</exception>
    public static IdentifierRights From(IdentifierSettings settings, bool isDevelopment)
    {
        return new(
            Read(
                settings.Hosts,
                "Identifiers:Hosts",
                ContentIdentifier.IsHost,
                "hosts in lower case, with a port where a URL names one, such as platform=videos.example.com"
            ),
            Read(
                settings.Namespaces,
                "Identifiers:Namespaces",
                text => ContentIdentifier.IsNamespace(text),
                "namespaces, such as platform=example.com"
            ),
            Read(
                settings.Schemes,
                "Identifiers:Schemes",
                Further.Contains,
                $"schemes out of {string.Join(", ", Further)}, such as platform=sha256"
            )
        );

        FrozenDictionary<string, FrozenSet<string>>? Read(
            string? text,
            string key,
            Func<string, bool> isItem,
            string expected
        ) => text is null ? (isDevelopment ? null : Nobody) : ReadClients(text, key, isItem, expected);
    }

    /// <summary>Whether the scheme's values say nothing of whose they are.</summary>
    public static bool NamesNobody(IdentifierScheme scheme) =>
        scheme is not (IdentifierScheme.Url or IdentifierScheme.Platform);

    /// <summary>Whether a client may add this identifier to videos.</summary>
    /// <param name="client">The client; null for a caller without one.</param>
    /// <param name="identifier">The identifier.</param>
    public bool MaySpeakFor(string? client, ContentIdentifier identifier)
    {
        var (rights, item) = identifier.Scheme switch
        {
            IdentifierScheme.Url => (hosts, identifier.Authority!),
            IdentifierScheme.Platform => (namespaces, identifier.Authority!),
            var scheme => (schemes, scheme.Word()),
        };
        return rights is null
            || (client is not null && rights.TryGetValue(client, out var items) && items.Contains(item));
    }

    /// <summary>Whether some client may speak for URLs of a host.</summary>
    /// <param name="host">The host, with a port where a URL names one.</param>
    public bool KnowsHost(string host) => hosts is null || hosts.Values.Any(items => items.Contains(host));

    private static FrozenDictionary<string, FrozenSet<string>> ReadClients(
        string text,
        string key,
        Func<string, bool> isItem,
        string expected
    )
    {
        var clients = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal);
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var client = equals < 0 ? "" : part[..equals];
            var items = part[(equals + 1)..].Split(',');
            if (!Identifier.IsValid(client) || !items.All(isItem))
                throw new StartupException(
                    $"{key} is a list of clients with spaces between them, each as client=item,item: {expected}."
                );
            if (!clients.TryAdd(client, items.ToFrozenSet(StringComparer.Ordinal)))
                throw new StartupException($"{key} is to name each client once, with all of its items.");
        }
        return clients.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
