using System.Text.Json;

namespace ConsentRegistry.Client;

/// <summary>One event of a creator's history: who changed which record from what to what.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Seq">Its place in the log, from 0 and without gaps; null while the log does not have it yet.</param>
/// <param name="Sequenced">Whether the log has it. It counts either way.</param>
/// <param name="Proof">Where the registry gives the proof that the log has it; null while it does not.</param>
/// <param name="Stream">The creator whose history it is.</param>
/// <param name="Version">The version of the creator that the change made.</param>
/// <param name="Ordinal">Its place among the events of the version, from 1.</param>
/// <param name="Count">How many events make up the version: they were made together.</param>
/// <param name="Kind">
/// What it is about, for example <c>defaultChanged</c>. A newer registry may know more kinds: show what you do not know
/// as a change of some other kind.
/// </param>
/// <param name="At">When the change was made.</param>
/// <param name="Erased">Whether what it said was erased with its creator; then nothing below is there.</param>
/// <param name="By">Who made the change.</param>
/// <param name="Video">The video that the changed record is about.</param>
/// <param name="Purpose">The purpose of the changed setting.</param>
/// <param name="Requester">The requester that the changed setting names; null for anybody.</param>
/// <param name="Before">The record before, as the contract's <c>HistoryRecord</c>; null if there was none.</param>
/// <param name="After">The record after; null if there is none any more.</param>
public sealed record HistoryEvent(
    Guid EventId,
    long? Seq,
    bool Sequenced,
    string? Proof,
    string Stream,
    long Version,
    int Ordinal,
    int Count,
    string Kind,
    DateTimeOffset At,
    bool Erased,
    ChangeAuthor? By = null,
    VideoName? Video = null,
    string? Purpose = null,
    string? Requester = null,
    JsonElement? Before = null,
    JsonElement? After = null
);

/// <summary>Which events of a history to list; null in a member for all.</summary>
public sealed record HistoryFilter
{
    /// <summary>Only events about a video of this id, whoever owns it.</summary>
    public string? VideoId { get; init; }

    /// <summary>Only events about settings for this purpose, and stops that reach it.</summary>
    public string? Purpose { get; init; }

    /// <summary>Only events of this kind, as <see cref="HistoryEvent.Kind"/> names it.</summary>
    public string? Kind { get; init; }

    /// <summary>Only changes made at this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only changes made before this moment.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>
/// Reads a creator's history. Needs <c>consent:manage</c> for that creator, or <c>consent:audit</c>.
/// </summary>
public sealed class HistoryClient
{
    private readonly Wire wire;

    internal HistoryClient(Wire wire) => this.wire = wire;

    /// <summary>Lists a creator's events, newest first.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="filter">Which events; all if null.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<HistoryEvent> ListAsync(
        string creatorId,
        HistoryFilter? filter = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) =>
        wire.List<HistoryEvent>(
            Path(creatorId),
            pageSize,
            [
                ("videoId", filter?.VideoId),
                ("purpose", filter?.Purpose),
                ("kind", filter?.Kind),
                ("from", Wire.Moment(filter?.From)),
                ("to", Wire.Moment(filter?.To)),
            ],
            cancellation
        );

    /// <summary>
    /// Gives a creator's history with its proofs, as lines of JSON that <c>consent verify</c> and any other verifier of
    /// the log's format read.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="cancellation">Ends the wait for its beginning.</param>
    /// <returns>
    /// The export, to read and to dispose. It is whole only if it is read to its end without an exception.
    /// </returns>
    public Task<Stream> ExportAsync(string creatorId, CancellationToken cancellation = default) =>
        wire.OpenAsync(Path(creatorId, "export"), cancellation);

    /// <summary>
    /// Gives a receipt of a check with its proof, as lines of JSON: <c>consent verify</c> makes the decision again from
    /// them alone. Needs <c>consent:audit</c>. Status 503 while no checkpoint covers what the receipt names; that takes
    /// about a second.
    /// </summary>
    /// <param name="receipt">The receipt, as a check of this registry gave it.</param>
    /// <param name="cancellation">Ends the wait for its beginning.</param>
    /// <returns>
    /// The export, to read and to dispose. It is whole only if it is read to its end without an exception.
    /// </returns>
    public Task<Stream> ExportReceiptAsync(string receipt, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        return wire.OpenAsync(Wire.Path("v1", "receipts", "export"), new ReceiptToExport(receipt), cancellation);
    }

    /// <summary>
    /// Gives the proof that the log has an event, as the contract's <c>InclusionProof</c>: for a verifier, which alone can
    /// judge it. Status 404 while no checkpoint covers the event; that takes about a second.
    /// </summary>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JsonElement> GetProofAsync(Guid eventId, CancellationToken cancellation = default) =>
        wire.GetAsync<JsonElement>(Wire.Path("v1", "log", "proof", eventId.ToString()), cancellation);

    private static string Path(string creatorId, params string[] rest) =>
        Wire.Path(["v1", "creators", creatorId, "history", .. rest]);
}

internal sealed record ReceiptToExport(string Receipt);
