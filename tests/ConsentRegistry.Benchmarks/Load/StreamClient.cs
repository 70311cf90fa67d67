using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>What came of a stream.</summary>
/// <param name="Lines">Checks that were sent, and answered.</param>
/// <param name="Bytes">Bytes of the answers.</param>
/// <param name="Elapsed">From before the first byte was sent to the last chunk of the answer.</param>
internal sealed record StreamResult(long Lines, long Bytes, TimeSpan Elapsed)
{
    public double PerSecond => Lines / Elapsed.TotalSeconds;
}

/// <summary>
/// Sends checks as one request that goes on and on, from blocks of lines that were made before, and counts the answers
/// meanwhile: two threads on a bare socket, so that the client takes as little of the machine as it can.
/// </summary>
internal sealed class StreamClient
{
    private const int LinesPerBlock = 1_000;

    private const int Blocks = 256;

    private const int ReceiveBytes = 1 << 18;

    /// <summary>A server from which nothing comes for so long is stuck.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[][] blocks;

    /// <summary>Makes the blocks: checks of random videos, each block one chunk.</summary>
    public StreamClient(Scale scale, int seed)
    {
        var random = new Random(seed);
        blocks = [.. Enumerable.Range(0, Blocks).Select(_ => Chunk(Lines(scale, random)))];
    }

    /// <summary>Sends a number of checks, fewer if the time is over before, and waits for all their answers.</summary>
    /// <exception cref="BenchmarkException">Not every check was answered.</exception>
    public async Task<StreamResult> RunAsync(RunningServer server, string token, long lines, TimeSpan limit)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendTimeout = (int)Patience.TotalMilliseconds,
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        await socket.ConnectAsync(server.Url.Host, server.Url.Port);
        var started = Stopwatch.GetTimestamp();
        var sending = Task.Factory.StartNew(
            () => Send(socket, server.Url, token, lines, started, limit),
            TaskCreationOptions.LongRunning
        );
        var receiving = Task.Factory.StartNew(() => Receive(socket), TaskCreationOptions.LongRunning);
        try
        {
            var answer = await receiving;
            var elapsed = Stopwatch.GetElapsedTime(started);
            var sent = await sending;
            return answer.Lines == sent
                ? new(sent, answer.Bytes, elapsed)
                : throw new BenchmarkException($"of {sent:N0} checks of the stream {answer.Lines:N0} were answered");
        }
        catch (SocketException e)
        {
            throw new BenchmarkException($"the stream broke: {e.Message}");
        }
    }

    private long Send(Socket socket, Uri url, string token, long lines, long started, TimeSpan limit)
    {
        socket.Send(
            Encoding.ASCII.GetBytes(
                $"POST /v1/checks/stream HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token}\r\n"
                    + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            )
        );
        var sent = 0L;
        for (var block = 0; sent < lines && Stopwatch.GetElapsedTime(started) < limit; block++, sent += LinesPerBlock)
            socket.Send(blocks[block % blocks.Length]);
        socket.Send("0\r\n\r\n"u8);
        return sent;
    }

    private static ChunkedResponse Receive(Socket socket)
    {
        var answer = new ChunkedResponse();
        var buffer = new byte[ReceiveBytes];
        while (!answer.IsComplete)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
                throw new BenchmarkException("the stream was cut off");
            answer.Read(buffer.AsSpan(0, received));
            if (answer.Head.Length > 0 && !answer.Head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new BenchmarkException($"the stream was answered {answer.Head.Split('\r')[0]}");
        }
        return answer;
    }

    private static string Lines(Scale scale, Random random) =>
        string.Concat(Enumerable.Range(0, LinesPerBlock).Select(_ => Scale.Check(scale.RandomVideo(random)) + "\n"));

    private static byte[] Chunk(string lines) => Encoding.ASCII.GetBytes($"{lines.Length:x}\r\n{lines}\r\n");
}
