using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Records a use. Every well-formed one is stored, with consent or without; that it had none is no refusal, but is told to everybody concerned.</summary>
/// <remarks>
/// It is judged by the consent at the earlier of its receipt's time and now. A use that is said to have been more than 5 minutes ago takes a receipt. A
/// grant for a number of uses is spent by what is recorded, each use once. A derived video gets the used ones as its sources.
/// </remarks>
internal static class RecordUse
{
    public static Task<IResult> Handle(Body<RecordUseRequest> body, UseJudge judge, ChangePipeline pipeline, TimeProvider clock, HttpContext http, CancellationToken cancellation) =>
        Recording.RunAsync([body.Value], _ => "", uses => new UseChange(uses[0]), judge, pipeline, clock, http, cancellation);
}

/// <summary>Records many uses. They are judged one after the other, in their order, and committed together.</summary>
internal static class RecordUses
{
    public static Task<IResult> Handle(Body<RecordUsesRequest> body, UseJudge judge, ChangePipeline pipeline, TimeProvider clock, HttpContext http, CancellationToken cancellation) =>
        Recording.RunAsync(body.Value.Usages!, at => $"usages[{at}].", uses => new UsesChange(uses), judge, pipeline, clock, http, cancellation);
}

/// <summary>How uses are recorded, one or many: read, judge, write.</summary>
internal static class Recording
{
    public static async Task<IResult> RunAsync(
        IReadOnlyList<RecordUseRequest> requests,
        Func<int, string> fieldOf,
        Func<IReadOnlyList<UseBody>, ChangeAnswer> answer,
        UseJudge judge,
        ChangePipeline pipeline,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation)
    {
        var arrivedAt = Elapsed.Now;
        var caller = Caller.Of(http);
        var now = Instant.From(clock.GetUtcNow());
        var uses = new List<ReportedUse>();
        for (var i = 0; i < requests.Count; i++)
        {
            if (!ReportedUse.TryRead(requests[i], caller, now, fieldOf(i), out var use, out var problem))
                return problem.AsResult();
            uses.Add(use);
        }
        var (judged, unknown) = await judge.JudgeAsync(uses, arrivedAt, now, cancellation);
        if (unknown is { } at)
            return RequestShape.UnknownPurpose($"{fieldOf(at)}purpose").AsResult();
        if (judged is null)
            return CheckFacts.Unavailable.AsResult();
        return await pipeline.RunAsync(http, async (change, within) =>
        {
            var written = await UseWriter.WriteAsync(change, uses, judged, caller.Author(creator: null, reason: null), within);
            return written.Succeeded(out var stored, out var refused)
                ? new Answer(answer([.. stored.Select(use => UseBody.Of(use.Id, use.Record))]), Status: 201)
                : refused;
        });
    }
}
