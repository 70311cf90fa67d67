using Microsoft.AspNetCore.Http.Features;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Answers <c>HEAD</c> as the same <c>GET</c> would be answered, without its body (RFC 9110, section 9.3.2): every path
/// that has the one has
/// the other. With the first byte of the body the answer is complete, so that no export and no stream goes on for
/// nobody.
/// </summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        HttpMethods.IsHead(http.Request.Method) ? AnswerAsync(http) : next(http);

    private async Task AnswerAsync(HttpContext http)
    {
        var (caller, body) = (http.RequestAborted, http.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        using var complete = CancellationTokenSource.CreateLinkedTokenSource(caller);
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new NoBytes(body, complete), body));
        (http.Request.Method, http.RequestAborted) = (HttpMethods.Get, complete.Token);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (complete.IsCancellationRequested && !caller.IsCancellationRequested)
        {
            // What makes the body was told to stop.
        }
        finally
        {
            http.Features.Set(body);
            (http.Request.Method, http.RequestAborted) = (HttpMethods.Head, caller);
        }
    }

    /// <summary>
    /// Takes a body for nobody: sends the head of the answer at its first byte, and ends what makes it.
    /// </summary>
    private sealed class NoBytes(IHttpResponseBodyFeature body, CancellationTokenSource complete) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (buffer.IsEmpty || complete.IsCancellationRequested)
                return;
            await body.StartAsync(CancellationToken.None);
            await complete.CancelAsync();
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => body.StartAsync(CancellationToken.None);

        public override void Flush() => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
