namespace ConsentRegistry.Api.Startup;

internal static partial class PrivatePostgresLog
{
    [LoggerMessage(100, LogLevel.Information, "Private PostgreSQL {Major} runs on the data in {Home} and listens in {Sockets}")]
    public static partial void Started(ILogger logger, int major, string home, string sockets);

    [LoggerMessage(101, LogLevel.Information, "User {User} cannot reach {Folder}; its PostgreSQL data are kept in {Home}")]
    public static partial void KeptOutside(ILogger logger, string folder, string? user, string home);

    [LoggerMessage(102, LogLevel.Warning, "Stopping PostgreSQL process {Pid}, which an earlier host left running on the data in {Home}")]
    public static partial void StoppingLeftover(ILogger logger, int pid, string home);

    [LoggerMessage(103, LogLevel.Warning, "PostgreSQL on the data in {Home} did not shut down in time and is killed; the next start recovers it")]
    public static partial void StopTookTooLong(ILogger logger, string home);
}
