using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Changes settings: lock, make, answer.</summary>
internal sealed class SettingsWriter(ChangePipeline pipeline)
{
    public Task<IResult> ApplyAsync(HttpContext http, SettingsRequest request) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) => ApplyAsync(change, request, Caller.From(http), cancellation),
            first: StreamId.OfCreator(request.Creator)
        );

    private static async Task<Result<ChangeResponse>> ApplyAsync(
        StreamTransaction change,
        SettingsRequest request,
        Caller caller,
        CancellationToken cancellation
    )
    {
        if (
            !(await change.LockAsync(StreamId.OfCreator(request.Creator), cancellation)).Succeeded(
                out var stream,
                out var erased
            )
        )
            return erased;
        if (request.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        var by = caller.Author(request.Creator, request.Reason);
        if (
            !(await SettingsMaker.MakeAsync(change, stream, request, by, cancellation)).Succeeded(
                out var made,
                out var refused
            )
        )
            return refused;
        return ChangeBody.AnswerOf(
            stream,
            request.Creator,
            made.Planned.Plan.Count,
            made.Revoked.Count,
            request.IsBulk ? null : SettingOf(request.Changes[0], made.Planned),
            stop: null,
            ExceptionsBody.From(made.Planned.Plan)
        );
    }

    private static SettingBody? SettingOf(SettingChange change, PlannedSettings planned)
    {
        var (plan, _, defaults, overrides, _) = planned;
        if (change is ClearSetting)
            return null;
        if (change.Key.Video is not null)
        {
            var key = change.Key.ToOverride();
            var altered = plan.Overrides.FirstOrDefault(o => o.Key == key).After;
            return SettingBody.From(key, altered ?? overrides[key]);
        }
        var place = change.Key.ToDefault();
        return SettingBody.From(place, plan.Defaults.FirstOrDefault(d => d.Key == place).After ?? defaults[place]);
    }
}
