using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>Who may act for the creators that are watched.</summary>
internal sealed class Actors(IEnumerable<string> subjects, IEnumerable<string> clients)
{
    private readonly HashSet<string> subjects = new(subjects, StringComparer.Ordinal);
    private readonly HashSet<string> clients = new(clients, StringComparer.Ordinal);

    /// <summary>
    /// Whether an author is one of them: a named subject, through a named client if any is named; or a named client
    /// alone.
    /// </summary>
    public bool Have(Authorship by) =>
        by switch
        {
            { Subject: null, Client: null } => false,
            { Subject: null, Client: { } client } => clients.Contains(client),
            { Subject: { } subject, Client: null } => subjects.Contains(subject),
            { Subject: { } subject, Client: { } client } => subjects.Contains(subject)
                && (clients.Count == 0 || clients.Contains(client)),
        };
}
