namespace ConsentRegistry.Api.Tests.Architecture;

/// <summary>A folder of a project.</summary>
/// <param name="Name">Its path in the project.</param>
/// <param name="Uses">The folders that it uses.</param>
/// <param name="IsFree">Whether it may use any folder.</param>
internal sealed record Folder(string Name, IReadOnlyList<string> Uses, bool IsFree);

/// <summary>
/// The folders of each project from top to bottom, and what each of them uses. A new edge is a decision: enter it here,
/// and only downwards.
/// </summary>
internal static class Folders
{
    /// <summary>The project's own folder.</summary>
    public const string Root = "(root)";

    /// <summary>What puts everything together may use everything.</summary>
    private const string Everything = "*";

    public static readonly IReadOnlyDictionary<string, IReadOnlyList<Folder>> ByProject = new Dictionary<
        string,
        IReadOnlyList<Folder>
    >
    {
        ["ConsentRegistry.Api"] = Read(
            """
            Startup: *
            Features/Approvals: Evaluation Contracts Changes Notifications Replica Http Persistence Configuration
            Features/AuthZen: OpenApi Evaluation Replica Http Configuration
            Features/Checks: OpenApi Evaluation Contracts Authentication Sequencing Replica Http Persistence Telemetry Configuration
            Features/Erasure: Changes Notifications Http Persistence
            Features/Health: Monitoring Http
            Features/History: Contracts Sequencing Http Persistence
            Features/Imports: Previews Contracts Changes Notifications Http Persistence Configuration
            Features/Log: Sequencing Http Persistence
            Features/Notifications: Contracts Notifications Http Persistence
            Features/Purposes: Changes Notifications Http Persistence
            Features/Recalls: Evaluation Contracts Changes Notifications Replica Http Persistence Configuration
            Features/Settings: Previews Contracts Changes Http Persistence
            Features/Signals: Evaluation Replica Http Persistence Configuration
            Features/Stops: Contracts Changes Notifications Http Persistence
            Features/Usages: Evaluation Contracts Changes Notifications Sequencing Replica Http Persistence
            Features/Videos: Evaluation Contracts Changes Notifications Replica Http Persistence Configuration
            Features/Webhooks: Contracts Notifications Http Persistence
            Monitoring: Notifications Authentication Sequencing Replica Http Persistence Telemetry
            Auditing: Sequencing Persistence Telemetry Configuration Diagnostics
            Previews: Evaluation Contracts Changes Replica Http Persistence
            OpenApi: Evaluation Contracts Changes Notifications Http Persistence
            Evaluation: Contracts Sequencing Replica Http Persistence Telemetry
            Contracts: Changes Http Persistence
            Changes: Notifications Sequencing Replica Http Persistence Telemetry
            Notifications: Http Persistence Telemetry Configuration Diagnostics
            Authentication: Http Configuration Diagnostics
            Sequencing: Http Persistence Telemetry Configuration Diagnostics
            Replica: Persistence Telemetry Configuration Diagnostics
            Http: Persistence Telemetry Configuration Diagnostics
            DevelopmentServer: Persistence Configuration
            Persistence: Telemetry Configuration Diagnostics
            Telemetry: Configuration
            Configuration:
            Diagnostics:
            """
        ),

        ["ConsentRegistry.Domain"] = Read(
            """
            Imports: Decisions Settings Purposes Videos (root)
            Log: Replay History Decisions Settings Purposes Videos (root)
            Signals: Decisions Settings Purposes Videos Identifiers (root)
            Replay: History Usages Decisions Approvals Settings Purposes Identifiers Videos (root)
            History: Usages Decisions Approvals Settings Purposes Videos Identifiers Integrity (root)
            Usages: Decisions Settings Purposes (root)
            Decisions: Approvals Settings Purposes Videos (root)
            Approvals: Settings Purposes (root)
            Settings: Purposes (root)
            Purposes: (root)
            Videos: Identifiers (root)
            Identifiers: Integrity (root)
            Integrity:
            Notifications:
            (root):
            """
        ),

        ["ConsentRegistry.Cli"] = Read(
            """
            Demo: (root)
            Filter: (root)
            Import: (root)
            Mirror: (root)
            Monitor: (root)
            (root):
            """
        ),
    };

    private static IReadOnlyList<Folder> Read(string table) =>
        [
            .. from line in table.Split('\n')
            let parts = line.Split(':', StringSplitOptions.TrimEntries)
            let uses = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            select uses is [Everything]
                ? new Folder(parts[0], [], IsFree: true)
                : new Folder(parts[0], uses, IsFree: false),
        ];
}
