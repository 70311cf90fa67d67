using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Contracts;

/// <summary>What was made of used videos.</summary>
/// <param name="Video">A derived video; null if it was none.</param>
/// <param name="TrainingRun">The id of a training run; null if it was none.</param>
public sealed record MadeBody(VideoName? Video, string? TrainingRun)
{
    internal static MadeBody? From(Made? made) =>
        made is null ? null : new(made.Video is { } video ? VideoName.From(video) : null, made.TrainingRun);
}

/// <summary>A recorded use.</summary>
/// <param name="Id">The use.</param>
/// <param name="Requester">Who used the videos.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Made">What was made of them; null if that was not said.</param>
/// <param name="Status">Whether the use of every video had consent.</param>
/// <param name="Reason">Why; of the first video without consent, if there is one.</param>
/// <param name="Videos">Each video, judged.</param>
/// <param name="UsedAt">When, by the word of whoever recorded it.</param>
/// <param name="RecordedAt">When it was recorded.</param>
[SchemaName("RecordedUse")]
public sealed record UseBody(
    Guid Id,
    [property: Id] string Requester,
    [property: PurposeName] string Purpose,
    MadeBody? Made,
    UseStatus Status,
    UseReason Reason,
    [property: Items(1, UseBody.MaxVideos)] IReadOnlyList<UsedVideoBody> Videos,
    Instant UsedAt,
    Instant RecordedAt
)
{
    /// <summary>Videos of one use: a training run of more is several.</summary>
    public const int MaxVideos = 1_000;

    internal static UseBody From(Guid id, UseRecord use) =>
        new(
            id,
            use.Requester.Value,
            use.Purpose.Name,
            MadeBody.From(use.Made),
            use.Deciding.Status,
            use.Deciding.Reason,
            [
                .. use.Videos.Select(used => new UsedVideoBody(
                    VideoName.From(used.Video),
                    used.Status,
                    used.Reason,
                    used.Spent,
                    ReliedOnBody.From(used.ReliedOn)
                )),
            ],
            use.UsedAt,
            use.Stamp.At
        );
}

/// <summary>One video of a use, judged.</summary>
/// <param name="Video">The video.</param>
/// <param name="Status">Whether its use had consent.</param>
/// <param name="Reason">Why.</param>
/// <param name="SpentGrants">The counted grants of which it spent a use.</param>
/// <param name="ReliedOn">The decision that was relied on; null if none is known.</param>
public sealed record UsedVideoBody(
    VideoName Video,
    UseStatus Status,
    UseReason Reason,
    IReadOnlyList<Guid> SpentGrants,
    ReliedOnBody? ReliedOn
);

/// <summary>The decision that a use relied on.</summary>
/// <param name="DecidedAt">The moment that it was made from.</param>
/// <param name="Receipt">Whether a receipt shows it; if not, it is the word of whoever recorded the use.</param>
/// <param name="DecisionId">The id of the decision; absent if it is not known.</param>
public sealed record ReliedOnBody(
    Instant DecidedAt,
    bool Receipt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? DecisionId = null
)
{
    internal static ReliedOnBody? From(ReliedOn? decision) =>
        decision is null ? null : new(decision.DecidedAt, decision.HasReceipt, decision.DecisionId);
}
