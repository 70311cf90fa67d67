using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Notifications;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Imports;

/// <summary>
/// Imports what a creator said elsewhere, and says row by row what changes.
/// </summary>
/// <remarks>
/// Rows come from lists and petitions, and from signals in the formats of others. The creator's own token makes them, as
/// one change. Rows that widen are left out, unless `confirmWidening` is true. Whether a row widens is decided by the
/// answers before and after it: for anybody and every video, now and later. What cannot be shown to only restrict
/// widens. Another token with `videos:write` makes proposals, which wait in the creator's inbox and change nothing. The
/// creator imports them with a token of their own, and they are judged again then. `dryRun` shows what would happen, and
/// which grants a row would revoke. Its caller may also have `consent:audit`. Send an `Idempotency-Key`, so that an
/// import that was interrupted can be sent again.
/// </remarks>
internal static class ImportConsents
{
    /// <summary>Settings that the rows of one request ask for: as many as a bulk change makes.</summary>
    public const int MaxSettings = 10_000;

    /// <summary>Notifications with proposals that one creator has not read, before no more are taken.</summary>
    public const int MaxUnread = 100;

    public static Task<IResult> Handle(
        Body<ImportRequest> body,
        Preconditions preconditions,
        IValidator<ImportRow> validator,
        RegistryOptions options,
        ChangePipeline pipeline,
        HttpContext http
    )
    {
        var caller = Caller.From(http);
        var creator = CreatorId.Parse(body.Value.CreatorId!);
        if (Refuse(caller, creator, body.Value) is { } refused)
            return Task.FromResult<IResult>(refused);
        var import = new Import(creator, body.Value, preconditions, caller, validator, options.SignalContact);
        return pipeline.RunAsync(
            http,
            (change, cancellation) =>
                body.Value.DryRun == true ? ShowAsync(change, import, cancellation)
                : import.IsOwn ? ApplyAsync(change, import, cancellation)
                : ProposeAsync(change, import, cancellation)
        );
    }

    private static Problem? Refuse(Caller caller, CreatorId creator, ImportRequest request) =>
        caller.Manages(creator.Value)
        || caller.Has(Scopes.WriteVideos)
        || (request.DryRun == true && caller.Has(Scopes.Audit))
            ? null
            : Problem.Forbidden(
                $"the creator of the body as its claim sub or in {Caller.CreatorsClaim}, or with the scope "
                    + Scopes.WriteVideos
            );

