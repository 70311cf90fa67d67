using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Which traces events and notifications belong to: a table beside them, of those that were traced alone.
/// </summary>
internal static class TraceStore
{
    /// <summary>For how long they are kept: nobody follows a trace longer.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    /// <summary>Events whose traces are looked for at once; those of a larger change are left out.</summary>
    private const int MostRead = 1_000;

    /// <summary>Has the trace of a change noted with its end.</summary>
    /// <param name="change">The change.</param>
    /// <param name="ids">The first event of each version, and the notifications.</param>
    /// <param name="traceparent">The trace.</param>
    public static void Add(StreamTransaction change, Guid[] ids, string traceparent) =>
        change.Defer(
            "INSERT INTO consent.trace (id, traceparent) SELECT id, @traceparent FROM unnest(@ids) AS given(id)",
            ids,
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part);
                parameters.AddWithValue("traceparent", traceparent);
            }
        );

    /// <summary>The traces of events, each once. It blocks, for who has a thread of its own.</summary>
    public static IReadOnlyList<string> Read(NpgsqlConnection connection, IReadOnlyList<Guid> events)
    {
        using var command = new NpgsqlCommand(
            "SELECT DISTINCT traceparent FROM consent.trace WHERE id = ANY($1)",
            connection
        )
        {
            Parameters = { new() { Value = events.Take(MostRead).ToArray() } },
        };
        var traces = new List<string>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            traces.Add(reader.GetString(0));
        return traces;
    }

    /// <summary>Deletes those that are too old.</summary>
    /// <returns>How many.</returns>
    public static Task<int> CleanAsync(NpgsqlDataSource source, int most, CancellationToken cancellation) =>
        RowRetention.DeleteAsync(source, "consent.trace", "id", KeptFor, most, cancellation);
}
