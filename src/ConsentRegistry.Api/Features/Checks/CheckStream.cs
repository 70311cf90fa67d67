using System.Text;
using System.Threading.Channels;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Features.Checks.Direct;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// Answers any number of checks, one a line. Each line is answered with one line, in order, as soon as it has arrived.
/// </summary>
/// <remarks>
/// Both ways are newline-delimited JSON (<c>application/x-ndjson</c>): lines of <c>CheckRequest</c>, answered with
/// lines of <c>CheckResult</c>. A line that is no check is answered with its number and an <c>error</c> beside
/// <c>allowed: false</c> and <c>effect: deny</c>, and the stream goes on. Some things end the stream. The last line is
/// then an <c>error</c> with the number of the first line that has no answer. A line longer than 16 KiB ends it with
/// <c>tooLarge</c>, and the end of the token with <c>unauthenticated</c>. Ten minutes without a line end it with
/// <c>requestTimeout</c>. A node that stops ends it with <c>unavailable</c>, where the body has no length. A body that
/// is not well-formed HTTP ends it with <c>malformedRequest</c>. Lines that arrive together with the malformed part may
/// have no answer. A caller who takes nothing for 30 seconds is cut off.
///
/// With <c>attest=true</c> a stream that ends normally has one more line, <c>{"attestation":…}</c>. It is a compact JWS
/// of type <c>consent-attestation+jws</c> with SHA-256 of the lines received and of the answers sent, how many answers
/// said what, the first and the last <c>freshAt</c>, and the newest head of the log.
/// </remarks>
internal static class CheckStream
{
    /// <summary>Bytes of a line, at most.</summary>
    public const int LongestLine = 16 << 10;

    /// <summary>
    /// Bytes of lines that are answered together: some hundred checks, so that handing them on costs little beside
    /// answering them.
    /// </summary>
    private const int ChunkBytes = 64 << 10;

    /// <summary>
    /// Chunks that are being answered, or wait to be sent: two for each core keep all of them at work, and no more
    /// memory than that.
    /// </summary>
    private static readonly int ChunksAtOnce = 2 * Environment.ProcessorCount;

    public static async Task<IResult> Handle(
        TruthFilter attest,
        HttpContext http,
        ChunkAnswers answers,
        LogSigner signer,
        LogWatch log,
        ConcurrencyLimits limits,
        IOptions<StreamOptions> options,
        Drain drain,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (
            http.Request.ContentType?.Split(';')[0]
                .Trim()
                .Equals(JsonLines.MediaType, StringComparison.OrdinalIgnoreCase) != true
        )
            return JsonBody.WrongType(http.Request.ContentType, JsonLines.MediaType);
        var caller = StreamCaller.From(http.User);
        using var share = limits.CheckStreams.TryAcquire(caller.Caller.Identity);
        if (share is null)
            return limits.CheckStreams.Refusal;
        LiftLimits(http);
        http.Response.ContentType = JsonLines.MediaType;
        StreamedResponse.Begin(http);
        // At once, so that a caller who waits for the answer's head before sending has it, through every proxy.
        await http.Response.BodyWriter.FlushAsync(cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var chunks = Channel.CreateBounded<Task<Chunk>>(
            new BoundedChannelOptions(ChunksAtOnce) { SingleReader = true, SingleWriter = true }
        );
        // A body without a length goes on for as long as its caller likes, but no longer than this node.
        var over = http.Request.ContentLength is null ? drain.Over : CancellationToken.None;
        var body = new LineReader(http.Request.BodyReader, caller, options.Value.LongestIdle, clock, over);
        await using var end = over.Register(http.Request.BodyReader.CancelPendingRead);
        using var summary = attest.Value is true ? new StreamSummary() : null;
        var reading = ReadAsync(
            body,
            chunks.Writer,
            summary,
            chunk => Task.Run(() => answers.AnswerAsync(chunk, caller, stop.Token), stop.Token),
            stop.Token
        );
        try
        {
            await using var sender = new ResponseSender(
                http.Response.BodyWriter,
                options.Value.LongestStall,
                http.Abort,
                clock
            );
            var isWhole = await SendAsync(
                sender,
                chunks.Reader,
                summary,
                chunk => answers.AnswerAsync(chunk, caller, stop.Token),
                stop.Token
            );
            if (isWhole && summary is not null)
            {
                var attestation = summary.Finish(caller.Caller.OwnRequester, signer.Name(log.State?.Head));
                var token = signer.Sign(attestation.ToJson(), Attestation.Type);
                await sender.SendAsync(Encoding.ASCII.GetBytes($"{{\"attestation\":\"{token}\"}}\n"), stop.Token);
            }
        }
        // A caller who has left, or sends what is no HTTP, can be told nothing any more.
        catch (Exception e)
            when (e is IOException or ConnectionAbortedException or OperationCanceledException or ChannelClosedException
            )
        {
            http.Abort();
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
        return Results.Empty;
    }

    // How much there is to come, and how fast, is the caller's affair: what holds them to it is that nothing is read on
    // while they take nothing.
    private static void LiftLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate)
            requestRate.MinDataRate = null;
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate)
            responseRate.MinDataRate = null;
    }

    /// <summary>
    /// Cuts what arrives into chunks of whole lines. The room for chunks is what holds a fast caller back.
    /// </summary>
    private static async Task ReadAsync(
        LineReader body,
        ChannelWriter<Task<Chunk>> chunks,
        StreamSummary? summary,
        Func<Chunk, Task<Chunk>> answer,
        CancellationToken cancellation
    )
    {
        try
        {
            var firstLine = 1L;
            while (true)
            {
                var (read, end) = await body.ReadAsync(cancellation);
                if (end is not null)
                {
                    await chunks.WriteAsync(
                        Task.FromResult(ChunkAnswers.End(Chunk.Before(firstLine), end)),
                        cancellation
                    );
                    break;
                }
                var (rest, isOver) = (read.Buffer, read.IsCompleted);
                try
                {
                    while (Chunk.TryCut(ref rest, read.IsCompleted, ChunkBytes, LongestLine, firstLine) is { } chunk)
                    {
                        // Before it is handed on: whoever has sent it gives it away.
                        firstLine += chunk.Lines;
                        var isLast = chunk.IsLast;
                        summary?.AddLines(chunk);
                        isOver |= isLast;
                        await chunks.WriteAsync(answer(chunk), cancellation);
                        if (isLast)
                            break;
                    }
                }
                finally
                {
                    // What was read has to be given back, whatever happened.
                    body.AdvanceTo(rest.Start, rest.End);
                }
                if (isOver)
                    break;
            }
            chunks.Complete();
        }
        catch (Exception e)
        {
            // Whoever sends what was answered ends with what ended this.
            chunks.TryComplete(e);
        }
    }

    /// <returns>Whether every line was answered, and nothing ended the stream before its end.</returns>
    private static async Task<bool> SendAsync(
        ResponseSender sender,
        ChannelReader<Task<Chunk>> chunks,
        StreamSummary? summary,
        Func<Chunk, Task<Chunk>> goOn,
        CancellationToken cancellation
    )
    {
        await foreach (var answered in chunks.ReadAllAsync(cancellation))
        {
            using var chunk = await answered;
            await SendPartAsync(chunk);
            while (!chunk.IsAnswered)
            {
                await goOn(chunk);
                await SendPartAsync(chunk);
            }
            if (chunk.IsLast)
                return false;
        }
        return true;

        ValueTask SendPartAsync(Chunk chunk)
        {
            summary?.AddAnswers(chunk);
            return sender.SendAsync(chunk.Answer.Memory, cancellation);
        }
    }
}
