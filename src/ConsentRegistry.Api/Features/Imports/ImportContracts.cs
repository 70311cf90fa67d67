using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals.Reading;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Imports;

/// <summary>A text with signals, as it was found.</summary>
/// <param name="Source">Where it was found.</param>
/// <param name="Text">The text; at most 1 MiB.</param>
/// <param name="Url">
/// The URL that it is about. It may be left out where the row's identifier is one, and of what is part of the file
/// (<c>xmp</c>, <c>manifest</c>).
/// </param>
[SchemaName("ImportedSignal")]
public sealed record SignalReference(
    [property: Required] [property: Words<SignalSource>] string? Source,
    [property: Required] [property: TextLength(1, SignalDocument.MaxLength)] string? Text,
    [property: TextLength(1, ContentIdentifier.MaxLength)] string? Url
);

/// <summary>
/// One row of an import: a setting, or a signal, for a video, for every video that carries an identifier, or as a
/// default. What a row leaves out stays as it stands.
/// </summary>
/// <param name="Line">The line of the row in its file, for the answer.</param>
/// <param name="Video">The video: an own one, or one in which the creator is registered as a participant.</param>
/// <param name="Identifier">An identifier of the creator's videos, in place of <c>video</c>.</param>
/// <param name="Purpose">The purpose of the setting.</param>
/// <param name="Requester">The requester that the setting names; without it, anybody.</param>
/// <param name="Effect">The effect.</param>
/// <param name="AppliesTo">Of an allow default only: which videos it reaches.</param>
/// <param name="Conditions">What an allow or ask attaches; without it, what stands there.</param>
/// <param name="ExpiresAt">Of an allow only: when it ends, RFC 3339; without it, the end that stands there.</param>
/// <param name="Signal">A signal, in place of purpose and effect.</param>
/// <param name="Trainability">
/// YouTube's answer of the resource <c>videoTrainability</c>, as text, in place of a signal. Without <c>video</c> and
/// <c>identifier</c> it is for what carries the identifier <c>youtube:</c> and YouTube's id, of the scheme
/// <c>platform</c>.
/// </param>
public sealed record ImportRow(
    [property: AtLeast(1)] int? Line,
    VideoReference? Video,
    IdentifierReference? Identifier,
    [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    [property: Words<Effect>] string? Effect,
    [property: Words<AppliesTo>] string? AppliesTo,
    [property: Words<Conditions>] IReadOnlyList<string>? Conditions,
    [property: Time] string? ExpiresAt,
    SignalReference? Signal,
    [property: TextLength(1, SignalDocument.MaxLength)] string? Trainability
);

/// <summary>Rows to import for one creator.</summary>
/// <param name="CreatorId">The creator whose settings they are for.</param>
/// <param name="Rows">The rows; 1 to 1,000. A refused one spoils no other.</param>
/// <param name="DryRun">Whether only to show what would change.</param>
/// <param name="ConfirmWidening">Whether rows that widen are made, too. Only the creator's own token can do so.</param>
/// <param name="Reason">Why, for the history; at most 1,000 characters.</param>
public sealed record ImportRequest(
    [property: Required] [property: Id] string? CreatorId,
    [property: Required] [property: Items(1, ImportRequest.MaxRows)] IReadOnlyList<ImportRow>? Rows,
    bool? DryRun,
    bool? ConfirmWidening,
    [property: Text] string? Reason
) : ICountedChanges
{
    /// <summary>Rows of one request.</summary>
    public const int MaxRows = 1_000;

    int ICountedChanges.Count => Rows?.Count ?? 0;

    // What only shows a change restricts nothing. What a signal says is not known yet.
    bool ICountedChanges.OnlyRestricts =>
        DryRun != true
        && Rows?.All(row =>
            row is { Signal: null, Trainability: null } && row.Effect == Domain.Settings.Effect.Deny.Word()
        ) == true;
}

/// <summary>What becomes of a setting that a row asks for; with <c>dryRun</c>, what would.</summary>
public enum ImportOutcome
{
    /// <summary>It widens and was not confirmed, and is not made.</summary>
    LeftOut,

    /// <summary>
    /// It stands already, changes no answer, or another row of the import asks for the same. It is not made.
    /// </summary>
    Standing,

    /// <summary>It waits in the creator's inbox, and nothing is changed.</summary>
    Proposed,

    /// <summary>It is made.</summary>
    Applied,
}

/// <summary>A setting that a row asks for.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Direction">
/// What it does to the creator's answers, for anybody and any video, now and later. What cannot be shown to only
/// restrict widens. Null for a caller who may not read the creator's settings.
/// </param>
/// <param name="RevokedGrants">
/// The grants that it revokes, the first ten of them in full. Null for a caller who may not read the creator's
/// settings.
/// </param>
[SchemaName("ImportedSetting")]
public sealed record ImportedSettingBody(
    VideoName? Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Effect,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    Instant? ExpiresAt,
    ImportOutcome Outcome,
    Direction? Direction,
    RevokedGrantsBody? RevokedGrants
)
{
    /// <summary>Grants that one setting revokes and that are named in full.</summary>
    public const int GrantsNamed = 10;
}

/// <summary>Why a row, or a part of its signal, was refused.</summary>
/// <param name="Code">A stable word for programs, as in problem details; <c>unreadable</c> of a signal.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Line">Of a signal's text, the line, from 1; null otherwise.</param>
/// <param name="Column">The place in that line, from 1; null otherwise.</param>
[SchemaName("ImportError")]
public sealed record ImportErrorBody(
    string Code,
    string Detail,
    [property: AtLeast(1)] int? Line,
    [property: AtLeast(1)] int? Column
)
{
    /// <summary>The code of a signal that cannot be read: it says nothing.</summary>
    public const string Unreadable = "unreadable";
}

/// <summary>What became of a row.</summary>
/// <param name="Line">The line, as the request said.</param>
/// <param name="Settings">The settings that it asks for. None where it is refused, and where a signal says nothing.</param>
/// <param name="Error">Why it was refused; of a signal, what of it cannot be read. Null if there is nothing.</param>
[SchemaName("ImportedRow")]
public sealed record ImportedRowBody(
    [property: AtLeast(1)] int? Line,
    [property: Items(0, ImportConsents.MaxSettings)] IReadOnlyList<ImportedSettingBody> Settings,
    ImportErrorBody? Error
);

/// <summary>What became of an import, in the order of its rows.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="DryRun">Whether it only shows what would change.</param>
/// <param name="Version">
/// The version of the creator's stream, for <c>minVersions</c> of a check; null for a caller who may not read the
/// creator's settings.
/// </param>
/// <param name="Changes">How many records were altered, revoked grants among them; 0 of a dry run and of proposals.</param>
/// <param name="Rows">For each row what happened.</param>
[SchemaName("Import")]
public sealed record ImportBody(
    [property: Id] string CreatorId,
    bool DryRun,
    [property: AtLeast(0)] long? Version,
    [property: AtLeast(0)] int Changes,
    [property: Items(1, ImportRequest.MaxRows)] IReadOnlyList<ImportedRowBody> Rows
) : ChangeAnswer;

internal sealed class ImportValidator : AbstractValidator<ImportRequest>
{
    public ImportValidator()
    {
        RuleFor(request => request.CreatorId)
            .MustBeGiven("the id of the creator whose settings the rows are for")
            .MustBeId();
        RuleFor(request => request.Rows)
            .MustHaveItems("at least one row")
            .MustHaveAtMost(ImportRequest.MaxRows, "rows");
        RuleForEach(request => request.Rows).MustBeGiven("a row, which is an object");
        RuleFor(request => request.Reason).MustBeText();
    }
}

internal sealed class ImportRowValidator : AbstractValidator<ImportRow>
{
    public ImportRowValidator()
    {
        RuleFor(row => row.Requester).MustBeId();
        RuleFor(row => row.Identifier)
            .MustBeAbsent("with a video, which says enough")
            .When(row => row.Video is not null);
        RuleFor(row => row.Video!.CreatorId)
            .MustBeGiven("the id of the video's owner")
            .MustBeId()
            .When(row => row.Video is not null);
        RuleFor(row => row.Video!.VideoId)
            .MustBeGiven("the owner's id for the video")
            .MustBeId()
            .When(row => row.Video is not null);
        RuleFor(row => row.Identifier!).MustBeIdentifier();
        When(row => row.Signal is null && row.Trainability is null, RulesOfSetting)
            .Otherwise(() =>
            {
                RuleFor(row => row.Purpose).MustBeAbsent("with a signal, which says what it is about");
                RuleFor(row => row.Effect).MustBeAbsent("with a signal, which has its own");
                RuleFor(row => row.AppliesTo).MustBeAbsent("with a signal");
                RuleFor(row => row.Conditions).MustBeAbsent("with a signal, which has its own");
                RuleFor(row => row.ExpiresAt).MustBeAbsent("with a signal");
                RuleFor(row => row.Requester).MustBeAbsent("with a signal, which speaks to anybody");
            });
        RuleFor(row => row.Trainability).MustHaveLength(SignalDocument.MaxLength);
        When(
            row => row.Signal is not null,
            () =>
            {
                RuleFor(row => row.Trainability).MustBeAbsent("with a signal, beside which it is one more");
                RuleFor(row => row.Signal!.Source)
                    .MustBeGiven("where the text was found")
                    .MustBeWord<ImportRow, SignalSource>();
                RuleFor(row => row.Signal!.Text)
                    .MustBeGiven("the text as it was found")
                    .MustHaveLength(SignalDocument.MaxLength);
                RuleFor(row => row.Signal!.Url).MustHaveLength(ContentIdentifier.MaxLength);
            }
        );
    }

    private void RulesOfSetting()
    {
        RuleFor(row => row.Purpose).MustBeGiven("the purpose that the setting is for").MustBePurpose();
        RuleFor(row => row.Effect)
            .MustBeGiven($"one of: {string.Join(", ", Wording.All<Effect>())}")
            .MustBeWord<ImportRow, Effect>();
        RuleFor(row => row.Conditions).MustBeConditions(row => row.Effect);
        RuleFor(row => row.ExpiresAt).MustBeExpiry(row => row.Effect);
        RuleFor(row => row.AppliesTo).MustBeAppliesTo(row => row.Effect);
        RuleFor(row => row.AppliesTo)
            .MustBeAbsent("with an override, which is for one video")
            .When(row => row.Video is not null || row.Identifier is not null);
    }
}
