using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using CommunityToolkit.HighPerformance.Buffers;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Filter;

/// <summary>The answers to a part's rows.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Attestation">What the registry attests of them.</param>
internal sealed record AttestedAnswers(PartAnswers Answers, Attestation Attestation) : IDisposable
{
    public void Dispose() => Answers.Dispose();
}

/// <summary>Asks the registry about a part's rows, in one stream with an attestation.</summary>
internal sealed class AttestedStream : IDisposable
{
    /// <summary>For how long a registry that does not answer is asked again: a node may start anew meanwhile.</summary>
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(3);

    /// <summary>How often a part is asked about whose rows cannot all be decided.</summary>
    private const int MaxUndecided = 5;

    /// <summary>How long the registry may take for a part.</summary>
    private static readonly TimeSpan LongestPart = TimeSpan.FromMinutes(10);

    /// <summary>How long to wait before the second attempt; so much longer before each further one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the answers to a part, at most: ten times what is usual.</summary>
    private const int LongestAnswer = 512 << 20;

    private const int BytesPerRead = 256 << 10;

    private readonly HttpClient http;
    private int usual = 64 << 20;

    /// <param name="url">The registry's address.</param>
    /// <param name="token">The token.</param>
    public AttestedStream(Uri url, string token) =>
        http = new(RegistryToken.Handler(token, new() { ConnectCallback = ReadAheadStream.ConnectAsync }))
        {
            BaseAddress = url,
            Timeout = LongestPart,
        };

    /// <summary>
    /// The answers to a part's rows, which its attestation covers. A part with rows that the registry could not decide
    /// is asked about again; after the last attempt these are not allowed.
    /// </summary>
    /// <exception cref="IOException">The registry did not answer as it has to, for too long.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached, or refuses.</exception>
    public async Task<AttestedAnswers> AskAsync(DatasetPart part, CancellationToken cancellation)
    {
        var (started, undecided) = (Stopwatch.GetTimestamp(), 0);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answers = await AskOnceAsync(part, cancellation);
                if (!answers.Attestation.Counts.HasIndeterminate || ++undecided == MaxUndecided)
                    return answers;
                answers.Dispose();
            }
            catch (Exception e) when (Stopwatch.GetElapsedTime(started) < LongestOutage && IsPassing(e, cancellation))
            {
                // It is tried again below.
            }
            await Task.Delay(TimeSpan.FromTicks(Math.Min((attempt * Pause).Ticks, LongestPause.Ticks)), cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<AttestedAnswers> AskOnceAsync(DatasetPart part, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(part.Checks);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/checks/stream?attest=true")
        {
            Content = content,
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException(
                $"The registry answered {(int)response.StatusCode}: "
                    + await response.Content.ReadAsStringAsync(cancellation),
                null,
                response.StatusCode
            );
        var received = await ReceiveAsync(response, cancellation);
        if (!PartAnswers.TryReadAttested(received, part.Rows, out var answers))
        {
            received.Dispose();
            throw new IOException("The registry ended the stream before every row was answered and attested.");
        }
        if (
            AttestationOf(answers) is { } attestation
            && attestation.IsOf(part.Checks.Span)
            && attestation.IsOfAnswers(answers.Bytes.Span)
        )
            return new(answers, attestation);
        answers.Dispose();
        throw new IOException("The registry attested other lines or answers than were sent.");
    }

    private async Task<ArrayPoolBufferWriter<byte>> ReceiveAsync(
        HttpResponseMessage response,
        CancellationToken cancellation
    )
    {
        var received = PartMemory.Rent(usual);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            while (await body.ReadAsync(received.GetMemory(BytesPerRead), cancellation) is > 0 and var count)
            {
                received.Advance(count);
                if (received.WrittenCount > LongestAnswer)
                    throw new IOException($"The registry answered a part with more than {LongestAnswer} bytes.");
            }
            usual = received.WrittenCount + BytesPerRead;
            return received;
        }
        catch
        {
            received.Dispose();
            throw;
        }
    }

    // Who signed it is for those to verify who have the registry's keys.
    private static Attestation? AttestationOf(PartAnswers answers) =>
        Jws.TryParse(answers.Attestation, out var jws)
        && jws.Type == Attestation.Type
        && Attestation.TryParse(jws.Payload, out var attestation)
            ? attestation
            : null;

    private static bool IsPassing(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested
        && e
            is IOException
                or OperationCanceledException
                or HttpRequestException
                {
                    StatusCode: null
                        or HttpStatusCode.ServiceUnavailable
                        or HttpStatusCode.TooManyRequests
                        or >= HttpStatusCode.InternalServerError
                };
}
