using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using FluentValidation;

namespace ConsentRegistry.Api.Features.History;

/// <summary>A receipt to prove.</summary>
/// <param name="Receipt">The receipt, as a check gave it.</param>
public sealed record ReceiptExportRequest(
    [property: Required] [property: TextLength(1, Domain.Log.Receipt.MaxTokenLength)] string? Receipt
);

/// <summary>
/// Exports a receipt with its proof. The answer is one file from which <c>consent verify</c> makes the decision again,
/// without the registry and without an export of the log.
/// </summary>
/// <remarks>
/// It holds the receipt, the published checkpoint, and the public keys. It holds whole the streams that the receipt
/// names, as bundles of creators do: each event with its proof, and a signed statement of where the stream ends. And it
/// shows where the head of the log that the receipt names stands under the checkpoint. Status 503 as long as the
/// checkpoint does not cover all that the receipt names: that takes about a second. An answer without its last line,
/// <c>end</c>, was cut short: ask again.
/// </remarks>
internal static class ExportReceipt
{
    public static async Task<IResult> Handle(
        Body<ReceiptExportRequest> body,
        HttpContext http,
        Database database,
        IntegrityKeys keys,
        ConcurrencyLimits limits,
        LogSigner signer,
        PublishedHead published,
        CancellationToken cancellation
    )
    {
        var token = body.Value.Receipt!;
        if (
            !signer.Verify(token, Receipt.Type).Succeeded(out var jws, out _)
            || !Receipt.TryParse(jws.Payload, out var receipt)
            || (receipt.Log is { } log && log.Origin != signer.Origin)
        )
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                "receipt",
                "receipt is none that this registry signed; send one as a check of this registry gave it."
            );
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;
        var named = receipt.Versions.ToDictionary(version => Receipt.StreamOf(version.Key), version => version.Value);
        if (await BundledStreams.FindAsync(named.Keys, database, keys, published, cancellation) is not { } streams)
            return ExportHistory.NoCheckpoint;
        if (
            receipt.Log?.Size > streams.Head.Size
            || named.Any(version => version.Value > streams.VersionOf(version.Key))
        )
            return new Problem(
                503,
                ProblemCode.Unavailable,
                "The published checkpoint does not cover what the receipt names yet; repeat the request."
            );
        var head = receipt.Log is { } old
            ? await HeadOfAsync(database, old.Size, streams.Head.Size, cancellation)
            : null;

        await using var lines = await ExportLines.BeginAsync(
            http,
            signer,
            new() { ["kind"] = "receipt", ["jws"] = token }
        );
        await lines.WriteCheckpointAsync(streams.Head.Note);
        if (head is not null)
            await lines.WriteAsync(head);
        if (await streams.TryWriteAsync(lines, signer, cancellation))
            await lines.EndAsync();
        else
            http.Abort();
        return Results.Empty;
    }

    // Where the head that a receipt names stands in a later tree.
    private static async Task<JsonObject> HeadOfAsync(
        Database database,
        long size,
        long treeSize,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        var consistency = ProofPath.Consistency(size, treeSize);
        long[] seqs = size < treeSize ? [size - 1, size] : [size - 1];
        var paths = Array.ConvertAll(seqs, seq => ProofPath.Inclusion(seq, treeSize));
        var hashes = await TileStore.ReadAsync(
            connection,
            [.. consistency, .. paths.SelectMany(path => path)],
            treeSize,
            cancellation
        );
        var leaves = await LogStore.ReadLeavesAsync(connection, seqs[0], seqs.Length, cancellation);
        var proven = leaves
            .Zip(
                paths,
                (leaf, path) =>
                    new JsonObject
                    {
                        ["leaf"] = Encoding.UTF8.GetString(leaf),
                        ["proof"] = ExportLines.Hashes(hashes.ProofOf(path)),
                    }
            )
            .ToList();
        return new()
        {
            ["kind"] = "head",
            ["consistency"] = ExportLines.Hashes(hashes.ProofOf(consistency)),
            ["last"] = proven[0],
            ["next"] = proven.ElementAtOrDefault(1),
        };
    }
}

internal sealed class ReceiptExportValidator : AbstractValidator<ReceiptExportRequest>
{
    public ReceiptExportValidator() =>
        RuleFor(request => request.Receipt)
            .MustBeGiven("the receipt of a check")
            .MustHaveLength(Receipt.MaxTokenLength);
}
