using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>What a creator approves: what was asked for, or less.</summary>
/// <param name="Purpose">The purpose, which is the one that was asked for or one below; that one without it.</param>
/// <param name="Conditions">What the requester has to do.</param>
/// <param name="Until">When it ends, RFC 3339, not later than was asked for; then without it.</param>
/// <param name="Uses">For how many uses, not more than were asked for; for those without it.</param>
/// <param name="VocabularyVersion">
/// The vocabulary that the creator saw; the grant never reaches purposes newer than it.
/// </param>
/// <param name="Reason">A word to the history; at most 1,000 characters.</param>
public sealed record ApproveRequest(
    [property: PurposeName] string? Purpose,
    [property: Words<Conditions>] IReadOnlyList<string>? Conditions,
    [property: Time] string? Until,
    [property: Between(1, RequestApprovalValidator.MaxUses)] int? Uses,
    [property: AtLeast(1)] int? VocabularyVersion,
    [property: Text] string? Reason
)
{
    /// <summary>Everything as it was asked for.</summary>
    public static readonly ApproveRequest AsAsked = new(null, null, null, null, null, null);
}

internal sealed class ApproveValidator : AbstractValidator<ApproveRequest>
{
    public ApproveValidator()
    {
        RuleFor(request => request.Purpose).MustBePurpose();
        RuleFor(request => request.Conditions).MustBeConditions(_ => null);
        RuleFor(request => request.Until).MustBeTime();
        RuleFor(request => request.Uses)
            .InclusiveBetween(1, RequestApprovalValidator.MaxUses)
            .WithMessage(
                $"{ValidationRules.Field} is {ValidationRules.Sent}; send a whole number from 1 to "
                    + $"{RequestApprovalValidator.MaxUses}."
            );
        RuleFor(request => request.VocabularyVersion).MustBeVocabularyVersion();
        RuleFor(request => request.Reason).MustBeText();
    }
}

/// <summary>
/// Approves a request, as a whole or in part. Each approved video has a grant from then on, which answers an ask and
/// never a deny.
/// </summary>
/// <remarks>Without a body everything is approved as it was asked for.</remarks>
internal static class Approve
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Guid requestId,
        Body<ApproveRequest> body,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var by = Caller.From(http).Author(creatorId, body.Value.Reason);
        return pipeline.RunAsync(
            http,
            (change, cancellation) => ApproveAsync(change, creatorId, requestId, body.Value, by, cancellation)
        );
    }

    private static async Task<Result<ChangeResponse>> ApproveAsync(
        StreamTransaction change,
        CreatorId creator,
        Guid id,
        ApproveRequest request,
        Authorship by,
        CancellationToken cancellation
    )
    {
        if (!(await OpenPart.LockAsync(change, creator, id, cancellation)).Succeeded(out var open, out var refused))
            return refused;
        var vocabulary = await VocabularyStore.ReadAsync(change, cancellation);
        if (
            !TermsOf(request, open.Part.Record.Wanted, vocabulary, open.Stream.Tx)
                .Succeeded(out var terms, out var wider)
        )
            return wider;
        var standing = await ApprovalStore.CountStandingAsync(change, creator, open.Stream.Tx, cancellation);
        if (standing + open.Part.Record.Videos.Length > ApprovalOptions.GrantsPerCreator)
            return new Failure(
                FailureCode.TooMany,
                $"The creator has {ApprovalOptions.GrantsPerCreator} grants that stand, which is the limit; revoke "
                    + "another first."
            );

        var grants = open
            .Part.Record.Videos.Select(video => new StoredGrant(
                Guid.CreateVersion7(new DateTimeOffset(open.Stream.Tx.ToDateTime())),
                new(
                    id,
                    video,
                    open.Part.Record.Wanted.UsedIn,
                    open.Part.Record.Wanted.Requester,
                    terms,
                    open.Stream.Stamp
                ),
                Used: 0
            ))
            .ToList();
        await GrantStore.InsertAsync(change, creator, grants, cancellation);
        return await open.CloseAsync(change, ApprovalState.Approved, reason: null, grants, by, cancellation);
    }

    /// <summary>What is granted: never more than was asked for.</summary>
    private static Result<GrantTerms> TermsOf(
        ApproveRequest request,
        WantedUse wanted,
        Vocabulary vocabulary,
        Instant now
    )
    {
        var purpose = request.Purpose is { } named ? Purpose.Parse(named) : wanted.Purpose;
        Instant? until = Instant.TryParseInRange(request.Until, out var given) ? given : wanted.Until;
        var uses = request.Uses ?? wanted.Uses;
        if (!vocabulary.TryFind(purpose, out _))
            return new Failure(
                FailureCode.UnknownPurpose,
                ValidationRules.NotAPurpose("purpose", Characters.Quote(purpose.Name)),
                "purpose"
            );
        if (!purpose.IsAtOrBelow(wanted.Purpose))
            return new Failure(
                FailureCode.Invalid,
                "purpose is neither the purpose that was asked for nor one below it; send one that is, or leave it "
                    + "out.",
                "purpose"
            );
        if (until > wanted.Until)
            return new Failure(
                FailureCode.Invalid,
                "until is later than what was asked for; send that or an earlier time.",
                "until"
            );
        if (until <= now)
            return new Failure(FailureCode.Invalid, "until is in the past; send a time that is not.", "until");
        if (uses > wanted.Uses)
            return new Failure(FailureCode.Invalid, "uses is more than what was asked for; send that or less.", "uses");
        var conditions = ConditionWords.Parse(request.Conditions ?? []);
        return new GrantTerms(
            purpose,
            conditions,
            Math.Min(request.VocabularyVersion ?? vocabulary.Version, vocabulary.Version),
            until,
            uses
        );
    }
}
