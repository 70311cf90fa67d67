using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>How a check comes by its facts.</summary>
public enum Consistency
{
    /// <summary>The answering node's own facts, which no acknowledged change is missing from.</summary>
    [JsonStringEnumMemberName("fast")]
    Fast,

    /// <summary>Facts that were read after the request arrived.</summary>
    [JsonStringEnumMemberName("strong")]
    Strong,
}

/// <summary>One question: may this requester use this video for this purpose?</summary>
/// <param name="CreatorId">
/// The video's owner; null with <see cref="Content"/>, and in a batch for what its defaults say.
/// </param>
/// <param name="VideoId">The owner's id for the video; null with <see cref="Content"/>.</param>
/// <param name="Purpose">The purpose; null only in a batch, for what its defaults say.</param>
public sealed record Check(string? CreatorId, string? VideoId, string? Purpose)
{
    /// <summary>
    /// 1 to 16 identifiers of one content, in place of the ids. They stand for every registered video that carries one
    /// of them, and the strictest answer decides. Not with <see cref="Receipt"/>.
    /// </summary>
    public IReadOnlyList<Identifier>? Content { get; init; }

    /// <summary>A check that names content.</summary>
    /// <param name="content">1 to 16 identifiers.</param>
    /// <param name="purpose">The purpose; null only in a batch, for what its defaults say.</param>
    public static Check OfContent(IReadOnlyList<Identifier> content, string? purpose) =>
        new(null, null, purpose) { Content = content };

    /// <summary>
    /// Who wants to use the video; the token's own client if null. Naming another needs the scope
    /// <c>consent:check:any</c>.
    /// </summary>
    public string? Requester { get; init; }

    /// <summary>
    /// Versions that the answer must know at least, by creator; at most 64. Status 503 where they are not known yet.
    /// </summary>
    public IReadOnlyDictionary<string, long>? MinVersions { get; init; }

    /// <summary>How the check comes by its facts; <see cref="Client.Consistency.Fast"/> if null.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>
    /// For how long the caller means to reuse an allow: at most 5 minutes, and not at all if null. Cut to the
    /// millisecond. Such reuse is outside the promise that an acknowledged change is in force.
    /// </summary>
    [JsonPropertyName("maxStalenessMs")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? MaxStaleness { get; init; }

    /// <summary>Whether the answer says how it came about; if null, it does not.</summary>
    public bool? Explain { get; init; }

    /// <summary>
    /// Whether the answer has a <see cref="Decision.Receipt"/>; if null, it does not. Whoever takes one of an allow is
    /// told when consent is withdrawn.
    /// </summary>
    public bool? Receipt { get; init; }

    /// <summary>Whether the answer has a <see cref="Decision.DecisionId"/>; if null, it does not.</summary>
    public bool? DecisionId { get; init; }

    /// <summary>Whether the answer has <see cref="Decision.Versions"/>; if null, it does not.</summary>
    public bool? Versions { get; init; }
}

/// <summary>Fields that the checks of a batch have in common; a check's own field goes before.</summary>
public sealed record BatchDefaults
{
    /// <summary>The videos' owner.</summary>
    public string? CreatorId { get; init; }

    /// <summary>The purpose.</summary>
    public string? Purpose { get; init; }

    /// <inheritdoc cref="Check.Requester"/>
    public string? Requester { get; init; }

    /// <summary>
    /// Versions that the answers must know at least, by creator; at most 64. An item is <c>indeterminate</c> where they
    /// are not known yet.
    /// </summary>
    public IReadOnlyDictionary<string, long>? MinVersions { get; init; }

    /// <inheritdoc cref="Check.Consistency"/>
    public Consistency? Consistency { get; init; }

    /// <inheritdoc cref="Check.MaxStaleness"/>
    [JsonPropertyName("maxStalenessMs")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? MaxStaleness { get; init; }

    /// <inheritdoc cref="Check.Explain"/>
    public bool? Explain { get; init; }

    /// <inheritdoc cref="Check.Receipt"/>
    public bool? Receipt { get; init; }

    /// <inheritdoc cref="Check.DecisionId"/>
    public bool? DecisionId { get; init; }

    /// <inheritdoc cref="Check.Versions"/>
    public bool? Versions { get; init; }
}

/// <summary>
/// Asks checks. Needs the scope <c>consent:check</c>; to name another requester, <c>consent:check:any</c>.
/// </summary>
public sealed class ChecksClient : IConsentChecker
{
    private readonly Wire wire;

