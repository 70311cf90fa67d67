using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>A TCP proxy on loopback that loses answers when it is told to, or lets nobody through.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const int BufferSize = 16 << 10;

    private readonly Uri target;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;
    private int toLose;
    private int lost;
    private volatile bool isDown;

    public CuttingProxy(Uri target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    /// <summary>How many answers came from the registry and were not passed on.</summary>
    public int Lost => Volatile.Read(ref lost);

    /// <summary>Loses the next answers: the registry has done its work, and the caller's connection breaks.</summary>
    public void LoseAnswers(int count) => Volatile.Write(ref toLose, count);

    /// <summary>Whether each connection is cut as soon as anything is sent.</summary>
    public bool IsDown
    {
        get => isDown;
        set => isDown = value;
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
        using var to = new TcpClient();
        using (caller)
        {
            try
            {
                await to.ConnectAsync(target.Host, target.Port, ending.Token);
                using var cut = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
                await Task.WhenAny(
                    CopyAsync(caller.GetStream(), to.GetStream(), () => isDown, cut.Token),
                    CopyAsync(to.GetStream(), caller.GetStream(), Loses, cut.Token)
                );
                await cut.CancelAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Either side has gone.
            }
        }
    }

    private bool Loses()
    {
        if (isDown)
            return true;
        if (Interlocked.Decrement(ref toLose) < 0)
        {
            Interlocked.Increment(ref toLose);
            return false;
        }
        Interlocked.Increment(ref lost);
        return true;
    }

    private static async Task CopyAsync(Stream from, Stream to, Func<bool> ends, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReadAsync(buffer, cancellation) is > 0 and var count && !ends())
                await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
