using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using ConsentRegistry.Api.DevelopmentServer;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>
/// A TCP proxy before PostgreSQL servers that listen on sockets: like a load balancer that leads to the primary, and
/// where a test wants it one that leads single pools of a node to another server.
/// </summary>
internal sealed class PoolRouter(string target) : LoopbackProxy
{
    /// <summary>PostgreSQL's protocol 3.0: what a request to cancel begins with, in place of a version.</summary>
    private const int CancelCode = 80877102;

    private readonly ConcurrentDictionary<CancellationTokenSource, string> pools = new();
    private readonly ConcurrentDictionary<string, string> exceptions = new(StringComparer.Ordinal);

    // The folder of the socket that all other connections lead to.
    private volatile string target = target;

    /// <summary>Has new connections lead to another server.</summary>
    public void RouteTo(string socketFolder)
    {
        target = socketFolder;
        exceptions.Clear();
    }

    /// <summary>Has all connections lead to another server, and cuts those that are open.</summary>
    public void MoveTo(string socketFolder)
    {
        RouteTo(socketFolder);
        foreach (var cut in pools.Keys)
            cut.Cancel();
    }

    /// <summary>Has new connections of one pool lead to another server, and cuts those that are open.</summary>
    public void RoutePool(string pool, string socketFolder)
    {
        exceptions[pool] = socketFolder;
        foreach (var (cut, _) in pools.Where(open => open.Value == pool))
            cut.Cancel();
    }

    protected override async Task PassAsync(TcpClient caller, CancellationTokenSource cut)
    {
        var from = caller.GetStream();
        var length = new byte[4];
        await from.ReadExactlyAsync(length, cut.Token);
        var first = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        length.CopyTo(first, 0);
        await from.ReadExactlyAsync(first.AsMemory(4), cut.Token);
        if (BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(4)) == CancelCode)
        {
            // Its number is random: only the server that it is for does anything.
            foreach (var server in exceptions.Values.Append(target).Distinct())
                await using (var to = await ConnectAsync(server, cut.Token))
                    await to.WriteAsync(first, cut.Token);
            return;
        }
        var pool = PoolOf(first);
        pools[cut] = pool;
        try
        {
            await using var stream = await ConnectAsync(exceptions.GetValueOrDefault(pool, target), cut.Token);
            await stream.WriteAsync(first, cut.Token);
            await Task.WhenAny(CopyAsync(from, stream, cut.Token), CopyAsync(stream, from, cut.Token));
        }
        finally
        {
            pools.TryRemove(cut, out _);
        }
        await cut.CancelAsync();
    }

    // The startup message is a list of names and values, each ended by a zero.
    private static string PoolOf(byte[] startup)
    {
        var words = Encoding.UTF8.GetString(startup.AsSpan(8)).Split('\0');
        var at = Array.IndexOf(words, "application_name");
        return at < 0 ? "" : words[at + 1].Split(' ', 2)[^1];
    }

    private static async Task<NetworkStream> ConnectAsync(string socketFolder, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(
            new UnixDomainSocketEndPoint(Path.Combine(socketFolder, $".s.PGSQL.{ServerProcess.Port}")),
            cancellation
        );
        return new(socket, ownsSocket: true);
    }
}
