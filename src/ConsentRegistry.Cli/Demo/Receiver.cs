using System.Net;
using System.Net.Sockets;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// A small receiver of webhooks on the loopback interface: everything that one needs, and nothing more.
/// </summary>
internal sealed class Receiver : IAsyncDisposable
{
    /// <summary>Bytes of a message, at most: a notification is a hint of a few hundred.</summary>
    private const int MaxBodyBytes = 256 << 10;

    /// <summary>
    /// How often another free port is tried: somebody else may take one between its being found and its being used.
    /// </summary>
    private const int Attempts = 10;

    /// <summary>How long one sender may take.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(10);

    private readonly HttpListener listener;
    private readonly Dictionary<string, ReceivedMessages> mailboxes;
    private readonly Task serving;

    private Receiver(HttpListener listener, Uri address)
    {
        this.listener = listener;
        (Studio, Creator) = (new(new(address, "studio")), new(new(address, "creator")));
        mailboxes = new(StringComparer.Ordinal)
        {
            [Studio.Url.AbsolutePath] = Studio,
            [Creator.Url.AbsolutePath] = Creator,
        };
        serving = ServeAsync();
    }

    /// <summary>Where the studio is told.</summary>
    public ReceivedMessages Studio { get; }

    /// <summary>Where the creator's agent is told.</summary>
    public ReceivedMessages Creator { get; }

    /// <summary>Starts at a free port.</summary>
    public static Receiver Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            var address = new Uri($"http://127.0.0.1:{FreePort()}/");
            var opened = new HttpListener { Prefixes = { address.AbsoluteUri } };
            try
            {
                opened.Start();
                return new(opened, address);
            }
            catch (HttpListenerException) when (attempt < Attempts)
            {
                opened.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e)
                when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // The story is over.
                return;
            }
            try
            {
                context.Response.StatusCode = await TakeAsync(context.Request);
                context.Response.Close();
            }
            catch (Exception e)
                when (e
                        is HttpListenerException
                            or IOException
                            or OperationCanceledException
                            or ObjectDisposedException
                            or System.Text.Json.JsonException
                )
            {
                // The sender left in the middle, sends too slowly, or signed what is no message: it sends again, or
                // gives up.
                context.Response.Abort();
            }
        }
    }

    private async Task<int> TakeAsync(HttpListenerRequest request)
    {
        if (
            request.HttpMethod != "POST"
            || request.Url is null
            || !mailboxes.TryGetValue(request.Url.AbsolutePath, out var mailbox)
        )
            return 404;
        var body = new byte[MaxBodyBytes + 1];
        using var limit = new CancellationTokenSource(ReadLimit);
        var length = await request.InputStream.ReadAtLeastAsync(
            body,
            body.Length,
            throwOnEndOfStream: false,
            limit.Token
        );
        return length > MaxBodyBytes
            ? 413
            : mailbox.Take(
                request.Headers["webhook-id"] ?? "",
                request.Headers["webhook-timestamp"] ?? "",
                request.Headers["webhook-signature"] ?? "",
                body[..length]
            );
    }
}
