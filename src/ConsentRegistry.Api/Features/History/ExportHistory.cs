using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Features.History;

/// <summary>
/// Exports a creator's history as a bundle. It proves itself, without the registry: verify it with <c>consent
/// verify</c>.
/// </summary>
/// <remarks>
/// It holds the events that the published checkpoint covers, each with its proof, that checkpoint, and the public keys.
/// A signed statement of where the stream ends shows that nothing was withheld. An answer without its last line,
/// <c>end</c>, was cut short: ask again.
/// </remarks>
internal static class ExportHistory
{
    public static async Task<IResult> Handle(
        CreatorId creatorId,
        HttpContext http,
        Database database,
        IntegrityKeys keys,
        ConcurrencyLimits limits,
        LogSigner signer,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;
        var stream = StreamId.OfCreator(creatorId);
        if (await BundledStreams.FindAsync([stream], database, keys, published, cancellation) is not { } streams)
            return NoCheckpoint;

        await using var lines = await ExportLines.BeginAsync(
            http,
            signer,
            new() { ["kind"] = "creator", ["creatorId"] = stream.Name }
        );
        await lines.WriteCheckpointAsync(streams.Head.Note);
        if (await streams.TryWriteAsync(lines, signer, cancellation))
            await lines.EndAsync();
        else
            http.Abort();
        return Results.Empty;
    }

    /// <summary>The refusal of a bundle as long as nothing would cover it.</summary>
    public static Problem NoCheckpoint =>
        new(503, ProblemCode.Unavailable, "The log has no checkpoint yet; repeat the request.");
}
