using System.Net.Sockets;
using System.Text;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// One connection that is used for request after request, and on which nothing is sent twice: a lost request shows.
/// </summary>
internal sealed class KeepAliveConnection : IDisposable
{
    private readonly TcpClient client = new() { NoDelay = true };
    private readonly string head;
    private StreamReader? reader;

    private KeepAliveConnection(Uri address, string token) =>
        head = $"Host: {address.Authority}\r\nAuthorization: Bearer {token}\r\n";

    public static async Task<KeepAliveConnection> OpenAsync(Uri address, string token)
    {
        var connection = new KeepAliveConnection(address, token);
        await connection.client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        connection.reader = new(connection.client.GetStream(), Encoding.ASCII);
        return connection;
    }

    /// <summary>Sends a request and reads its answer.</summary>
    /// <returns>The status, and whether the answer says that the connection ends with it.</returns>
    /// <exception cref="IOException">The connection ended without an answer.</exception>
    public async Task<(int Status, bool Closes)> SendAsync(string method, string path, string body)
    {
        var request =
            $"{method} {path} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: "
            + $"{body.Length}\r\n\r\n{body}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        var status = await ReadLineAsync();
        var (closes, length, isChunked) = (false, 0, false);
        for (var line = await ReadLineAsync(); line.Length > 0; line = await ReadLineAsync())
        {
            closes |= line.Equals("Connection: close", StringComparison.OrdinalIgnoreCase);
            isChunked |= line.Equals("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(
                    line["Content-Length: ".Length..],
                    System.Globalization.CultureInfo.InvariantCulture
                );
        }
        await SkipAsync(length);
        while (isChunked)
        {
            var size = int.Parse(
                await ReadLineAsync(),
                System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture
            );
            await SkipAsync(size + 2);
            isChunked = size > 0;
        }
        return (int.Parse(status.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), closes);
    }

    public void Dispose() => client.Dispose();

    private async Task<string> ReadLineAsync() =>
        await reader!.ReadLineAsync(TestContext.Current.CancellationToken)
        ?? throw new IOException("The connection ended without an answer.");

    // The answers are ASCII: a character is a byte.
    private async Task SkipAsync(int count)
    {
        var buffer = new char[count];
        if (await reader!.ReadBlockAsync(buffer, TestContext.Current.CancellationToken) < count)
            throw new IOException("The connection ended in the middle of an answer.");
    }
}
