using System.Net;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>
/// Serves C2SP tlog-witness: <c>add-checkpoint</c>, and the newest cosigned checkpoint of each log.
/// </summary>
internal sealed class WitnessServer(LogWatcher watch) : IDisposable
{
    /// <summary>For how long a request may take to arrive.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(10);

    /// <summary>Requests that are read at once: one that comes slowly keeps no other waiting.</summary>
    private const int MaxRequests = 64;

    private readonly SemaphoreSlim places = new(MaxRequests);

    public async Task<int> ServeAsync(string address, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
            throw new UnusableException(
                "--listen is an http address, for example http://127.0.0.1:7380/; put a proxy that ends TLS before it."
            );
        using var listener = new HttpListener();
        listener.Prefixes.Add(address.EndsWith('/') ? address : address + "/");
        listener.Start();
        await Console.Error.WriteLineAsync($"Witnessing at {address}");
        while (!cancellation.IsCancellationRequested)
        {
            await places.WaitAsync(cancellation);
            var context = await listener.GetContextAsync().WaitAsync(cancellation);
            _ = ServeAsync(context, cancellation);
        }
        return ExitCode.Success;
    }

    public void Dispose() => places.Dispose();

    private async Task ServeAsync(HttpListenerContext context, CancellationToken cancellation)
    {
        try
        {
            await AnswerAsync(context, cancellation);
        }
        catch (Exception e)
            when (e
                    is HttpListenerException
                        or IOException
                        or UnauthorizedAccessException
                        or ObjectDisposedException
                        or OperationCanceledException
            )
        {
            // The caller left in the middle, or sends too slowly; or what was seen cannot be kept, and then nothing is
            // cosigned.
            if (e is UnauthorizedAccessException || e is IOException { InnerException: null })
                await Console.Error.WriteLineAsync($"A request was not answered: {e.Message}");
            context.Response.Abort();
        }
        catch (Exception e)
        {
            // A fault of this program: it ends one request, and is told.
            await Console.Error.WriteLineAsync($"A request was not answered: {e}");
            context.Response.Abort();
        }
        finally
        {
            places.Release();
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken cancellation)
    {
        var (status, media, body) = (404, "text/plain; charset=utf-8", "There is nothing here.\n");
        var path = context.Request.Url?.AbsolutePath ?? "";
        if (Published(path) is { } checkpoint)
        {
            if (context.Request.HttpMethod is not ("GET" or "HEAD"))
                (status, body) = (405, "Only GET.\n");
            else
                (status, body) = (200, checkpoint);
        }
        else if (path.EndsWith("/add-checkpoint", StringComparison.Ordinal))
        {
            if (context.Request.HttpMethod != "POST")
            {
                (status, body) = (405, "Only POST.\n");
            }
            else if (AddCheckpoint.TryParse(await ReadAsync(context.Request, cancellation), out var request))
            {
                var answer = watch.Add(request);
                (status, media, body) = (answer.Status, answer.MediaType, answer.Body);
            }
            else
            {
                (status, body) = (400, "This is no request of the protocol.\n");
            }
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = media;
        if (context.Request.HttpMethod == "HEAD")
            context.Response.Close();
        else
            context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
    }

    // <monitoring prefix>/<SHA-256 of the origin in hex>/checkpoint
    private string? Published(string path) =>
        path.Split('/') is [.., var hash, "checkpoint"]
        && watch.Origins.FirstOrDefault(origin =>
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin))) == hash
        )
            is { } named
            ? watch.Published(named)
            : null;

    private static async Task<byte[]> ReadAsync(HttpListenerRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadLimit);
        var body = new byte[AddCheckpoint.MaxBytes + 1];
        var length = await request.InputStream.ReadAtLeastAsync(
            body,
            body.Length,
            throwOnEndOfStream: false,
            limit.Token
        );
        return body[..length];
    }
}
