using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>What one item of a bulk change does.</summary>
public enum ChangeOperation
{
    /// <summary>Sets a default.</summary>
    SetDefault,

    /// <summary>Clears a default.</summary>
    ClearDefault,

    /// <summary>Sets an override for a video.</summary>
    SetOverride,

    /// <summary>Clears an override for a video.</summary>
    ClearOverride,
}

/// <summary>One item of a bulk change.</summary>
/// <param name="Op">What to do.</param>
/// <param name="Purpose">The purpose of the setting.</param>
/// <param name="Requester">The requester that the setting names; without it, anybody.</param>
/// <param name="Video">
/// Of an override, the video: an own one, or one in which the creator is registered as a participant.
/// </param>
/// <param name="Effect">Where something is set: the effect.</param>
/// <param name="AppliesTo">Of an allow default only: which videos it reaches.</param>
/// <param name="Conditions">What an allow or ask attaches.</param>
/// <param name="ExpiresAt">Of an allow only: when it ends, RFC 3339.</param>
/// <param name="ClearExceptions">
/// Of an ask or deny default: also clear the more specific settings that answer less restrictively, those of this
/// request apart.
/// </param>
public sealed record ChangeItem(
    [property: Required] [property: Words<ChangeOperation>] string? Op,
    [property: Required] [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    VideoReference? Video,
    [property: Words<Effect>] string? Effect,
    [property: Words<AppliesTo>] string? AppliesTo,
    [property: Words<Conditions>] IReadOnlyList<string>? Conditions,
    [property: Time] string? ExpiresAt,
    bool? ClearExceptions
) : IChoiceRequest
{
    string? IChoiceRequest.Reason => null;

    int? IChoiceRequest.VocabularyVersion => null;
}

/// <summary>Changes that are made together, or not at all.</summary>
/// <param name="Changes">The changes; 1 to 10,000, no two of one setting.</param>
/// <param name="DryRun">
/// True is answered as `previewChanges` answers, with nothing changed. Call that operation instead: this answer has
/// another schema.
/// </param>
/// <param name="Reason">Why, for the history; at most 1,000 characters.</param>
/// <param name="VocabularyVersion">
/// The vocabulary that the creator saw; an allow never reaches purposes newer than it.
/// </param>
public sealed record ChangeSettingsRequest(
    [property: Required] [property: Items(1, ChangeSettingsValidator.MaxChanges)] IReadOnlyList<ChangeItem>? Changes,
    [property: Superseded] bool? DryRun,
    [property: Text] string? Reason,
    [property: AtLeast(1)] int? VocabularyVersion
) : ICountedChanges
{
    int ICountedChanges.Count => Changes?.Count ?? 0;

    // What only shows a change restricts nothing.
    bool ICountedChanges.OnlyRestricts =>
        DryRun != true && Changes?.All(change => change is ICountedChanges { OnlyRestricts: true }) == true;
}

internal sealed class ChangeSettingsValidator : AbstractValidator<ChangeSettingsRequest>
{
    /// <summary>Changes of one request: a large library's overrides in one go, within the body's limit.</summary>
    public const int MaxChanges = 10_000;

    public ChangeSettingsValidator()
    {
        RuleFor(request => request.Changes).MustHaveItems("at least one change").MustHaveAtMost(MaxChanges, "changes");
        // A list that is too long is refused for that alone.
        RuleForEach(request => request.Changes)
            .MustBeGiven("a change, which is an object")
            .SetValidator(new ChangeItemValidator())
            .When(request => request.Changes is { Count: <= MaxChanges });
        RuleFor(request => request.Reason).MustBeText();
        RuleFor(request => request.VocabularyVersion).MustBeVocabularyVersion();
    }
}

internal sealed class ChangeItemValidator : AbstractValidator<ChangeItem>
{
    public ChangeItemValidator()
    {
        RuleFor(item => item.Op)
            .MustBeGiven($"one of: {string.Join(", ", Wording.All<ChangeOperation>())}")
            .MustBeWord<ChangeItem, ChangeOperation>();
        RuleFor(item => item.Purpose).MustBeGiven("the purpose that the setting is for").MustBePurpose();
        RuleFor(item => item.Requester).MustBeId();
        When(
            item => item.Op is "setOverride" or "clearOverride",
            () =>
            {
                RuleFor(item => item.Video)
                    .MustBeGiven("the video that the override is for, an object with creatorId and videoId");
                RuleFor(item => item.Video!.CreatorId)
                    .MustBeGiven("the id of the video's owner")
                    .MustBeId()
                    .When(item => item.Video is not null);
                RuleFor(item => item.Video!.VideoId)
                    .MustBeGiven("the owner's id for the video")
                    .MustBeId()
                    .When(item => item.Video is not null);
                RuleFor(item => item.AppliesTo).MustBeAbsent("with an override, which is for one video");
                RuleFor(item => item.ClearExceptions).MustBeAbsent("with an override, which has no exceptions");
            }
        );
        When(
            item => item.Op is "setDefault" or "clearDefault",
            () => RuleFor(item => item.Video).MustBeAbsent("with a default, which is for every video")
        );
        When(item => item.Op is "setDefault" or "setOverride", () => Include(new ChoiceValidator()));
        When(
            item => item.Op == "setDefault",
            () =>
            {
                RuleFor(item => item.AppliesTo).MustBeAppliesTo(item => item.Effect);
                RuleFor(item => item.ClearExceptions).MustSuit(item => item.Effect);
            }
        );
        When(
            item => item.Op is "clearDefault" or "clearOverride",
            () =>
            {
                RuleFor(item => item.Effect).MustBeAbsent("with a setting that is cleared");
                RuleFor(item => item.Conditions).MustBeAbsent("with a setting that is cleared");
                RuleFor(item => item.ExpiresAt).MustBeAbsent("with a setting that is cleared");
                RuleFor(item => item.AppliesTo).MustBeAbsent("with a setting that is cleared");
                RuleFor(item => item.ClearExceptions).MustBeAbsent("with a setting that is cleared");
            }
        );
    }
}

/// <summary>
/// Makes many changes as one. Up to 10,000 make one version, and if one item is refused, none is made.
/// </summary>
/// <remarks>
/// A creator allows or asks at most 1,000 named requesters in defaults for one purpose, and in 1,000 overrides for one
/// video. More are refused with <c>tooMany</c>. Denying and clearing are not limited, and what stands above a limit can
/// be changed.
/// <c>previewChanges</c> takes the same body, changes nothing and says what would. <c>dryRun: true</c> does the same
/// here, for callers of old.
/// </remarks>
internal static class ChangeSettings
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        Body<ChangeSettingsRequest> body,
        SettingsWriter settings,
        Preview preview,
        HttpContext http
    )
    {
        var request = Read(creatorId, preconditions, body.Value);
        return body.Value.DryRun == true ? preview.ShowAsync(http, request) : settings.ApplyAsync(http, request);
    }

    /// <summary>The changes that a validated body asks for.</summary>
    public static SettingsRequest Read(CreatorId creatorId, Preconditions preconditions, ChangeSettingsRequest body) =>
        new(
            creatorId,
            [.. body.Changes!.Select(item => ToChange(item, body.VocabularyVersion))],
            preconditions,
            body.Reason
        )
        {
            IsBulk = true,
        };

    private static SettingChange ToChange(ChangeItem item, int? vocabularyVersion)
    {
        var video = item.Video is { } named
            ? new VideoKey(CreatorId.Parse(named.CreatorId!), VideoId.Parse(named.VideoId!))
            : (VideoKey?)null;
        var key = new SettingKey(
            video,
            Purpose.Parse(item.Purpose!),
            item.Requester is { } requester ? Requester.Parse(requester) : null
        );
        return item.Op is "clearDefault" or "clearOverride"
            ? new ClearSetting(key)
            : item.ToChange(key, item.AppliesTo, item.ClearExceptions) with
            {
                VocabularyVersion = vocabularyVersion,
            };
    }
}
