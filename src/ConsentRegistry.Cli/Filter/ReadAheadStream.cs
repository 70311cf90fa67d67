using System.IO.Pipelines;
using System.Net.Sockets;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// A connection whose incoming bytes are taken as soon as they arrive, whether or not anybody reads them. Over HTTP/1.1
/// an <see cref="HttpClient"/> reads no answer before it has sent all of a request. The registry answers a stream while
/// it receives it, and would stop to receive when nobody takes the answers.
/// </summary>
internal sealed class ReadAheadStream : Stream
{
    /// <summary>Bytes that wait to be read, at most: the answers to a part take a tenth of it.</summary>
    private const int LongestAnswer = 512 << 20;

    /// <summary>Bytes of one read: few enough that they are no large object, which is rarely collected.</summary>
    private const int BytesPerRead = 64 << 10;

    private readonly NetworkStream connection;
    private readonly Stream incoming;
    private readonly Task pumping;

    private ReadAheadStream(NetworkStream connection)
    {
        this.connection = connection;
        var pipe = new Pipe(
            new(pauseWriterThreshold: LongestAnswer, minimumSegmentSize: BytesPerRead, useSynchronizationContext: false)
        );
        incoming = pipe.Reader.AsStream();
        pumping = PumpAsync(pipe.Writer);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Connects as <see cref="SocketsHttpHandler.ConnectCallback"/> wants it.</summary>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new ReadAheadStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        incoming.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => incoming.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => connection.Write(buffer, offset, count);

    public override void Flush() => connection.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        await incoming.DisposeAsync();
        await pumping;
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
            incoming.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task PumpAsync(PipeWriter to)
    {
        try
        {
            while (await connection.ReadAsync(to.GetMemory(BytesPerRead)) is > 0 and var count)
            {
                to.Advance(count);
                await to.FlushAsync();
            }
            await to.CompleteAsync();
        }
        catch (Exception e)
        {
            // Whoever reads on learns of it.
            await to.CompleteAsync(e);
        }
    }
}
