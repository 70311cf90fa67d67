using System.Globalization;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Where a server is in PostgreSQL's history: each promotion begins a timeline with a higher number.</summary>
/// <param name="System">The cluster's identifier.</param>
/// <param name="Number">The timeline's number.</param>
internal readonly record struct ServerTimeline(string System, uint Number)
{
    /// <summary>Two columns to read one from.</summary>
    public const string Columns = $"{ServerIdentity.System}, {ServerIdentity.Timeline}";

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static ServerTimeline Read(NpgsqlDataReader reader, int column) =>
        new(
            reader.GetString(column),
            uint.Parse(reader.GetString(column + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        );
}

/// <summary>
/// The latest timeline that this node has followed. A server of the same cluster on an earlier one was replaced, and may
/// miss what was acknowledged since, whoever says that it is the primary.
/// </summary>
internal sealed class FollowedTimeline
{
    private readonly Lock guard = new();
    private ServerTimeline? latest;

    /// <summary>Notes that memory follows a server.</summary>
    /// <exception cref="ServerOutdatedException">It was replaced.</exception>
    public void Follow(ServerTimeline server)
    {
        lock (guard)
        {
            ThrowIfOutdated(server);
            latest = server;
        }
    }

    /// <summary>Refuses a server that was replaced.</summary>
    /// <exception cref="ServerOutdatedException">It was replaced.</exception>
    public void Require(ServerTimeline server)
    {
        lock (guard)
            ThrowIfOutdated(server);
    }

    private void ThrowIfOutdated(ServerTimeline server)
    {
        if (latest is { } followed && followed.System == server.System && followed.Number > server.Number)
            throw new ServerOutdatedException(server.Number, followed.Number);
    }
}

/// <summary>The server is one that this node has seen replaced by another on a later timeline.</summary>
/// <param name="timeline">The server's timeline.</param>
/// <param name="latest">The latest timeline that this node has followed.</param>
internal sealed class ServerOutdatedException(uint timeline, uint latest)
    : ServerUnfitException("The registry's database is a server that was replaced")
{
    /// <summary>The server's timeline.</summary>
    public uint Timeline { get; } = timeline;

    /// <summary>The latest timeline that this node has followed.</summary>
    public uint Latest { get; } = latest;
}
