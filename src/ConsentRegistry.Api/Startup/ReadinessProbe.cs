using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Startup;

/// <summary>Asks the database whether it answers, once for everybody who wants to know at the same time: anybody may ask, as often as they like.</summary>
internal sealed class ReadinessProbe(Database database)
{
    /// <summary>How long the database may take to answer.</summary>
    private const int Seconds = 2;

    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;

    /// <summary>Returns when the database has answered, after this call.</summary>
    /// <exception cref="Npgsql.NpgsqlException">It does not answer.</exception>
    public Task AskAsync()
    {
        lock (gate)
        {
            if (running.IsCompleted)
                running = ProbeAsync();
            return running;
        }
    }

    private async Task ProbeAsync()
    {
        await using var command = database.Background.CreateCommand("SELECT 1");
        command.CommandTimeout = Seconds;
        await command.ExecuteScalarAsync();
    }
}
