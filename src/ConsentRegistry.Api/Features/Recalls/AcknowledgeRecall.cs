using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>An acknowledgement.</summary>
/// <param name="Statement">What was done, for the creators; at most 1,000 characters.</param>
public sealed record AcknowledgeRequest([property: Text] string? Statement);

/// <summary>A dispute.</summary>
/// <param name="Statement">Why the recall is not for the requester, for the creators; at most 1,000 characters.</param>
public sealed record DisputeRequest([property: Required] [property: Text] string? Statement);

internal sealed class AcknowledgeValidator : AbstractValidator<AcknowledgeRequest>
{
    public AcknowledgeValidator() => RuleFor(request => request.Statement).MustBeText();
}

internal sealed class DisputeValidator : AbstractValidator<DisputeRequest>
{
    public DisputeValidator() =>
        RuleFor(request => request.Statement).MustBeGiven("why the recall is disputed").MustBeText();
}

/// <summary>Says that the requester has stopped. Also after a dispute; to say so twice changes nothing.</summary>
internal static class AcknowledgeRecall
{
    public static Task<IResult> Handle(
        Guid recallId,
        Requester? requester,
        Body<AcknowledgeRequest> body,
        ChangePipeline pipeline,
        HttpContext http
    ) => RecallAnswers.RunAsync(recallId, requester, RecallState.Acknowledged, body.Value.Statement, pipeline, http);
}

/// <summary>
/// Disputes a recall: the creators and auditors see why. What was acknowledged is not disputed any more.
/// </summary>
internal static class DisputeRecall
{
    public static Task<IResult> Handle(
        Guid recallId,
        Requester? requester,
        Body<DisputeRequest> body,
        ChangePipeline pipeline,
        HttpContext http
    ) => RecallAnswers.RunAsync(recallId, requester, RecallState.Disputed, body.Value.Statement, pipeline, http);
}

/// <summary>What a requester says to a recall: the same way for both.</summary>
internal static class RecallAnswers
{
    public static async Task<IResult> RunAsync(
        Guid id,
        Requester? named,
        RecallState state,
        string? statement,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var caller = Caller.From(http);
        return RequesterAuthorization.TryRead(named, caller, out var requester, out var problem)
            ? await pipeline.RunAsync(
                http,
                (change, cancellation) =>
                    AnswerAsync(change, id, requester.Value, state, statement, caller, cancellation)
            )
            : problem;
    }

    private static async Task<Result<ChangeResponse>> AnswerAsync(
        StreamTransaction change,
        Guid id,
        Requester requester,
        RecallState state,
        string? statement,
        Caller caller,
        CancellationToken cancellation
    )
    {
        var stream = (await change.LockAsync(StreamId.OfRequester(requester), cancellation)).Value;
        if (await RecallStore.FindAsync(change, requester, id, cancellation) is not { } stored)
            return new Failure(
                FailureCode.NotFound,
                Problem.NotFoundDetail("recall of the requester", "the id of one that GET /v1/recalls lists")
            );
        if (stored.Record.State == state && stored.Record.Statement?.Text == statement)
        {
            change.Confirm(stream.Id, Records.RecallChanged(id, stored.Record, stored.Record));
            return new ChangeResponse(new RecallChange(Changes: 0, RecallBody.From(stored, stream.Tx)));
        }
        if (stored.Record.State == RecallState.Acknowledged && state == RecallState.Disputed)
            return new Failure(
                FailureCode.NotOpen,
                "The recall is acknowledged, which cannot be disputed any more; dispute one that is not."
            );
        var key = statement is null ? null : RandomNumberGenerator.GetBytes(Statement.KeyLength);
        var said = statement is null ? null : Statement.Seal(statement, key);
        var answered = stored with
        {
            Record = stored.Record with { State = state, Statement = said, Stamp = stream.Stamp },
            StatementKey = key,
        };
        await RecallStore.UpdateAsync(change, answered, cancellation);
        await change.AppendAsync(
            stream,
            [Records.RecallChanged(id, stored.Record, answered.Record)],
            caller.Author(creator: null, reason: null),
            altersSettings: false,
            cancellation
        );
        return new ChangeResponse(new RecallChange(Changes: 1, RecallBody.From(answered, stream.Tx)));
    }
}
