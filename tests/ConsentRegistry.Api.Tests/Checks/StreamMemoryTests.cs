namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// However long a stream is, and however little of it is taken, the service holds the same few chunks.
/// </summary>
[Collection(nameof(Alone))]
public sealed class StreamMemoryTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Lines = 300_000;

    private const int LinesPerPiece = 500;

    /// <summary>
    /// Lines that may be under way: what the system's buffers take, with some MiB each, and the service's few chunks.
    /// Without back-pressure it would be all.
    /// </summary>
    private const int LongestLead = Lines / 2;

    /// <summary>
    /// Bytes that may be alive beyond those at the start: the chunks take some MiB, all answers together more than 100
    /// MiB.
    /// </summary>
    private const long LargestGrowth = 32 << 20;

    /// <summary>
    /// Bytes that may be allocated for a line, what the service does beside it included: a line that goes the long way
    /// takes several thousand.
    /// </summary>
    private const long LargestPerLine = 512;

    private readonly string creator = RegistryApplication.NewId();
    private long sent;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_long_stream_takes_no_more_memory_than_a_short_one()
    {
        var app = registry.App;
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        using var connection = await StreamConnection.OpenAsync(
            app.Address,
            app.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme")
        );
        var piece = StreamConnection.Piece(
            string.Concat(
                Enumerable.Repeat(
                    $"{{\"creatorId\":\"{creator}\",\"videoId\":\"v\",\"purpose\":\"remix\"}}\n",
                    LinesPerPiece
                )
            )
        );
        var buffer = new byte[64 << 10];
        var alive = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        var sending = Task.Run(() => SendAsync(connection, piece), TestContext.Current.CancellationToken);
        await NothingMoreIsReadAsync();

        var (answered, mark, before) = (0L, 0L, (byte)0);
        while (answered < Lines)
        {
            if (answered >= mark)
            {
                mark += Lines / 6;
                Assert.InRange(Interlocked.Read(ref sent) - answered, 0, LongestLead);
                Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - alive, long.MinValue, LargestGrowth);
            }
            var read = await connection.ReadAsync(buffer);
            Assert.True(read > 0, "The stream ended early.");
            answered += CountLines(buffer.AsSpan(0, read), ref before);
        }
        await sending;
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - alive, long.MinValue, LargestGrowth);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, LargestPerLine * Lines);
    }

    private async Task SendAsync(StreamConnection connection, byte[] piece)
    {
        for (var i = 0; i < Lines / LinesPerPiece; i++)
        {
            await connection.SendBytesAsync(piece);
            Interlocked.Add(ref sent, LinesPerPiece);
        }
        await connection.SendBytesAsync("0\r\n\r\n"u8.ToArray());
    }

    // HTTP's own lines end with two characters.
    private static int CountLines(ReadOnlySpan<byte> bytes, ref byte before)
    {
        var count = 0;
        foreach (var one in bytes)
        {
            if (one == '\n' && before != '\r')
                count++;
            before = one;
        }
        return count;
    }

    // As long as no answer is taken, there is a point beyond which no line is.
    private Task NothingMoreIsReadAsync()
    {
        const int equalLooks = 20;
        var (seen, equal) = (0L, 0);
        return Eventually.HoldsAsync(
            "nothing more is read",
            () =>
            {
                var now = Interlocked.Read(ref sent);
                (seen, equal) = (now, now > 0 && now == seen ? equal + 1 : 0);
                return Task.FromResult(equal == equalLooks);
            }
        );
    }
}
