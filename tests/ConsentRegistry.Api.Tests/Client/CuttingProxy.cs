using System.Net.Sockets;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>A TCP proxy on loopback that loses answers when it is told to, or lets nobody through.</summary>
internal sealed class CuttingProxy(Uri target) : LoopbackProxy
{
    private int toLose;
    private int lost;
    private volatile bool isDown;

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

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

    protected override async Task PassAsync(TcpClient caller, CancellationTokenSource cut)
    {
        using var to = new TcpClient();
        await to.ConnectAsync(target.Host, target.Port, cut.Token);
        await Task.WhenAny(
            CopyAsync(caller.GetStream(), to.GetStream(), cut.Token, () => isDown),
            CopyAsync(to.GetStream(), caller.GetStream(), cut.Token, Loses)
        );
        await cut.CancelAsync();
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
}
