namespace ConsentRegistry.Client;

/// <summary>One question: may this requester use this video for this purpose?</summary>
/// <param name="CreatorId">The video's owner; in a batch, what the defaults say if null.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Purpose">The purpose; in a batch, what the defaults say if null.</param>
public sealed record Check(string? CreatorId, string? VideoId, string? Purpose)
{
    /// <summary>Who wants to use the video; the token's own client if null.</summary>
    public string? Requester { get; init; }

    /// <summary>Streams' versions that the answer must know at least, by creator; at most 64.</summary>
    public IReadOnlyDictionary<string, long>? MinVersions { get; init; }

    /// <summary>For how long the caller means to reuse an allow, in milliseconds, at most 300,000. Such reuse is outside the promise that an acknowledged change is in force.</summary>
    public int? MaxStalenessMs { get; init; }

    /// <summary>Whether the answer says how it came about.</summary>
    public bool? Explain { get; init; }
}

/// <summary>The answer to a check.</summary>
public sealed record Decision
{
    /// <summary>Whether the use may go ahead. For nothing but true may it.</summary>
    public required bool Allowed { get; init; }

    /// <summary>The effect; null of an item of a batch that is no check.</summary>
    public Effect? Effect { get; init; }

    /// <summary>What decided, for example <c>videoOverride</c>; null of an item that is no check.</summary>
    public string? Reason { get; init; }

    /// <summary>For <c>noConsent</c>: why there is none.</summary>
    public string? Detail { get; init; }

    /// <summary>Who and what decided; null if the decision is <c>indeterminate</c>.</summary>
    public DecidedBy? DecidedBy { get; init; }

    /// <summary>What the requester must observe.</summary>
    public IReadOnlyList<string> Obligations { get; init; } = [];

    /// <summary>Purposes below the checked one that an allow does not speak for.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>The version of the owner's stream that the answer knows.</summary>
    public long? Version { get; init; }

    /// <summary>The registry's time at the read that answered.</summary>
    public DateTimeOffset? FreshAt { get; init; }

    /// <summary>How long the answer may be reused, in milliseconds.</summary>
    public long MaxAgeMs { get; init; }

    /// <summary>With <see cref="Check.Explain"/>: the versions of all streams consulted.</summary>
    public IReadOnlyDictionary<string, long>? Versions { get; init; }

    /// <summary>Of an item of a batch that is no check: why.</summary>
    public ItemError? Error { get; init; }
}

/// <summary>Who and what decided.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Role"><c>owner</c>, <c>coCreator</c> or <c>depicted</c>.</param>
/// <param name="Video">The video decided about.</param>
/// <param name="Scope"><c>default</c>, <c>override</c> or <c>grant</c>; null for a stop and for <c>noConsent</c>.</param>
/// <param name="Purpose">The purpose of the deciding setting.</param>
/// <param name="Requester">The requester that it names.</param>
/// <param name="Version">The version of the creator's stream that last altered the deciding record.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record DecidedBy(
    string CreatorId, string Role, VideoName Video, string? Scope, string? Purpose, string? Requester, long? Version, DateTimeOffset? ChangedAt);

/// <summary>Why one item among many was refused.</summary>
/// <param name="Code">A stable word for programs.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record ItemError(string Code, string Detail);

/// <summary>The answers to many checks.</summary>
/// <param name="Results">In the order of the checks.</param>
/// <param name="FreshAt">The registry's time at the read that answered; null if the facts could not be read.</param>
/// <param name="MaxAgeMs">How long the answers may all be reused, in milliseconds.</param>
public sealed record BatchDecision(IReadOnlyList<Decision> Results, DateTimeOffset? FreshAt, long MaxAgeMs);

/// <summary>Asks checks. Needs the scope <c>consent:check</c>; to name another requester, <c>consent:check:any</c>.</summary>
public sealed class ChecksClient
{
    private readonly Wire wire;

    internal ChecksClient(Wire wire) => this.wire = wire;

    /// <summary>Asks one check. A deny is an answer; not being able to answer is an exception with status 503.</summary>
    public Task<Decision> CheckAsync(Check check, CancellationToken cancellation = default) =>
        wire.SendAsync<Decision>(HttpMethod.Post, "/v1/checks", check, options: null, cancellation);

    /// <summary>Asks 1 to 1,000 checks of one moment. An item that is no check spoils no other; facts that cannot be read make each item <c>indeterminate</c>.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="defaults">Fields that the checks have in common; a check's own go before.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<BatchDecision> CheckAsync(IReadOnlyList<Check> checks, BatchDefaults? defaults = null, CancellationToken cancellation = default) =>
        wire.SendAsync<BatchDecision>(HttpMethod.Post, "/v1/checks/batch", new { defaults, checks }, options: null, cancellation);
}

/// <summary>Fields that the checks of a batch have in common.</summary>
public sealed record BatchDefaults
{
    /// <summary>The videos' owner.</summary>
    public string? CreatorId { get; init; }

    /// <summary>The purpose.</summary>
    public string? Purpose { get; init; }

    /// <summary>Who wants to use the videos.</summary>
    public string? Requester { get; init; }
}
