using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ConsentRegistry.Client;

/// <summary>A check of a stream with its answer.</summary>
/// <param name="Check">The check.</param>
/// <param name="Decision">The answer to it.</param>
public sealed record DecidedCheck(Check Check, Decision Decision);

/// <summary>Some checks of a stream, as the lines of one request.</summary>
/// <param name="Checks">The checks.</param>
/// <param name="Lines">A line each.</param>
internal sealed record StreamPart(IReadOnlyList<Check> Checks, ReadOnlyMemory<byte> Lines);

/// <summary>
/// Asks any number of checks through <c>POST /v1/checks/stream</c>, in parts. An <see cref="HttpClient"/> reads no
/// answer over HTTP/1.1 before it has sent all of a request, and many proxies pass none on, so that one request without
/// an end would stand still as soon as the answers fill what lies between. A part is short enough to be sent whatever
/// becomes of its answers, and the next ones are under way while it is answered.
/// </summary>
internal static class CheckStream
{
    /// <summary>
    /// Bytes of a part: a quarter of what the registry takes in without being able to send. One check goes into it
    /// whatever its length.
    /// </summary>
    private const int BytesPerPart = 256 << 10;

    /// <summary>Checks of a part: more cost no less each.</summary>
    private const int ChecksPerPart = 1_000;

    /// <summary>
    /// Parts that are answered but not yet given out, or under way, beside the one that is being given out.
    /// </summary>
    private const int PartsAhead = 2;

    /// <summary>Asks the checks; each answer is given out with the check that it is to, in their order.</summary>
    /// <param name="checks">
    /// The checks. They are read ahead by <see cref="ChecksPerPart"/> and what is under way, and no further.
    /// </param>
    /// <param name="send">Sends a part, and answers with as many decisions as it has checks.</param>
    /// <param name="cancellation">Ends everything.</param>
    public static async IAsyncEnumerable<DecidedCheck> AskAsync(
        IAsyncEnumerable<Check> checks,
        Func<StreamPart, CancellationToken, Task<IReadOnlyList<Decision>>> send,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var read = Channel.CreateBounded<Check>(ChecksPerPart);
        var sent = Channel.CreateBounded<(StreamPart Part, Task<IReadOnlyList<Decision>> Answers)>(PartsAhead);
        var working = Task.WhenAll(
            ReadAsync(checks, read.Writer, ending.Token),
            SendAsync(read.Reader, sent.Writer, send, ending.Token)
        );
        try
        {
            await foreach (var (part, answers) in sent.Reader.ReadAllAsync(cancellation))
            {
                var decisions = await answers;
                for (var i = 0; i < decisions.Count; i++)
                    yield return new(part.Checks[i], decisions[i]);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await working;
            // What was under way has ended as well before the caller goes on, and nobody looks at how.
            while (sent.Reader.TryRead(out var left))
                await ((Task)left.Answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What goes wrong in either of the two ends the channel, and so comes to whoever reads it.
    private static async Task ReadAsync(
        IAsyncEnumerable<Check> checks,
        ChannelWriter<Check> read,
        CancellationToken cancellation
    )
    {
        Exception? wrong = null;
        try
        {
            await foreach (var check in checks.WithCancellation(cancellation))
                await read.WriteAsync(check, cancellation);
        }
        catch (Exception e)
        {
            wrong = e;
        }
        read.Complete(wrong);
    }

    private static async Task SendAsync(
        ChannelReader<Check> read,
        ChannelWriter<(StreamPart Part, Task<IReadOnlyList<Decision>> Answers)> sent,
        Func<StreamPart, CancellationToken, Task<IReadOnlyList<Decision>>> send,
        CancellationToken cancellation
    )
    {
        Exception? wrong = null;
        try
        {
            // Only then is it taken what there is: as many checks as have come, so that none waits for others.
            while (await read.WaitToReadAsync(cancellation) && await sent.WaitToWriteAsync(cancellation))
            {
                var part = Take(read);
                sent.TryWrite((part, send(part, cancellation)));
            }
        }
        catch (Exception e)
        {
            wrong = e;
        }
        sent.Complete(wrong);
    }

    private static StreamPart Take(ChannelReader<Check> read)
    {
        var checks = new List<Check>();
        var lines = new ArrayBufferWriter<byte>();
        while (checks.Count < ChecksPerPart && lines.WrittenCount < BytesPerPart && read.TryRead(out var check))
        {
            checks.Add(check);
            Wire.WriteLine(check, lines);
        }
        return new(checks, lines.WrittenMemory);
    }
}
