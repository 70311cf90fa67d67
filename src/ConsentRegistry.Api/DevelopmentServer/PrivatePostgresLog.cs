using ConsentRegistry.Api.Diagnostics;

namespace ConsentRegistry.Api.DevelopmentServer;

internal static partial class PrivatePostgresLog
{
    [LoggerMessage(
        LogEvents.PrivatePostgresStarted,
        LogLevel.Information,
        "Private PostgreSQL {Major} runs on the data in {Home} and listens in {Sockets}",
        EventName = nameof(LogEvents.PrivatePostgresStarted)
    )]
    public static partial void Started(ILogger logger, int major, string home, string sockets);

    [LoggerMessage(
        LogEvents.PrivateDataKeptOutside,
        LogLevel.Information,
        "User {User} cannot reach {Folder}; its PostgreSQL data are kept in {Home}",
        EventName = nameof(LogEvents.PrivateDataKeptOutside)
    )]
    public static partial void KeptOutside(ILogger logger, string folder, string? user, string home);

    [LoggerMessage(
        LogEvents.PrivatePostgresLeftOver,
        LogLevel.Warning,
        "Stopping PostgreSQL process {Pid}, which an earlier host left running on the data in {Home}; "
            + "nothing is to be done",
        EventName = nameof(LogEvents.PrivatePostgresLeftOver)
    )]
    public static partial void StoppingLeftover(ILogger logger, int pid, string home);

    [LoggerMessage(
        LogEvents.PrivatePostgresKilled,
        LogLevel.Warning,
        "PostgreSQL on the data in {Home} did not shut down in time and is killed; nothing is to be "
            + "done, for the next start recovers it",
        EventName = nameof(LogEvents.PrivatePostgresKilled)
    )]
    public static partial void StopTookTooLong(ILogger logger, string home);
}
