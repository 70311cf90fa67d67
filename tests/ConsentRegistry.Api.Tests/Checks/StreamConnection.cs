using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// A stream of checks on a connection of its own, on which what is sent and what is read are two things.
/// </summary>
internal sealed class StreamConnection : IDisposable
{
    /// <summary>
    /// Bytes that the client's system keeps each way: few, so that what is taken is what the service takes.
    /// </summary>
    private const int BufferBytes = 64 << 10;

    private readonly TcpClient client = new() { SendBufferSize = BufferBytes, ReceiveBufferSize = BufferBytes };

    private Stream? stream;

    private StreamConnection() { }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<StreamConnection> OpenAsync(Uri address, string token)
    {
        var connection = new StreamConnection();
        await connection.client.ConnectAsync(address.Host, address.Port, Cancellation);
        connection.stream = connection.client.GetStream();
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            var tls = new SslStream(connection.stream, leaveInnerStreamOpen: false, Proxies.Nginx.IsOwn);
            connection.stream = tls;
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = address.Host },
                Cancellation
            );
        }
        await connection.SendBytesAsync(
            Encoding.ASCII.GetBytes(
                $"POST /v1/checks/stream HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer "
                    + $"{token}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
        );
        return connection;
    }

    /// <summary>Lines as they are sent.</summary>
    public static byte[] Piece(string text) => Encoding.ASCII.GetBytes($"{text.Length:x}\r\n{text}\r\n");

    public Task SendAsync(string text) => SendBytesAsync(Piece(text)).AsTask();

    public ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes) => stream!.WriteAsync(bytes, Cancellation);

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => stream!.ReadAsync(buffer, Cancellation);

    public async Task<string> ReadUntilAsync(string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var read = await ReadAsync(buffer);
            Assert.True(read > 0, text.ToString());
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    public void Dispose()
    {
        stream?.Dispose();
        client.Dispose();
    }
}
