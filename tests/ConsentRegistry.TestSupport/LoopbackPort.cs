using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ConsentRegistry.TestSupport;

/// <summary>Ports of this machine for programs that a test starts.</summary>
internal static class LoopbackPort
{
    // Below those that systems give to outgoing connections: Linux from 32768 on, others from 49152. One of those could
    // be given away between this look and the program's start.
    private const int First = 20_000;
    private const int End = 32_768;

    /// <summary>Looks before this gives up.</summary>
    private const int Most = 1_000;

    // What was given to one test is nobody else's, though its program may not listen yet, or be killed for a while.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nothing listens at now, and that was not given before.</summary>
    public static int Free()
    {
        for (var looks = 0; looks < Most; looks++)
        {
            var port = Random.Shared.Next(First, End);
            if (!Given.TryAdd(port, true))
                continue;
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens.
            }
        }
        throw new InvalidOperationException("No port is free.");
    }
}
