namespace ConsentRegistry.Client;

/// <summary>What a row of an import does to the creator's answers. A newer registry may know more words.</summary>
public static class Directions
{
    /// <summary>It stands already, or no answer changes by it.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>It only restricts: for anybody and every video, now and later.</summary>
    public const string Restricts = "restricts";

    /// <summary>It widens, or nobody can show that it does not.</summary>
    public const string Widens = "widens";
}

/// <summary>What becomes of a setting that a row asks for. A newer registry may know more words.</summary>
public static class ImportOutcomes
{
    /// <summary>It stands already, changes no answer, or another row of the import asks for the same.</summary>
    public const string Standing = "standing";

    /// <summary>It is made.</summary>
    public const string Applied = "applied";

    /// <summary>It widens and was not confirmed, and is not made.</summary>
    public const string LeftOut = "leftOut";

    /// <summary>It waits in the creator's inbox, and nothing is changed.</summary>
    public const string Proposed = "proposed";
}

/// <summary>A text with signals, as it was found.</summary>
/// <param name="Source">One of <see cref="SignalSources"/>.</param>
/// <param name="Text">The text; at most 1 MiB.</param>
/// <param name="Url">The URL that it is about; null where the row's identifier is one, and of what is part of the file.</param>
public sealed record ImportSignal(string Source, string Text, string? Url = null);

/// <summary>
/// One row of an import: a setting, or a signal, for a video, for every video that carries an identifier, or, with
/// neither, as a default. What a row leaves out stays as it stands.
/// </summary>
public sealed record ImportRow
{
    /// <summary>The line of the row in its file, for the answer.</summary>
    public int? Line { get; init; }

    /// <summary>The video: one of the creator's, or one in which they are registered as a participant.</summary>
    public VideoName? Video { get; init; }

    /// <summary>An identifier of the creator's videos, in place of <see cref="Video"/>.</summary>
    public Identifier? Identifier { get; init; }

    /// <summary>The purpose of the setting.</summary>
    public string? Purpose { get; init; }

    /// <summary>The requester that the setting names; null for anybody.</summary>
    public string? Requester { get; init; }

    /// <summary>The effect.</summary>
    public Effect? Effect { get; init; }

    /// <summary>Of an allow default only: which videos it reaches; <see cref="AppliesTo.Future"/> if null.</summary>
    public AppliesTo? AppliesTo { get; init; }

    /// <summary>What an allow or ask attaches: words of <see cref="Conditions"/>. Null for what stands there.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>When an allow ends; null for the end that stands there.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>A signal, in place of purpose and effect.</summary>
    public ImportSignal? Signal { get; init; }

    /// <summary>
    /// YouTube's answer of the resource <c>videoTrainability</c>, as text, in place of a signal. Without a video and an
    /// identifier it is for what carries the platform's identifier <c>youtube:</c> and YouTube's id.
    /// </summary>
    public string? Trainability { get; init; }
}

/// <summary>A setting that a row asks for.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="Outcome">One of <see cref="ImportOutcomes"/>; of a dry run what it would be.</param>
/// <param name="Direction">
/// One of <see cref="Directions"/>; null for a caller who may not read the creator's settings.
/// </param>
/// <param name="RevokedGrants">The grants that it revokes; null for such a caller.</param>
public sealed record ImportedSetting(
    VideoName? Video,
    string Purpose,
    string? Requester,
    Effect Effect,
    IReadOnlyList<string> Conditions,
    DateTimeOffset? ExpiresAt,
    string Outcome,
    string? Direction,
    PreviewedGrants? RevokedGrants
);

/// <summary>Why a row, or a part of its signal, was refused.</summary>
/// <param name="Code">A stable word: of problem details, or <c>unreadable</c>.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Line">Of a signal's text, the line, from 1; null otherwise.</param>
/// <param name="Column">The place in that line, from 1; null otherwise.</param>
public sealed record ImportError(string Code, string Detail, int? Line, int? Column);

/// <summary>What became of a row.</summary>
/// <param name="Line">The line, as the request said.</param>
/// <param name="Settings">The settings that it asks for.</param>
/// <param name="Error">Why it was refused; null if it was not.</param>
public sealed record ImportedRow(int? Line, IReadOnlyList<ImportedSetting> Settings, ImportError? Error);

/// <summary>What became of an import.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="DryRun">Whether it only shows what would change.</param>
/// <param name="Version">
/// The version of the creator's stream; null for a caller who may not read the creator's settings.
/// </param>
/// <param name="Changes">How many records were altered, revoked grants among them.</param>
/// <param name="Rows">For each row, in the order of the request.</param>
public sealed record Import(string CreatorId, bool DryRun, long? Version, int Changes, IReadOnlyList<ImportedRow> Rows)
    : ChangeAnswer;

internal sealed record RowsToImport(
    string CreatorId,
    IReadOnlyList<ImportRow> Rows,
    bool? DryRun,
    bool? ConfirmWidening,
    string? Reason
);

/// <summary>
/// Imports what creators said elsewhere. Needs the scope <c>consent:manage</c> for the creator to change settings;
/// <c>videos:write</c> makes proposals, which wait in the creator's inbox.
/// </summary>
public sealed class ImportsClient
{
    private readonly Wire wire;

    internal ImportsClient(Wire wire) => this.wire = wire;

    /// <summary>Says what rows would change, and changes nothing. The scope <c>consent:audit</c> will do as well.</summary>
    /// <param name="creatorId">The creator whose settings they are for.</param>
    /// <param name="rows">The rows; 1 to 1,000.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Import> PreviewAsync(
        string creatorId,
        IReadOnlyList<ImportRow> rows,
        CancellationToken cancellation = default
    ) => SendAsync(new(creatorId, rows, DryRun: true, ConfirmWidening: null, Reason: null), null, cancellation);

    /// <summary>Imports rows: as one change with the creator's own token, as proposals otherwise.</summary>
    /// <param name="creatorId">The creator whose settings they are for.</param>
    /// <param name="rows">The rows; 1 to 1,000. A refused one spoils no other.</param>
    /// <param name="confirmWidening">Whether rows that widen are made, too.</param>
    /// <param name="reason">Why, for the history; at most 1,000 characters.</param>
    /// <param name="options">What the change depends on.</param>
    /// <param name="cancellation">Ends the wait; the change may have been made.</param>
    public Task<Import> ImportAsync(
        string creatorId,
        IReadOnlyList<ImportRow> rows,
        bool confirmWidening = false,
        string? reason = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => SendAsync(new(creatorId, rows, DryRun: null, confirmWidening, reason), options, cancellation);

    private Task<Import> SendAsync(RowsToImport rows, ChangeOptions? options, CancellationToken cancellation) =>
        wire.ChangeAsync<RowsToImport, Import>(
            HttpMethod.Post,
            Wire.Path("v1", "imports"),
            rows,
            options,
            cancellation
        );
}
