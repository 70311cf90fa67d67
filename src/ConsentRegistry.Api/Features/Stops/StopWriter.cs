using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>Sets, extends and lifts stops: one row, however many videos there are.</summary>
internal sealed class StopWriter(ChangePipeline pipeline)
{
    /// <summary>Adds to the stop that stands, or sets one.</summary>
    public Task<IResult> SetAsync(
        HttpContext http,
        CreatorId creator,
        StopKind kind,
        IStopRequest request,
        Preconditions preconditions
    )
    {
        var purposes = request.ParsedPurposes();
        return pipeline.RunAsync(
            http,
            async (change, cancellation) =>
            {
                if (purposes is not null && await FindUnknownAsync(change, purposes, cancellation) is { } unknown)
                    return unknown;
                return await WriteAsync(
                    change,
                    creator,
                    kind,
                    preconditions,
                    (standing, stamp) => Stop.Add(standing, purposes, stamp),
                    AuthorOf(http, creator, kind, request.ShortReason()),
                    cancellation
                );
            },
            LockTimeout.EmergencyStop,
            new StopIdempotency(
                kind == StopKind.Lockdown
                    ? (change, cancellation) => IsCoveredAsync(change, creator, purposes, cancellation)
                    : null
            ),
            StreamId.OfCreator(creator)
        );
    }

    /// <summary>Lifts the stop that stands: exactly the settings that stood before stand again.</summary>
    public Task<IResult> LiftAsync(HttpContext http, CreatorId creator, StopKind kind, Preconditions preconditions) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) =>
                WriteAsync(
                    change,
                    creator,
                    kind,
                    preconditions,
                    (_, _) => null,
                    AuthorOf(http, creator, kind, reason: null),
                    cancellation
                ),
            LockTimeout.EmergencyStop,
            first: StreamId.OfCreator(creator)
        );

    // A hold is the operator's own act, whomever else the caller may act for.
    private static Authorship AuthorOf(HttpContext http, CreatorId creator, StopKind kind, string? reason) =>
        Caller.From(http).Author(kind == StopKind.Hold ? null : creator, reason);

    private static async Task<Result<ChangeResponse>> WriteAsync(
        StreamTransaction change,
        CreatorId creator,
        StopKind kind,
        Preconditions preconditions,
        Func<Stop?, Stamp, Stop?> alter,
        Authorship by,
        CancellationToken cancellation
    )
    {
        if (
            !(await change.LockAsync(StreamId.OfCreator(creator), cancellation)).Succeeded(
                out var stream,
                out var erased
            )
        )
            return erased;
        if (preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        var before = kind == StopKind.Hold ? stream.Hold : stream.Lockdown;
        if (preconditions.Exclude(before is not null, out var excluded))
            return excluded;
        var after = alter(before, stream.Stamp);
        var changes = ReferenceEquals(before, after) ? 0 : 1;
        if (changes == 0)
            change.Confirm(stream.Id, Records.StopChanged(kind, before, after));
        if (changes > 0)
        {
            await SettingsStore.WriteAsync(change, stream, kind, after, cancellation);
            await change.AppendAsync(
                stream,
                [Records.StopChanged(kind, before, after)],
                by,
                altersSettings: true,
                cancellation
            );
            change.Notify(NotificationFactory.StopChanged(stream, creator, kind, before, after));
        }
        return ChangeBody.AnswerOf(
            stream,
            creator,
            changes,
            revoked: 0,
            setting: null,
            StopBody.From(after),
            ExceptionsBody.None
        );
    }

    // Only lifting narrows a stop: what covers these purposes now has covered them since it was set.
    private static async Task<bool> IsCoveredAsync(
        StreamTransaction change,
        CreatorId creator,
        IReadOnlyCollection<Purpose>? purposes,
        CancellationToken cancellation
    )
    {
        var standing = await SettingsStore.ReadLockdownAsync(change, creator, cancellation);
        return standing is not null && ReferenceEquals(standing, Stop.Add(standing, purposes, standing.Stamp));
    }

    private static async Task<Failure?> FindUnknownAsync(
        StreamTransaction change,
        IReadOnlyCollection<Purpose> purposes,
        CancellationToken cancellation
    )
    {
        var vocabulary = await VocabularyStore.ReadAsync(change, cancellation);
        var unknown = purposes
            .Where(purpose => !vocabulary.TryFind(purpose, out _))
            .Select(purpose => (Purpose?)purpose)
            .FirstOrDefault();
        return unknown is { } named
            ? new(
                FailureCode.UnknownPurpose,
                ValidationRules.NotAPurpose("purposes", Characters.Quote(named.Name)),
                "purposes"
            )
            : null;
    }
}
