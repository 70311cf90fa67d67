using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Checks through one node by the line, one stream after the other. Each line starts when it is sent, and is answered
/// when its own line comes. What a stream that broke has not answered has no answer.
/// </summary>
internal sealed class StreamChecker(Uri node, StalenessOptions options, Questions questions, CheckRecorder recorder)
{
    private const int MostInChunk = 24;

    /// <summary>Lines after which a stream is ended, and the next one begun.</summary>
    private const int LinesPerStream = 5_000;

    /// <summary>Chunks that may wait to be sent, while a node takes nothing.</summary>
    private const int MostWaiting = 16;

    /// <summary>
    /// How long a stream rests between two chunks: it would leave little of the machine to anything else.
    /// </summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Longer than any pause, as for other checks.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly Channel<List<Question>> wanted = Channel.CreateBounded<List<Question>>(MostWaiting);

    /// <summary>Sends a chunk of lines soon, if there is room.</summary>
    public void Ask(List<Question> asked) => wanted.Writer.TryWrite(asked);

    public async Task RunAsync(string token, Random random, CancellationToken stop)
    {
        var drawing = DrawAsync(random, stop);
        while (!stop.IsCancellationRequested)
        {
            // What is sent, and is not answered yet: in the order of the lines.
            var open = new ConcurrentQueue<(Question Question, long Start)>();
            try
            {
                await TalkAsync(token, open, stop);
            }
            catch (Exception e)
                when (e is SocketException or IOException or OperationCanceledException or JsonException)
            {
                await Task.Delay(BetweenTries, CancellationToken.None);
            }
            catch (Exception e)
            {
                recorder.Fail(e);
                break;
            }
            foreach (var (question, start) in open)
                recorder.Record(question, Way.Stream, start, answer: null);
        }
        await drawing;
    }

    private async Task DrawAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (questions.Draw(random, random.Next(1, MostInChunk + 1)) is { Count: > 0 } drawn)
                Ask(drawn);
            await Task.Delay(Pace + options.Rest, CancellationToken.None);
        }
    }

    private async Task TalkAsync(
        string token,
        ConcurrentQueue<(Question Question, long Start)> open,
        CancellationToken stop
    )
    {
        using var broken = new CancellationTokenSource();
        using var patience = new CancellationTokenSource(Patience);
        using var stream = await LineStream.OpenAsync(node, token, patience.Token);
        var sending = SendAsync(stream, open, broken.Token, stop);
        try
        {
            await ReceiveAsync(stream, open);
            if (!open.IsEmpty)
                throw new InvalidOperationException(
                    $"A stream was ended in order, with {open.Count} lines unanswered."
                );
        }
        finally
        {
            // The receiver knows best what broke: the sender is only stopped.
            await broken.CancelAsync();
            await sending.ContinueWith(
                _ => { },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );
        }
    }

    private async Task SendAsync(
        LineStream stream,
        ConcurrentQueue<(Question Question, long Start)> open,
        CancellationToken broken,
        CancellationToken stop
    )
    {
        for (var lines = 0; lines < LinesPerStream && !stop.IsCancellationRequested; )
        {
            if (await NextAsync(broken, stop) is not { } asked)
                break;
            var bytes = asked.Select(question => question.ToJson()).ToList();
            var start = Stopwatch.GetTimestamp();
            foreach (var question in asked)
                open.Enqueue((question, start));
            await stream.SendAsync(bytes, broken);
            lines += asked.Count;
        }
        await stream.EndAsync(broken);
    }

    /// <returns>The next chunk; null when the run has ended, and nothing more is wanted.</returns>
    private async Task<List<Question>?> NextAsync(CancellationToken broken, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(broken, stop);
        try
        {
            return await wanted.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!broken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ReceiveAsync(LineStream stream, ConcurrentQueue<(Question Question, long Start)> open)
    {
        while (true)
        {
            using var patience = new CancellationTokenSource(Patience);
            if (await stream.ReceiveAsync(patience.Token) is not { } lines)
                return;
            var end = Stopwatch.GetTimestamp();
            foreach (var line in lines)
            {
                if (!open.TryDequeue(out var asked))
                    throw new InvalidOperationException($"A stream answered what was not asked: {line}");
                recorder.Record(asked.Question, Way.Stream, asked.Start, line, end);
            }
        }
    }
}
