using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>A refusal.</summary>
/// <param name="Reason">Why, for the requester; at most 1,000 characters.</param>
public sealed record RefuseRequest([property: Text] string? Reason);

internal sealed class RefuseValidator : AbstractValidator<RefuseRequest>
{
    public RefuseValidator() => RuleFor(request => request.Reason).MustBeText();
}

/// <summary>Refuses a request. The same cannot be asked again for a while.</summary>
internal static class Refuse
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Guid requestId,
        Body<RefuseRequest> body,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var by = Caller.From(http).Author(creatorId, body.Value.Reason);
        return pipeline.RunAsync(
            http,
            async (change, cancellation) =>
                (await OpenPart.LockAsync(change, creatorId, requestId, cancellation)).Succeeded(
                    out var open,
                    out var refused
                )
                    ? await open.CloseAsync(
                        change,
                        ApprovalState.Refused,
                        body.Value.Reason,
                        grants: [],
                        by,
                        cancellation
                    )
                    : refused
        );
    }
}
