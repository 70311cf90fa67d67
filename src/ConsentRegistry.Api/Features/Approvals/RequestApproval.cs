using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>What a requester asks for, as the token's own client.</summary>
/// <param name="CreatorId">The video's owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Use">What is meant to be done, in plain words for the creators; at most 1,000 characters.</param>
/// <param name="Until">For how long, RFC 3339; for good without it.</param>
/// <param name="Uses">How many uses; any number without it.</param>
public sealed record RequestApprovalRequest(
    [property: Required] [property: Id] string? CreatorId,
    [property: Required] [property: Id] string? VideoId,
    [property: Required] [property: PurposeName] string? Purpose,
    [property: Required] [property: Text] string? Use,
    [property: Time] string? Until,
    [property: Between(1, RequestApprovalValidator.MaxUses)] int? Uses
);

internal sealed class RequestApprovalValidator : AbstractValidator<RequestApprovalRequest>
{
    /// <summary>Uses of one grant: more than that is any number.</summary>
    public const int MaxUses = 1_000_000_000;

    public RequestApprovalValidator()
    {
        RuleFor(request => request.CreatorId).MustBeGiven("the id of the video's owner").MustBeId();
        RuleFor(request => request.VideoId).MustBeGiven("the owner's id for the video").MustBeId();
        RuleFor(request => request.Purpose).MustBeGiven("the purpose that approval is asked for").MustBePurpose();
        RuleFor(request => request.Use).MustBeGiven("what is meant to be done with the video").MustBeText();
        RuleFor(request => request.Until).MustBeTime();
        RuleFor(request => request.Uses)
            .InclusiveBetween(1, MaxUses)
            .WithMessage(
                $"{ValidationRules.Field} is {ValidationRules.Sent}; send a whole number from 1 to {MaxUses}."
            );
    }
}

/// <summary>
/// Asks the creators concerned. Each one whose answer is <c>ask</c> gets the request: owner, co-creators, depicted
/// people, and those of the sources.
/// </summary>
/// <remarks>
/// It is accepted only while the answer as a whole is <c>ask</c>. An approval is a grant for use in the video that is
/// asked about, and in no other.
/// </remarks>
internal static class RequestApproval
{
    public static async Task<IResult> Handle(
        Body<RequestApprovalRequest> body,
        MemoryFacts memory,
        ApprovalOptions options,
        ChangePipeline pipeline,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var arrivedAt = BootClock.Now;
        var caller = Caller.From(http);
        if (caller.OwnRequester is not { } requester)
            return RequesterAuthorization.NoRequester;
        var request = body.Value;
        var wanted = new WantedUse(
            requester,
            new(CreatorId.Parse(request.CreatorId!), VideoId.Parse(request.VideoId!)),
            Purpose.Parse(request.Purpose!),
            request.Use!,
            Instant.TryParseInRange(request.Until, out var until) ? until : null,
            request.Uses
        );
        // Newer than the request: whoever was told just now to ask can ask.
        var need = new FreshnessRequirement(Question.NoVersions, arrivedAt);
        if (await memory.TakeAsync([wanted.UsedIn], [requester], need, cancellation) is not { Set: var facts })
            return MemoryFacts.Unavailable;
        if (!facts.Vocabulary.TryFind(wanted.Purpose, out var purpose))
            return RequestShape.UnknownPurpose("purpose", wanted.Purpose.Name);
        var asked = new AskedCreators(facts);
        if (facts.Decide(wanted.UsedIn, purpose, requester, ref asked).Effect != Effect.Ask)
            return Problem.From(ApprovalFailures.NotAsked);
        return await pipeline.RunAsync(
            http,
            (change, within) => OpenAsync(change, wanted, asked.All, options, caller, within)
        );
    }

    private static async Task<Result<ChangeResponse>> OpenAsync(
        StreamTransaction change,
        WantedUse wanted,
        IReadOnlyDictionary<string, List<VideoKey>> asked,
        ApprovalOptions options,
        Caller caller,
        CancellationToken cancellation
    )
    {
        if (asked.Count > ApprovalOptions.CreatorsPerRequest)
            return new Failure(
                FailureCode.TooMany,
                $"{asked.Count} creators would have to be asked; send a request for a video with at most "
                    + $"{ApprovalOptions.CreatorsPerRequest}."
            );
        var streams = await change.LockAsync(
            asked.Keys.Select(creator => StreamId.OfCreator(CreatorId.Parse(creator))),
            cancellation
        );
        if (streams.Values.Any(stream => stream.ErasedAt is not null))
            return LockedStream.Erased;
        var now = streams.Values.Max(stream => stream.Tx);
        if (wanted.Until <= now)
            return new Failure(FailureCode.Invalid, "until is in the past; send a time that is not.", "until");
        var prior = await ApprovalStore.ReadPriorAsync(
            change,
            wanted,
            [.. asked.Keys],
            now,
            options.AskingLimits,
            cancellation
        );
        if (prior.FindObstacle(options.AskingLimits) is { } obstacle)
            return obstacle;

        var expiresAt = now.Plus(TimeSpan.FromDays(options.OpenDays));
        if (wanted.Until is { } end)
            expiresAt = Instant.Earlier(expiresAt, end);
        var request = new StoredRequest(
            Guid.CreateVersion7(new DateTimeOffset(now.ToDateTime())),
            wanted,
            now,
            expiresAt,
            asked.Count
        );
        var parts = asked
            .Select(one => (Stream: streams[StreamId.OfCreator(CreatorId.Parse(one.Key))], Videos: one.Value))
            .Select(one => new StoredPart(
                one.Stream.Id.Creator!.Value,
                new(wanted, [.. one.Videos], expiresAt, ApprovalState.Open, Reason: null, one.Stream.Stamp),
                []
            ))
            .ToList();
        await ApprovalStore.InsertAsync(change, request, parts, cancellation);
        await change.AppendAsync(
            [
                .. parts.Select(part =>
                    (
                        streams[StreamId.OfCreator(part.Creator)],
                        (IReadOnlyList<RecordChange>)[Records.ApprovalChanged(request.Id, null, part.Record)]
                    )
                ),
            ],
            caller.Author(creator: null, reason: null),
            altersSettings: false,
            cancellation
        );
        foreach (var part in parts)
            change.Notify(NotificationFactory.Requested(request, part));
        return new ChangeResponse(
            new ApprovalRequestChange(
                ApprovalRequestBody.From(request, parts, now),
                streams.Values.ToDictionary(stream => stream.Id.Name, stream => stream.Version)
            ),
            Status: 201
        );
    }
}
