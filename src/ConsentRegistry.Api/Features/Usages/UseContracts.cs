using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>A use to record.</summary>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Requester">
/// Who used the videos; the token's own client without it. To name another takes <c>consent:check:any</c>.
/// </param>
/// <param name="Videos">The videos that were used; 1 to 1,000.</param>
/// <param name="Made">What was made of them.</param>
/// <param name="UsedAt">When, RFC 3339; now without it. More than 5 minutes back takes a receipt.</param>
public sealed record RecordUseRequest(
    [property: Required] [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    [property: Required] [property: Items(1, UseBody.MaxVideos)] IReadOnlyList<UsedVideoRequest>? Videos,
    MadeRequest? Made,
    [property: Time] string? UsedAt
);

/// <summary>A video that was used.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Receipt">
/// The receipt of the check that was relied on: the use is judged by the consent of its time.
/// </param>
/// <param name="Decision">
/// Instead of a receipt: the decision that was relied on. It is kept with the use, which is judged by the consent of
/// now.
/// </param>
public sealed record UsedVideoRequest(
    [property: Required] [property: Id] string? CreatorId,
    [property: Required] [property: Id] string? VideoId,
    [property: TextLength(1, Domain.Log.Receipt.MaxTokenLength)] string? Receipt,
    DecisionRequest? Decision
);

/// <summary>A decision that was relied on, as a check with <c>explain</c> answered it.</summary>
/// <param name="FreshAt">Its <c>freshAt</c>, RFC 3339.</param>
/// <param name="Versions">
/// Its <c>versions</c>. A decision by these that did not allow the use is the reason <c>otherDecision</c>.
/// </param>
/// <param name="DecisionId">Its <c>decisionId</c>, if it had one. It is kept with the use.</param>
public sealed record DecisionRequest(
    [property: Required] [property: Time] string? FreshAt,
    [property: Required]
    [property: Versions(RecordUseValidator.MaxVersions)]
        IReadOnlyDictionary<string, long>? Versions,
    Guid? DecisionId = null
);

/// <summary>What was made: a video, or a training run.</summary>
/// <param name="Video">
/// A derived video: the used ones become its sources, so that their creators decide on it as well. Where that alters
/// what is registered it takes <c>videos:write</c>, like any registration. What is made of more than 63 videos is
/// denied to everybody from then on.
/// </param>
/// <param name="PublishedAt">
/// When the derived video was published, RFC 3339, where it is not registered yet: a first date cannot be registered
/// later.
/// </param>
/// <param name="TrainingRun">The platform's own id of a training run.</param>
public sealed record MadeRequest(
    VideoReference? Video,
    [property: Time] string? PublishedAt,
    [property: Id] string? TrainingRun
);

/// <summary>Uses to record together.</summary>
/// <param name="Usages">The uses; 1 to 1,000, with 10,000 videos, and 1,000 receipts and decisions at most.</param>
public sealed record RecordUsesRequest(
    [property: Required] [property: Items(1, RecordUsesValidator.MaxUses)] IReadOnlyList<RecordUseRequest>? Usages
);

/// <summary>The use of one video, as a creator whom it concerns sees it.</summary>
/// <param name="UseId">The use.</param>
/// <param name="Video">The video: the creator's, one that they appear in, or one made from such a video.</param>
/// <param name="Requester">Who used it.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Made">What was made of it; null if that was not said.</param>
/// <param name="Status">Whether the use had consent.</param>
/// <param name="Reason">Why.</param>
/// <param name="SpentGrants">The counted grants of which it spent a use.</param>
/// <param name="ReliedOn">The decision that was relied on; null if none is known.</param>
/// <param name="UsedAt">When, by the word of whoever recorded it.</param>
/// <param name="RecordedAt">When it was recorded.</param>
public sealed record UsedVideoItem(
    Guid UseId,
    VideoName Video,
    [property: Id] string Requester,
    [property: PurposeName] string Purpose,
    MadeBody? Made,
    UseStatus Status,
    UseReason Reason,
    IReadOnlyList<Guid> SpentGrants,
    ReliedOnBody? ReliedOn,
    Instant UsedAt,
    Instant RecordedAt
);

/// <summary>How often a creator's videos were used.</summary>
/// <param name="Consented">Uses with consent.</param>
/// <param name="Unconsented">Uses without.</param>
/// <param name="Items">By purpose and requester; the first 1,000.</param>
public sealed record UseTotals(
    long Consented,
    long Unconsented,
    [property: Items(0, RequestShape.MaxPage)] IReadOnlyList<UseTotal> Items
);

/// <summary>How often a requester used a creator's videos for a purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester.</param>
/// <param name="Consented">Uses with consent.</param>
/// <param name="Unconsented">Uses without.</param>
public sealed record UseTotal(
    [property: PurposeName] string Purpose,
    [property: Id] string Requester,
    long Consented,
    long Unconsented
);

/// <summary>The answer to a recorded use.</summary>
/// <param name="Use">The use, judged.</param>
public sealed record UseChange(UseBody Use) : ChangeAnswer;

/// <summary>What became of one use among many.</summary>
/// <param name="Use">The use, judged; null of a refused item.</param>
/// <param name="Error">Why the item was refused; null of a recorded use.</param>
public sealed record RecordedItem(UseBody? Use, ItemError? Error)
{
    internal static RecordedItem Refused(Problem problem) => new(null, ItemError.From(problem));
}

/// <summary>The answer to uses, in the order of the request.</summary>
/// <param name="Results">For each, the recorded use or why it was refused.</param>
public sealed record UsesChange([property: Items(1, RecordUsesValidator.MaxUses)] IReadOnlyList<RecordedItem> Results)
    : ChangeAnswer;

internal sealed class RecordUseValidator : AbstractValidator<RecordUseRequest>
{
    /// <summary>
    /// Streams that one decision names: the vocabulary's, and those of everybody whom a check may ask.
    /// </summary>
    public const int MaxVersions = 1 + (Limits.VideosPerCheck * (1 + Limits.ParticipantsPerVideo));

    public RecordUseValidator()
    {
        RuleFor(use => use.Purpose).MustBeGiven("the purpose of the use").MustBePurpose();
        RuleFor(use => use.Requester).MustBeId();
        RuleFor(use => use.UsedAt).MustBeTime();
        RuleFor(use => use.Videos)
            .MustHaveItems("the videos that were used, at least one")
            .MustHaveAtMost(UseBody.MaxVideos, "videos")
            .Must(videos =>
                videos is null
                || videos
                    .Where(video => video is not null)
                    .DistinctBy(video => (video.CreatorId, video.VideoId))
                    .Count() == videos.Count
            )
            .WithMessage($"{ValidationRules.Field} names a video more than once; send each once.");
        RuleForEach(use => use.Videos)
            .MustBeGiven("an object with creatorId and videoId")
            .ChildRules(video =>
            {
                video.RuleFor(one => one.CreatorId).MustBeGiven("the id of the video's owner").MustBeId();
                video.RuleFor(one => one.VideoId).MustBeGiven("the owner's id for the video").MustBeId();
                video.RuleFor(one => one.Receipt).MustHaveLength(Domain.Log.Receipt.MaxTokenLength);
                video
                    .RuleFor(one => one.Decision)
                    .Must((one, decision) => decision is null || one.Receipt is null)
                    .WithMessage(
                        $"{ValidationRules.Field} is sent beside a receipt, which holds its own; send one of the two."
                    );
                video.When(
                    one => one.Decision is not null,
                    () =>
                    {
                        video.RuleFor(one => one.Decision!.FreshAt).MustBeGiven("the decision's freshAt").MustBeTime();
                        video
                            .RuleFor(one => one.Decision!.Versions)
                            .MustHaveItems("the decision's versions")
                            .Must(versions => versions is null or { Count: <= MaxVersions })
                            .WithErrorCode(FailureCode.TooMany)
                            .WithMessage(
                                $"{ValidationRules.Field} names {ValidationRules.Count} streams; send at most "
                                    + $"{MaxVersions}."
                            )
                            .Must(versions =>
                                versions is null
                                || versions.All(version => StreamId.TryParse(version.Key, out _) && version.Value >= 0)
                            )
                            .WithMessage(
                                $"{ValidationRules.Field} has a name of no stream or a negative version; send the "
                                    + "versions that the decision gave."
                            );
                    }
                );
            })
            .When(use => use.Videos is { Count: <= UseBody.MaxVideos });
        When(
            use => use.Made is not null,
            () =>
            {
                RuleFor(use => use.Made!)
                    .Must(made => made.Video is null != made.TrainingRun is null)
                    .WithMessage(
                        $"{ValidationRules.Field} names both a video and a training run, or neither; send one of them."
                    )
                    .Must(made => made.PublishedAt is null || made.Video is not null)
                    .WithMessage(
                        $"{ValidationRules.Field} has publishedAt without a video; send it with a video only."
                    );
                RuleFor(use => use.Made!.TrainingRun).MustBeId();
                RuleFor(use => use.Made!.PublishedAt).MustBeTime();
                RuleFor(use => use.Made!.Video!.CreatorId)
                    .MustBeGiven("the id of the video's owner")
                    .MustBeId()
                    .When(use => use.Made!.Video is not null);
                RuleFor(use => use.Made!.Video!.VideoId)
                    .MustBeGiven("the owner's id for the video")
                    .MustBeId()
                    .When(use => use.Made!.Video is not null);
                RuleFor(use => use.Videos)
                    .Must(
                        (use, videos) =>
                            videos is null
                            || !videos.Any(video =>
                                video is not null
                                && video.CreatorId == use.Made!.Video!.CreatorId
                                && video.VideoId == use.Made.Video.VideoId
                            )
                    )
                    .WithMessage(
                        $"{ValidationRules.Field} names the video that was made; send only those that it was made of."
                    )
                    .When(use => use.Made!.Video is not null);
            }
        );
    }
}

internal sealed class RecordUsesValidator : AbstractValidator<RecordUsesRequest>
{
    /// <summary>Uses of one request.</summary>
    public const int MaxUses = 1_000;

    /// <summary>Videos of one request, over all its uses.</summary>
    public const int MaxVideos = 10_000;

    /// <summary>
    /// Receipts and decisions of one request: each is decided again from the log, which takes a few milliseconds.
    /// </summary>
    public const int MaxDecisions = 1_000;

    public RecordUsesValidator()
    {
        RuleFor(request => request.Usages)
            .MustHaveItems("at least one use")
            .MustHaveAtMost(MaxUses, "uses")
            .Must(uses => uses is null || uses.Sum(one => one?.Videos?.Count ?? 0) <= MaxVideos)
            .WithErrorCode(FailureCode.TooMany)
            .WithMessage(
                $"{ValidationRules.Field} names too many videos in all; send at most {MaxVideos} in one request."
            )
            .Must(uses =>
                uses is null
                || uses.Sum(one =>
                    one?.Videos?.Count(video => video is { Receipt: not null } or { Decision: not null }) ?? 0
                ) <= MaxDecisions
            )
            .WithErrorCode(FailureCode.TooMany)
            .WithMessage(
                $"{ValidationRules.Field} has too many receipts and decisions in all; send at most {MaxDecisions} in "
                    + "one request."
            );
        RuleForEach(request => request.Usages).MustBeGiven("a use, which is an object");
    }
}
