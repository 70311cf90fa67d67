using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Reads receipts that come back.</summary>
internal sealed class ReceiptReader(LogSigner signer)
{
    /// <summary>The receipt; or why the use of this video cannot rest on it.</summary>
    public (Receipt? Receipt, UseReason Refusal) Read(string token, ReportedUse use, VideoKey video, Instant now)
    {
        if (
            !signer.Verify(token, Receipt.Type).Succeeded(out var jws, out _)
            || !Receipt.TryParse(jws.Payload, out var receipt)
        )
            return (null, UseReason.ForgedReceipt);
        if (receipt.Request != new ReceiptRequest(video, use.Purpose, use.Requester))
            return (null, UseReason.OtherReceipt);
        if (receipt.At.Plus(UseRecord.ReliedOnFor) < now)
            return (null, UseReason.ExpiredReceipt);
        return use.IsBefore(receipt.At, now) ? (null, UseReason.LaterReceipt) : (receipt, default);
    }
}
