using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// One request of checks by the line, answered while it goes on, on a bare socket: HTTP clients read no answer before
/// all is sent.
/// </summary>
internal sealed class LineStream : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> body = new();
    private readonly ChunkedResponse answer;
    private readonly byte[] buffer = new byte[64 << 10];
    private int read;

    private LineStream() => answer = new(body);

    /// <exception cref="SocketException">Nobody listens.</exception>
    public static async Task<LineStream> OpenAsync(Uri node, string token, CancellationToken cancellation)
    {
        var stream = new LineStream();
        try
        {
            await stream.socket.ConnectAsync(node.Host, node.Port, cancellation);
            await stream.SendAllAsync(
                Encoding.ASCII.GetBytes(
                    $"POST /v1/checks/stream HTTP/1.1\r\nHost: {node.Authority}\r\nAuthorization: Bearer {token}\r\n"
                        + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: "
                        + "close\r\n\r\n"
                ),
                cancellation
            );
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Sends lines as one chunk.</summary>
    public Task SendAsync(IEnumerable<byte[]> lines, CancellationToken cancellation)
    {
        byte[] chunk = [.. lines.SelectMany(line => line.Append((byte)'\n'))];
        byte[] framed =
        [
            .. Encoding.ASCII.GetBytes(chunk.Length.ToString("x", CultureInfo.InvariantCulture)),
            .. "\r\n"u8,
            .. chunk,
            .. "\r\n"u8,
        ];
        return SendAllAsync(framed, cancellation);
    }

    /// <summary>Says that there are no more lines.</summary>
    public Task EndAsync(CancellationToken cancellation) => SendAllAsync("0\r\n\r\n"u8.ToArray(), cancellation);

    /// <summary>Waits for more of the answer.</summary>
    /// <returns>The lines that have come whole, if any; null when the answer is over.</returns>
    /// <exception cref="IOException">The node has broken it off, or could not answer it.</exception>
    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public async Task<IReadOnlyList<JsonElement>?> ReceiveAsync(CancellationToken cancellation)
    {
        if (answer.IsComplete)
            return null;
        var received = await socket.ReceiveAsync(buffer, cancellation);
        if (received == 0)
            throw new IOException("The stream was cut off.");
        answer.Read(buffer.AsSpan(0, received));
        if (answer.Head.Length > 0 && !answer.Head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            var status = answer.Head.Split('\r')[0];
            throw status.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                ? new InvalidOperationException($"A stream was refused: {status}")
                : new IOException(status);
        }
        return TakeLines();
    }

    public void Dispose() => socket.Dispose();

    private List<JsonElement> TakeLines()
    {
        var lines = new List<JsonElement>();
        while (body.WrittenSpan[read..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            lines.Add(JsonElement.Parse(body.WrittenSpan.Slice(read, length)));
            read += length + 1;
        }
        if (read == body.WrittenCount)
        {
            body.ResetWrittenCount();
            read = 0;
        }
        return lines;
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
    }
}
