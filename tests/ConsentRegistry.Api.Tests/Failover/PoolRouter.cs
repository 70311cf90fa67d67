using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ConsentRegistry.Api.DevelopmentServer;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>
/// A TCP proxy before PostgreSQL servers that listen on sockets: like a load balancer that leads to the primary, and
/// where a test wants it one that leads single pools of a node to another server.
/// </summary>
internal sealed class PoolRouter : IAsyncDisposable
{
    private const int BufferSize = 16 << 10;

    /// <summary>PostgreSQL's protocol 3.0: what a request to cancel begins with, in place of a version.</summary>
    private const int CancelCode = 80877102;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly ConcurrentDictionary<(string Pool, CancellationTokenSource Cut), string> open = new();
    private readonly ConcurrentDictionary<string, string> exceptions = new(StringComparer.Ordinal);
    private readonly Task accepting;
    private volatile string target;

    /// <param name="target">The folder of the socket that all connections lead to.</param>
    public PoolRouter(string target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Has new connections lead to another server.</summary>
    public void RouteTo(string socketFolder)
    {
        target = socketFolder;
        exceptions.Clear();
    }

    /// <summary>Has new connections of one pool lead to another server, and cuts those that are open.</summary>
    public void RoutePool(string pool, string socketFolder)
    {
        exceptions[pool] = socketFolder;
        foreach (var ((of, cut), _) in open)
        {
            if (of == pool)
                cut.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await Task.WhenAll([accepting, .. connections]);
        ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                connections.Add(PassAsync(await listener.AcceptTcpClientAsync(ending.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient caller)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        using (caller)
        {
            try
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
                var folder = exceptions.GetValueOrDefault(pool, target);
                open[(pool, cut)] = folder;
                await using var stream = await ConnectAsync(folder, cut.Token);
                await stream.WriteAsync(first, cut.Token);
                await Task.WhenAny(CopyAsync(from, stream, cut.Token), CopyAsync(stream, from, cut.Token));
                open.TryRemove((pool, cut), out _);
                await cut.CancelAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // Either side has gone.
            }
        }
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

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and var count)
                await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
