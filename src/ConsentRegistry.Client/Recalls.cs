namespace ConsentRegistry.Client;

/// <summary>A recall: consent was withdrawn, and who relied on it has to stop.</summary>
/// <param name="Id">The recall.</param>
/// <param name="Requester">Who has to stop.</param>
/// <param name="Video">Using which video.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Reason">What decides now, a word of <see cref="Reasons"/>.</param>
/// <param name="Since">Since when the requester has relied on consent.</param>
/// <param name="StopBy">By when to stop.</param>
/// <param name="Status">Where it stands: <c>open</c>, <c>overdue</c>, <c>acknowledged</c> or <c>disputed</c>.</param>
/// <param name="Made">What they made of the video since then: the first 100, among the first 1,000 uses.</param>
/// <param name="CreatedAt">When they were told.</param>
/// <param name="ChangedAt">When it was last altered.</param>
/// <param name="CreatorId">Whose word decides now; null if that is nobody's.</param>
/// <param name="Statement">What the requester said to it.</param>
public sealed record Recall(
    Guid Id,
    string Requester,
    VideoName Video,
    string Purpose,
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset StopBy,
    string Status,
    IReadOnlyList<MadeOfVideos> Made,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    string? CreatorId = null,
    string? Statement = null
);

/// <summary>
/// After withdrawal: whoever relied on consent is told what to stop and by when, and says that they have.
/// </summary>
public sealed class RecallsClient
{
    private readonly Wire wire;

    internal RecallsClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Lists what the caller has to stop, newest first. Needs <c>consent:check</c> or <c>usage:write</c>.
    /// </summary>
    /// <param name="state">Only recalls that stand so, for example <c>open</c>; every one if null.</param>
    /// <param name="requester">
    /// Who has to stop; the token's own client if null. Another needs <c>consent:check:any</c>.
    /// </param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Recall> ListOwnAsync(
        string? state = null,
        string? requester = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) =>
        wire.List<Recall>(
            Wire.Path("v1", "recalls"),
            pageSize,
            [("state", state), ("requester", requester)],
            cancellation
        );

    /// <summary>Lists the recalls that concern a creator, newest first.</summary>
    public PagedList<Recall> ListAsync(
        string creatorId,
        string? state = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) =>
        wire.List<Recall>(
            Wire.Path("v1", "creators", creatorId, "recalls"),
            pageSize,
            [("state", state)],
            cancellation
        );

    /// <summary>Says that the requester has stopped, also after a dispute.</summary>
    /// <param name="recallId">The recall.</param>
    /// <param name="statement">What was done, for the creators; at most 1,000 characters.</param>
    /// <param name="requester">
    /// Who has stopped; the token's own client if null. Another needs <c>consent:check:any</c>.
    /// </param>
    /// <param name="options">What makes it safe to repeat.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Recall> AcknowledgeAsync(
        Guid recallId,
        string? statement = null,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => AnswerAsync(recallId, "acknowledge", statement, requester, options, cancellation);

    /// <summary>Disputes a recall; refused with the code <c>notOpen</c> if it was acknowledged.</summary>
    /// <param name="recallId">The recall.</param>
    /// <param name="statement">Why, for the creators; 1 to 1,000 characters.</param>
    /// <param name="requester">
    /// Who disputes it; the token's own client if null. Another needs <c>consent:check:any</c>.
    /// </param>
    /// <param name="options">What makes it safe to repeat.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Recall> DisputeAsync(
        Guid recallId,
        string statement,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => AnswerAsync(recallId, "dispute", statement, requester, options, cancellation);

    private async Task<Recall> AnswerAsync(
        Guid recallId,
        string answer,
        string? statement,
        string? requester,
        ChangeOptions? options,
        CancellationToken cancellation
    ) =>
        (
            await wire.ChangeAsync<RecallStatement, AnsweredRecall>(
                HttpMethod.Post,
                Wire.Path("v1", "recalls", recallId.ToString(), answer) + Wire.Query(("requester", requester)),
                new(statement),
                options,
                cancellation
            )
        ).Recall;
}

internal sealed record RecallStatement(string? Statement);

internal sealed record AnsweredRecall(Recall Recall);
