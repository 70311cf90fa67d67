using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// Records a use. Every well-formed one is stored, with consent or without; that it had none is no refusal, but is told
/// to everybody concerned.
/// </summary>
/// <remarks>
/// It is judged by the consent at the earlier of its receipt's time and now. A receipt backs any number of uses that
/// are recorded within 30 days of it, but none from before it. A use that is said to have been more than 5 minutes
/// earlier is `laterReceipt`. A use that is said to have been more than 5 minutes ago takes a receipt. Of a creator who
/// was erased since, no receipt shows consent any more. A grant for a number of uses is spent by what is recorded, each
/// use once. A derived video gets the used ones as its sources. If that would register or alter a video, the token
/// needs `videos:write`. Without it the use is refused (403), and nothing is done. Send an `Idempotency-Key`: a 503 is
/// then repeated until it is answered, and the use is recorded and spent once.
/// </remarks>
internal static class RecordUse
{
    public static async Task<IResult> Handle(
        Body<RecordUseRequest> body,
        UseJudge judge,
        UseNotices notices,
        ChangePipeline pipeline,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var arrivedAt = BootClock.Now;
        var now = Instant.From(clock.GetUtcNow());
        if (!ReportedUse.TryRead(body.Value, Caller.From(http), now, out var use, out var problem))
            return problem;
        if (await judge.JudgeAsync([use], arrivedAt, now, cancellation) is not { } judged)
            return MemoryFacts.Unavailable;
        return await pipeline.RunAsync(
            http,
            async (change, within) =>
            {
                if (
                    !(await UseWriter.WriteAsync(change, [use], judged, Caller.From(http), notices, within)).Succeeded(
                        out var written,
                        out var unavailable
                    )
                )
                    return unavailable;
                return written[0].Succeeded(out var stored, out var refused)
                    ? new ChangeResponse(new UseChange(UseBody.From(stored.Id, stored.Record)), Status: 201)
                    : refused;
            }
        );
    }
}

/// <summary>
/// Records many uses. They are judged one after the other, in their order; a refused item spoils no other, and the
/// others are committed together.
/// </summary>
/// <remarks>
/// The answers stand in the order of the request. It is 201 if a use was recorded, and 200 if each item was refused.
/// </remarks>
internal static class RecordUses
{
    public static async Task<IResult> Handle(
        Body<RecordUsesRequest> body,
        IValidator<RecordUseRequest> validator,
        UseJudge judge,
        UseNotices notices,
        ChangePipeline pipeline,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var arrivedAt = BootClock.Now;
        var now = Instant.From(clock.GetUtcNow());
        var caller = Caller.From(http);
        var items = body.Value.Usages!;
        var results = new RecordedItem[items.Count];
        var uses = new List<ReportedUse>();
        var places = new List<int>();
        for (var i = 0; i < items.Count; i++)
        {
            if (Validation.Check(validator, items[i]) is { } malformed)
            {
                results[i] = RecordedItem.Refused(malformed);
            }
            else if (ReportedUse.TryRead(items[i], caller, now, out var use, out var problem))
            {
                uses.Add(use);
                places.Add(i);
            }
            else
            {
                results[i] = RecordedItem.Refused(problem);
            }
        }
        if (await judge.JudgeAsync(uses, arrivedAt, now, cancellation) is not { } judged)
            return MemoryFacts.Unavailable;
        return await pipeline.RunAsync(
            http,
            async (change, within) =>
            {
                if (
                    !(await UseWriter.WriteAsync(change, uses, judged, caller, notices, within)).Succeeded(
                        out var written,
                        out var unavailable
                    )
                )
                    return unavailable;
                foreach (var (place, one) in places.Zip(written))
                {
                    results[place] = one.Succeeded(out var stored, out var refused)
                        ? new(UseBody.From(stored.Id, stored.Record), Error: null)
                        : RecordedItem.Refused(Problem.From(refused));
                }
                return new ChangeResponse(new UsesChange(results), Status: change.HasAltered ? 201 : 200);
            }
        );
    }
}
