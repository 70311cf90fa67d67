using System.Net.Sockets;
using System.Text;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>A connection on which a test sends the bytes that it likes, and takes what it likes.</summary>
internal sealed class RawConnection : IDisposable
{
    /// <summary>
    /// Bytes that the client's system keeps: few, so that what is not read here soon waits at the service.
    /// </summary>
    private const int BufferBytes = 8 << 10;

    private readonly TcpClient client = new() { ReceiveBufferSize = BufferBytes, NoDelay = true };

    private RawConnection() { }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Connects, and sends the head of a request.</summary>
    /// <param name="app">The service.</param>
    /// <param name="request">Method and path.</param>
    /// <param name="token">Who calls.</param>
    /// <param name="headers">Further headers, each as <c>Name: value</c>.</param>
    public static async Task<RawConnection> OpenAsync(
        RegistryApplication app,
        string request,
        string token,
        params string[] headers
    )
    {
        var connection = new RawConnection();
        await connection.client.ConnectAsync(app.Address.Host, app.Address.Port, Cancellation);
        await connection.SendAsync(
            $"{request} HTTP/1.1\r\nHost: {app.Address.Authority}\r\nAuthorization: Bearer {token}\r\n{string.Concat(headers.Select(header => $"{header}\r\n"))}\r\n"
        );
        return connection;
    }

    public ValueTask SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => client.GetStream().WriteAsync(bytes, Cancellation);

    /// <summary>Whatever comes next; empty at the end.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[16 << 10];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Cancellation));
        }
        // Cut off.
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Reads until a text has come, or to the end.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        var all = new StringBuilder();
        var tail = "";
        while (!tail.Contains(end, StringComparison.Ordinal) && await ReadAsync() is { Length: > 0 } text)
        {
            all.Append(text);
            // As much as can hold the end, so that a long answer is not searched again and again.
            tail = (tail.Length < end.Length ? tail : tail[^end.Length..]) + text;
        }
        return all.ToString();
    }

    /// <summary>Reads until the service ends the connection, or says that the answer is complete.</summary>
    public Task<string> ReadToEndAsync() => ReadUntilAsync("\r\n0\r\n\r\n");

    public void Dispose() => client.Dispose();
}
