using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>A row of the log or of the inbox, whatever it holds.</summary>
/// <param name="Stored">The event. Its stream is no stream where the row names none.</param>
/// <param name="Creator">What the row says of whose it is.</param>
internal sealed record EventRow(StoredEvent Stored, string Creator)
{
    /// <summary>Its place in the log; -1 in the inbox.</summary>
    public long Seq => Stored.Seq ?? -1;

    /// <summary>What the log holds.</summary>
    public byte[] Leaf => Stored.Leaf;

    /// <summary>Whether the row is of a stream at all.</summary>
    public bool IsOfStream => Stored.Stream != default;

    /// <summary>The table.</summary>
    public string Table => TableOf(Stored).Name;

    /// <summary>What tells the row apart.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Key => KeyOf(Stored, Creator);

    /// <summary>The row of a reader, with the columns of <see cref="EventStore.Columns"/>.</summary>
    public static EventRow Read(NpgsqlDataReader reader)
    {
        var creator = reader.GetString(1);
        var isStream = StreamId.TryParse(creator, out var stream);
        return new(EventStore.Read(reader, isStream ? stream : default), creator);
    }

    /// <summary>The table of an event.</summary>
    public static AuditedTable TableOf(StoredEvent stored) =>
        stored.Seq is null ? AuditedTables.Inbox : AuditedTables.History;

    /// <summary>The key of an event's row.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> KeyOf(StoredEvent stored, string creator) =>
        stored.Seq is { } seq
            ? [KeyValuePair.Create("seq", ColumnText.Format(seq))]
            :
            [
                KeyValuePair.Create("creator", (string?)creator),
                KeyValuePair.Create("version", ColumnText.Format(stored.Version)),
                KeyValuePair.Create("ordinal", ColumnText.Format(stored.Ordinal)),
            ];
}