    internal ChecksClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Asks one check. A deny is an answer; not being able to answer is an exception with status 503. On an exception
    /// nothing is allowed: whoever catches it goes on as after a deny.
    /// </summary>
    public Task<Decision> CheckAsync(Check check, CancellationToken cancellation = default) =>
        ClientTelemetry.MeasureAsync(
            "single",
            1,
            () => wire.AskAsync<Check, Decision>(Wire.Path("v1", "checks"), check, cancellation),
            decision => [decision]
        );

    /// <summary>
    /// Asks 1 to 1,000 checks of one moment. An item that is no check spoils no other: it is not allowed, and
    /// <see cref="Decision.Error"/> says why. Facts that cannot be read make each item <c>indeterminate</c>. On an
    /// exception nothing is allowed.
    /// </summary>
    /// <param name="checks">The checks.</param>
    /// <param name="defaults">Fields that the checks have in common; a check's own go before.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>As many results as checks, in their order.</returns>
    public Task<BatchDecision> CheckBatchAsync(
        IReadOnlyList<Check> checks,
        BatchDefaults? defaults = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(checks);
        return ClientTelemetry.MeasureAsync(
            "batch",
            checks.Count,
            () => AskAsync(checks, defaults, cancellation),
            batch => batch.Results
        );
    }

    private async Task<BatchDecision> AskAsync(
        IReadOnlyList<Check> checks,
        BatchDefaults? defaults,
        CancellationToken cancellation
    )
    {
        var batch = await wire.AskAsync<CheckBatch, BatchDecision>(
            Wire.Path("v1", "checks", "batch"),
            new(defaults, checks),
            cancellation
        );
        // Results are told apart by their place alone: with one missing, an allow would stand for another video.
        return batch.Results.Count == checks.Count
            ? batch
            : throw Wire.Unreadable($"{checks.Count} checks have {batch.Results.Count} results.");
    }

    /// <summary>Asks any number of checks, millions too, in constant memory.</summary>
    /// <remarks>
    /// <para>
    /// Each is answered as soon as it has come; a few thousand are read ahead at most, and only while answers are
    /// taken. They go out in parts of up to 1,000, each one request, so that the registry's promise about changes is
    /// for each check from the moment at which it is sent.
    /// </para>
    /// <para>
    /// A check that is none spoils no other: it is not allowed, and <see cref="Decision.Error"/> says why; only one of
    /// more than 16 KiB ends the whole. Facts that cannot be read make an answer <c>indeterminate</c>. If an answer is
    /// missing, the registry stops or the connection breaks, that is an exception, and nothing is given out of the part
    /// in which it happened; what was given out before stands. What <paramref name="checks"/> throws is thrown on.
    /// </para>
    /// </remarks>
    /// <param name="checks">The checks; each says its creator and purpose.</param>
    /// <param name="cancellation">
    /// Ends it. So does to take no more answers; either way <paramref name="checks"/> is disposed of before.
    /// </param>
    /// <returns>Each check with its answer, in their order.</returns>
    public IAsyncEnumerable<DecidedCheck> CheckStreamAsync(
        IAsyncEnumerable<Check> checks,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(checks);
        return CheckStream.AskAsync(
            checks,
            (part, ending) =>
                ClientTelemetry.MeasureAsync(
                    "stream",
                    part.Checks.Count,
                    () => AskAsync(part, ending),
                    decisions => decisions
                ),
            cancellation
        );
    }

    private async Task<IReadOnlyList<Decision>> AskAsync(StreamPart part, CancellationToken cancellation)
    {
        var decisions = await wire.SendLinesAsync<Decision>(
            Wire.Path("v1", "checks", "stream"),
            part.Lines,
            cancellation
        );
        // As for a batch: an answer that is missing would give its place to the next.
        return decisions.Count == part.Checks.Count
            ? decisions
            : throw Wire.Unreadable($"{part.Checks.Count} checks have {decisions.Count} results.");
    }
}

internal sealed record CheckBatch(BatchDefaults? Defaults, IReadOnlyList<Check> Checks);
