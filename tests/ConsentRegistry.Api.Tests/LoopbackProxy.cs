using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConsentRegistry.Api.Tests;

/// <summary>A TCP proxy on loopback: takes connections until it is disposed, and copies between streams.</summary>
internal abstract class LoopbackProxy : IAsyncDisposable
{
    private const int BufferSize = 16 << 10;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;

    protected LoopbackProxy()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await Task.WhenAll([accepting, .. connections]);
        ending.Dispose();
    }

    /// <summary>Serves one connection, until either side has gone.</summary>
    /// <param name="caller">Who connected.</param>
    /// <param name="cut">Ends the connection: the proxy's end, or the implementation's own reason.</param>
    protected abstract Task PassAsync(TcpClient caller, CancellationTokenSource cut);

    /// <summary>Copies until either side has gone, or something ends it.</summary>
    protected static async Task CopyAsync(
        Stream from,
        Stream to,
        CancellationToken cancellation,
        Func<bool>? ends = null
    )
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and var count && ends?.Invoke() is not true)
                await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(ending.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient caller)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        using (caller)
        {
            try
            {
                await PassAsync(caller, cut);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // Either side has gone.
            }
        }
    }
}
