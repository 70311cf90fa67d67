using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Notifications;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Erasure;

/// <summary>A creator to be erased.</summary>
/// <param name="Reason">Why. It stays in the history, so it should name nobody; at most 1,000 characters.</param>
public sealed record EraseRequest([property: Required] [property: Text] string? Reason);

/// <summary>A creator who was erased.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream: its last.</param>
/// <param name="ErasedAt">When.</param>
/// <param name="Changes">How many events the erasure made; 0 if the creator was erased before.</param>
public sealed record ErasedBody(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    Instant ErasedAt,
    [property: AtLeast(0)] int Changes
) : ChangeAnswer;

/// <summary>
/// Erases a creator for good. Every check on them is denied at once; their settings, videos and what their history says
/// are deleted.
/// </summary>
/// <remarks>
/// The history keeps a leaf of every event, which names nobody, so that the log stays provable. What other creators'
/// records say of this one, as a participant or a source, is theirs and stays. Nothing can be changed for the creator
/// any more: 409. docs/reference/log-format.md lists what stays, and why.
/// </remarks>
internal static class EraseCreator
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Body<EraseRequest> body,
        ChangePipeline pipeline,
        IdentifierKeys keys,
        HttpContext http
    ) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) =>
                EraseAsync(
                    change,
                    creatorId,
                    keys.Newest,
                    Caller.From(http).Author(creatorId, body.Value.Reason),
                    cancellation
                ),
            LockTimeout.EmergencyStop
        );

    private static async Task<Result<ChangeResponse>> EraseAsync(
        StreamTransaction change,
        CreatorId creator,
        IdentifierKey? key,
        Authorship by,
        CancellationToken cancellation
    )
    {
        var id = StreamId.OfCreator(creator);
        var stream = (await change.LockAsync([id], cancellation))[id];
        if (stream.ErasedAt is { } before)
            return new ChangeResponse(new ErasedBody(creator.Value, stream.Version - 1, before, Changes: 0));

        var carried = await ErasedIdentifierStore.ReadCarriedAsync(change, creator, cancellation);
        if (carried.Count > 0 && key is null)
            return new Failure(
                ProblemCode.Unavailable,
                "This node lacks the key of identifiers' hashes, without which an erasure could widen consent; send the "
                    + "request to another node."
            );
        IReadOnlyList<ErasedIdentifiers> kept = carried.Count == 0 ? [] : ErasedIdentifiers.Hash(key!, carried);
        foreach (var part in kept)
            await ErasedIdentifierStore.KeepAsync(change, creator, part, cancellation);
        var covered = await EventStore.ListForErasureAsync(change, id, cancellation);
        var records = Enumerable
            .Range(0, Math.Max(covered.Length, kept.Count))
            .Select(i =>
                Records.CreatorErased(
                    stream.Tx,
                    i < covered.Length ? covered[i] : new([], []),
                    kept.ElementAtOrDefault(i)
                )
            )
            .ToList();
        var grants = await DeleteGrantsAsync(change, creator, cancellation);
        await DeliveryStore.HoldRelayAsync(change, cancellation);
        foreach (var sql in Deletions)
        {
            await using var command = change.Command(sql);
            command.Parameters.AddWithValue("creator", creator.Value);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        await PseudonymStore.ForgetAsync(change, creator, cancellation);
        await change.AppendAsync(stream, records, by, altersSettings: true, cancellation);
        change.Notify(NotificationFactory.OfErasure(stream, creator));
        foreach (
            var notice in NotificationFactory.OfErasure(
                stream,
                creator,
                grants.Where(grant => grant.Grant.Stands(stream.Tx))
            )
        )
            change.Notify(notice);
        return new ChangeResponse(new ErasedBody(creator.Value, stream.Version, stream.Tx, records.Count));
    }

    private static async Task<List<StoredGrant>> DeleteGrantsAsync(
        StreamTransaction change,
        CreatorId creator,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"DELETE FROM consent.consent_grant WHERE creator = @creator RETURNING {GrantColumns.All}"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        return await GrantStore.ReadAsync(command, cancellation);
    }

    // The creator's row stays as a tombstone that denies.
    private static readonly IReadOnlyList<string> Deletions =
    [
        """
            UPDATE consent.creator SET erased_at = changed_at, lockdown_purposes = NULL, lockdown_version = NULL,
                lockdown_at = NULL,
                hold_purposes = NULL, hold_version = NULL, hold_at = NULL
            WHERE id = @creator
            """,
        "DELETE FROM consent.creator_default WHERE creator = @creator",
        "DELETE FROM consent.video_override WHERE creator = @creator",
        "DELETE FROM consent.video WHERE owner = @creator",
        // What somebody else is asked beside them stays, for it is of their streams.
        """
            WITH own AS (DELETE FROM consent.approval_part WHERE creator = @creator RETURNING request)
            DELETE FROM consent.approval_request r USING own
            WHERE r.id = own.request AND NOT EXISTS (SELECT FROM consent.approval_part p WHERE p.request = r.id
                AND p.creator <> @creator)
            """,
        "DELETE FROM consent.use_concern WHERE creator = @creator",
        // What requesters said to recalls may name the creator. The rows are locked in one order, for another erasure
        // may want the same.
        """
            WITH theirs AS MATERIALIZED (
                SELECT r.id FROM consent.recall r JOIN consent.recall_concern c ON c.recall = r.id
                    WHERE c.creator = @creator ORDER BY r.id FOR UPDATE OF r)
            UPDATE consent.recall r SET statement = NULL, statement_key = NULL, creator = nullif(r.creator, @creator)
                FROM theirs
            WHERE r.id = theirs.id AND (r.statement IS NOT NULL OR r.creator = @creator)
            """,
        // Whoever still uses an erased owner's video is to be found.
        "DELETE FROM consent.recall_concern c USING consent.recall r WHERE c.creator = @creator AND r.id = c.recall "
            + "AND r.owner <> @creator",
        "DELETE FROM consent.asking_block WHERE creator = @creator",
        // What is being handed on is waited for here, and found below. The order is that in which others lock: outbox,
        // webhook, delivery.
        $"DELETE FROM consent.outbox WHERE creator = @creator OR ({ToNobodyAbout})",
        "DELETE FROM consent.webhook WHERE audience = 'creator' AND owner = @creator",
        "DELETE FROM consent.notification WHERE creator = @creator",
        $"DELETE FROM consent.notification WHERE {ToNobodyAbout}",
    ];

    // What is in no creator's inbox and names this one. A recall stays until it is too old: it tells a requester what
    // to stop.
    private static string ToNobodyAbout =>
        $"""creator IS NULL AND coalesce(data -> 'video' ->> 'creatorId', data ->> 'creatorId') COLLATE "C" = @creator AND kind <> '{NotificationKind.Recall.Word()}'""";
}

internal sealed class EraseValidator : AbstractValidator<EraseRequest>
{
    public EraseValidator() =>
        RuleFor(request => request.Reason).MustBeGiven("why the creator is to be erased").MustBeText();
}
