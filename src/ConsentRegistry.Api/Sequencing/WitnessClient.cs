using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>How a witness took a checkpoint.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Status">The HTTP status; null if there was no answer.</param>
/// <param name="Cosignature">The cosignature, if there is one.</param>
/// <param name="Size">The size that the witness has seen last, if that is known now.</param>
internal sealed record WitnessReply(
    WitnessOutcome Outcome,
    int? Status = null,
    NoteSignature? Cosignature = null,
    long? Size = null
);

/// <summary>
/// Asks witnesses by C2SP tlog-witness. Whatever goes wrong is the outcome, not an exception: nothing that a witness
/// says is believed before it is verified.
/// </summary>
internal sealed class WitnessClient(TimeProvider clock) : IDisposable
{
    /// <summary>How long a witness may take, with the second request that an answer 409 asks for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take of that.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection is used again: names move on.</summary>
    private static readonly TimeSpan ConnectionFor = TimeSpan.FromMinutes(10);

    /// <summary>KiB of an answer's headers.</summary>
    private const int MaxHeaderKiB = 16;

    private readonly HttpMessageInvoker http = new(
        new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionFor,
            MaxResponseHeadersLength = MaxHeaderKiB,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        }
    );

    /// <summary>Asks a witness to cosign a checkpoint.</summary>
    /// <param name="asked">The witness.</param>
    /// <param name="note">The checkpoint, as the log signed it.</param>
    /// <param name="size">Its size.</param>
    /// <param name="known">The size that the witness is thought to have seen last.</param>
    /// <param name="prove">Makes the consistency proof from a size to that of the checkpoint.</param>
    /// <param name="cancellation">The process ends.</param>
    public async Task<WitnessReply> AskAsync(
        AskedWitness asked,
        SignedNote note,
        long size,
        long known,
        Func<long, CancellationToken, Task<byte[][]>> prove,
        CancellationToken cancellation
    )
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            var (status, answer) = await SendAsync(asked, note, known, prove, either.Token);
            // The witness knows best where it is: once more from there.
            if (answer is AddCheckpointAnswer.Seen { Size: var seen } && seen != known && seen <= size)
            {
                known = seen;
                (status, answer) = await SendAsync(asked, note, seen, prove, either.Token);
            }
            return answer switch
            {
                AddCheckpointAnswer.Cosigned { Line: var line } => new(WitnessOutcome.Cosigned, status, line, size),
                AddCheckpointAnswer.Seen { Size: var more } when more > size => new(
                    WitnessOutcome.Ahead,
                    status,
                    Size: known
                ),
                AddCheckpointAnswer.Seen or AddCheckpointAnswer.Refused => new(
                    WitnessOutcome.Refused,
                    status,
                    Size: known
                ),
                _ when status is >= 200 and < 300 or 409 => new(WitnessOutcome.Unusable, status, Size: known),
                _ => new(WitnessOutcome.Failed, status, Size: known),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(WitnessOutcome.TimedOut, Size: known);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(WitnessOutcome.Unreachable, Size: known);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(int Status, AddCheckpointAnswer Answer)> SendAsync(
        AskedWitness asked,
        SignedNote note,
        long from,
        Func<long, CancellationToken, Task<byte[][]>> prove,
        CancellationToken cancellation
    )
    {
        var body = new AddCheckpoint(from, await prove(from, cancellation), note);
        using var request = new HttpRequestMessage(HttpMethod.Post, asked.Address)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToString()))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("text/plain", "utf-8") },
            },
        };
        using var response = await http.SendAsync(request, cancellation);
        var latest = clock.GetUtcNow().ToUnixTimeSeconds() + WitnessPolicy.ClockToleranceSeconds;
        var status = (int)response.StatusCode;
        return (
            status,
            AddCheckpointAnswer.Read(status, await ReadAsync(response, cancellation), note, asked.Witness.Key, latest)
        );
    }

    // No more than can be an answer, and one byte that shows that there is more.
    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[AddCheckpointAnswer.MaxBytes + 1];
        return body[..await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation)];
    }
}