    private static async Task<Result<ChangeResponse>> ApplyAsync(
        StreamTransaction change,
        Import import,
        CancellationToken cancellation
    )
    {
        var locked = await change.LockAsync(StreamId.OfCreator(import.Creator), cancellation);
        if (!locked.Succeeded(out var stream, out var erased))
            return erased;
        if (import.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        // Under the lock: what was judged stands until the change is made.
        if (!(await JudgeAsync(change, import, stream.Stamp, cancellation)).Succeeded(out var judged, out var refused))
            return refused;
        var altered = 0;
        if (judged.Plan.Changes is { Count: > 0 } changes)
        {
            var request = new SettingsRequest(import.Creator, changes, import.Preconditions, import.Request.Reason)
            {
                IsBulk = true,
            };
            var by = import.Caller.Author(import.Creator, import.Request.Reason);
            if (
                !(await SettingsMaker.MakeAsync(change, stream, request, by, cancellation)).Succeeded(
                    out var made,
                    out refused
                )
            )
                return judged.InRows(refused);
            altered = made.Count;
        }
        return judged.AnswerOf(stream.Version - (altered > 0 ? 0 : 1), altered);
    }

    private static async Task<Result<ChangeResponse>> ShowAsync(
        StreamTransaction change,
        Import import,
        CancellationToken cancellation
    )
    {
        var (now, streams) = await StreamStore.ReadAsync(change, [import.Creator], cancellation);
        var stream = streams.GetValueOrDefault(import.Creator);
        if (stream.IsErased)
            return LockedStream.Erased;
        if (import.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        var judged = await JudgeAsync(change, import, new(stream.Version + 1, now), cancellation);
        return judged.Succeeded(out var shown, out var refused) ? shown.AnswerOf(stream.Version, altered: 0) : refused;
    }

    private static async Task<Result<ChangeResponse>> ProposeAsync(
        StreamTransaction change,
        Import import,
        CancellationToken cancellation
    )
    {
        var (now, streams) = await StreamStore.ReadAsync(change, [import.Creator], cancellation);
        if (!streams.TryGetValue(import.Creator, out var stream))
            return new Failure(
                FailureCode.NotFound,
                Problem.NotFoundDetail("creator", "one who has a registered video or settings")
            );
        if (stream.IsErased)
            return LockedStream.Erased;
        if (import.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        if (
            !(await JudgeAsync(change, import, new(stream.Version + 1, now), cancellation)).Succeeded(
                out var judged,
                out var refused
            )
        )
            return refused;
        var told = NotificationFactory.ImportProposed(import.Creator, import.Caller.Client, judged.Proposed).ToList();
        if (
            told.Count > 0
            && await InboxStore.CountUnreadAsync(
                change,
                import.Creator,
                NotificationKind.ImportProposed,
                MaxUnread,
                cancellation
            ) + told.Count
                > MaxUnread
        )
            return new Failure(
                FailureCode.TooMany,
                $"The creator has not read {MaxUnread} notifications with proposals, or would have more; send further "
                    + "ones when they have read some."
            );
        told.ForEach(change.TellAlone);
        return judged.AnswerOf(stream.Version, altered: 0);
    }

    private static async Task<Result<JudgedImport>> JudgeAsync(
        StreamTransaction change,
        Import import,
        Stamp stamp,
        CancellationToken cancellation
    )
    {
        var vocabulary = await VocabularyStore.ReadAsync(change, cancellation);
        var reader = new ImportRowReader(change, import.Creator, vocabulary, import.Contact, import.Validator);
        var rows = await reader.ReadAsync(import.Request.Rows!, cancellation);
        var proposals = rows.SelectMany(row => row.Proposals).ToList();
        if (proposals.Count > MaxSettings)
            return new Failure(
                FailureCode.TooMany,
                $"The rows ask for {proposals.Count} settings; send fewer rows, for at most {MaxSettings} settings.",
                "rows"
            );
        var standing = await StandingStore.ReadAsync(change, import.Creator, proposals, cancellation);
        var plan = ImportPlan.Make(
            proposals,
            standing,
            vocabulary,
            stamp,
            takesWidening: import.Request.ConfirmWidening == true
        );
        var denies = plan
            .Proposals.Where(one => one is { Failure: null, Proposal.Effect: Effect.Deny })
            .Select(one => one.Proposal.Key)
            .ToList();
        var touched = import.MaySee
            ? await GrantStore.ReadTouchedAsync(change, import.Creator, denies, stamp.At, toAlter: false, cancellation)
            : [];
        return new JudgedImport(import, rows, plan, touched, stamp.At);
    }

    /// <summary>An import as it was asked for.</summary>
    private sealed record Import(
        CreatorId Creator,
        ImportRequest Request,
        Preconditions Preconditions,
        Caller Caller,
        IValidator<ImportRow> Validator,
        Domain.Signals.SignalContact? Contact
    )
    {
        public bool IsOwn => Caller.Manages(Creator.Value);

        public bool MaySee => Caller.MayRead(Creator);
    }

    /// <summary>What becomes of each row.</summary>
    private sealed record JudgedImport(
        Import Import,
        IReadOnlyList<ReadRow> Rows,
        ImportPlan Plan,
        IReadOnlyList<StoredGrant> Touched,
        Instant Now
    )
    {
        /// <summary>What the creator is told of: what would alter something.</summary>
        public IReadOnlyCollection<SetSetting> Proposed =>
            [
                .. Plan
                    .Proposals.Where(one => one.Direction is Direction.Restricts or Direction.Widens)
                    .DistinctBy(one => one.Proposal.Key)
                    .Select(one => one.Change!),
            ];

        public ChangeResponse AnswerOf(long version, int altered)
        {
            var next = 0;
            var rows = new List<ImportedRowBody>();
            foreach (var (wanted, row) in Import.Request.Rows!.Zip(Rows))
            {
                var judged = Plan.Proposals.Skip(next).Take(row.Proposals.Count).ToList();
                next += row.Proposals.Count;
                var failure = judged.Select(one => one.Failure).FirstOrDefault(one => one is not null);
                rows.Add(
                    new(
                        wanted.Line,
                        [.. judged.Where(one => one.Failure is null).Select(BodyOf)],
                        failure is null ? row.Error : new(failure.Code, failure.Detail, Line: null, Column: null)
                    )
                );
            }
            return new(
                new ImportBody(
                    Import.Creator.Value,
                    Import.Request.DryRun == true,
                    Import.MaySee ? version : null,
                    altered,
                    rows
                )
            );
        }

        /// <summary>A refusal of the change, as one of the rows that ask for it.</summary>
        public Failure InRows(Failure failure)
        {
            var rowOf = Rows.SelectMany((row, at) => row.Proposals.Select(_ => at)).ToList();
            var taken = Plan.Proposals.Select((one, at) => (one, at)).Where(one => one.one.IsTaken).ToList();
            Failure Named(Failure one) =>
                one.Field is { } field
                && field.StartsWith("changes[", StringComparison.Ordinal)
                && int.TryParse(field.AsSpan(8, field.IndexOf(']', StringComparison.Ordinal) - 8), out var change)
                    ? one with
                    {
                        Field =
                            $"rows[{rowOf[taken[change].at]}]{field[(field.IndexOf(']', StringComparison.Ordinal) + 1)..]}",
                    }
                    : one;
            return Named(failure) with { Further = [.. failure.Further.Select(Named)] };
        }

        private ImportedSettingBody BodyOf(JudgedProposal one)
        {
            var (key, change) = (one.Proposal.Key, one.Change!);
            var ended = Touched
                .Where(grant => one.Proposal.Effect == Effect.Deny && Grant.IsTouchedBy(key, grant.Grant.Place))
                .ToList();
            return new(
                key.Video is { } video ? VideoName.From(video) : null,
                key.Purpose.Name,
                key.Requester?.Value,
                change.Effect,
                (Import.MaySee ? change.Conditions : one.Proposal.Conditions ?? Conditions.None).Words(),
                Import.MaySee ? change.ExpiresAt : one.Proposal.ExpiresAt,
                OutcomeOf(one),
                Import.MaySee ? one.Direction : null,
                Import.MaySee
                    ? new(
                        ended.Count,
                        [.. ended.Take(ImportedSettingBody.GrantsNamed).Select(grant => GrantBody.From(grant, Now))]
                    )
                    : null
            );
        }

        // Who may not see what stands is not told what of it stands.
        private ImportOutcome OutcomeOf(JudgedProposal one)
        {
            var proposes = !Import.IsOwn && (Import.Request.DryRun != true || Import.Caller.Has(Scopes.WriteVideos));
            if (proposes)
                return Import.MaySee && one.Direction == Direction.Unchanged
                    ? ImportOutcome.Standing
                    : ImportOutcome.Proposed;
            if (one.IsTaken && !one.Stands)
                return ImportOutcome.Applied;
            return one.Direction == Direction.Widens && Import.Request.ConfirmWidening != true
                ? ImportOutcome.LeftOut
                : ImportOutcome.Standing;
        }
    }
}
