using ConsentRegistry.Api.Diagnostics;

namespace ConsentRegistry.Api.Startup;

/// <summary>What an operator is told about a host that starts.</summary>
internal sealed partial class StartLog(ILogger<StartLog> logger)
{
    [LoggerMessage(
        LogEvents.ConfigurationDoubtful,
        LogLevel.Warning,
        "The configuration is doubtful; correct or remove what is named: {Doubt}",
        EventName = nameof(LogEvents.ConfigurationDoubtful)
    )]
    public partial void Doubtful(string doubt);

    [LoggerMessage(
        LogEvents.CheckpointStray,
        LogLevel.Critical,
        "The newest checkpoint of this database is signed for another history log, '{Origin}': a host "
            + "that does not belong to it has used it; stop that host, and compare the log with your backups",
        EventName = nameof(LogEvents.CheckpointStray)
    )]
    public partial void StrayCheckpoint(string origin);
}
