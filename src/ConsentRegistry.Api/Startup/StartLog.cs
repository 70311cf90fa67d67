namespace ConsentRegistry.Api.Startup;

/// <summary>What an operator is told about a host that starts.</summary>
internal sealed partial class StartLog(ILogger<StartLog> logger)
{
    [LoggerMessage(120, LogLevel.Warning, "{Doubt}")]
    public partial void Doubtful(string doubt);

    [LoggerMessage(121, LogLevel.Critical, "The newest checkpoint of this database is signed for another history log, '{Origin}': a host that does not belong to it has used it")]
    public partial void StrayCheckpoint(string origin);
}
