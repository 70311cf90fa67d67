namespace ConsentRegistry.Client;

/// <summary>
/// The body of server-sent events, which has no end: silence for too long, or an event that is too long, end it with an
/// exception.
/// </summary>
internal sealed class LiveStream(Stream body) : Stream
{
    /// <summary>
    /// How long nothing may come. The registry says every 15 seconds that it lives; a connection that is cut somewhere
    /// on the way says nothing.
    /// </summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of an event: the longest of the registry is a small part of it.</summary>
    public const int LongestEvent = 4 << 20;

    private int sinceEvent;

    /// <summary>An event is whole, and the next one begins.</summary>
    public void EndEvent() => sinceEvent = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(LongestSilence);
        try
        {
            var count = await body.ReadAsync(buffer, silence.Token);
            sinceEvent += count;
            return sinceEvent <= LongestEvent
                ? count
                : throw new InvalidDataException($"An event is longer than {LongestEvent} bytes.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Nothing came for {LongestSilence.TotalSeconds:0} seconds.", e);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body.Dispose();
        base.Dispose(disposing);
    }
}
