using System.Data;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Everything that a creator has said, apart from single videos.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream; 0 for a creator never heard of.</param>
/// <param name="SettingsVersion">The version of the settings, for <c>If-Match</c>: the ETag, or the part of it before a
/// dot.</param>
/// <param name="ChangedAt">When the stream last changed; null if it never did.</param>
/// <param name="ErasedAt">When the creator was erased; null if they were not.</param>
/// <param name="Defaults">All defaults, by purpose and requester; at most 10,000 of them allow or ask.</param>
/// <param name="Lockdown">The creator's emergency stop; null if none stands.</param>
/// <param name="Hold">The operator's stop; null if none stands.</param>
/// <param name="Overrides">How many overrides there are, for the creator's own videos and others'.</param>
public sealed record ConsentBody(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    [property: AtLeast(0)] long SettingsVersion,
    Instant? ChangedAt,
    Instant? ErasedAt,
    IReadOnlyList<SettingBody> Defaults,
    StopBody? Lockdown,
    StopBody? Hold,
    [property: AtLeast(0)] long Overrides
);

/// <summary>
/// Reads a creator's settings. Defaults, stops and the number of overrides are of one moment; a creator never heard of
/// reads as version 0.
/// </summary>
/// <remarks>
/// The <c>ETag</c> changes with everything that the answer shows. It is the settings version, as <c>"3"</c>, while
/// <c>version</c> is the same number. Otherwise it is both, as <c>"3.7"</c>. <c>If-Match</c> takes either, and looks at
/// the settings version alone. With <c>asOf</c>, as they were at a past moment; of an erased creator only what holds
/// since the erasure is known.
/// </remarks>
internal static class GetConsent
{
    public static async Task<Results<Ok<ConsentBody>, StatusCodeHttpResult, Problem>> Handle(
        CreatorId creatorId,
        Instant? asOf,
        HttpContext http,
        SnapshotReader reading,
        Database database,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        if (asOf is { } at)
        {
            var past = await PastConsent.ReadAsync(database, keys, creatorId, at, cancellation);
            return past.Succeeded(out var then, out var failure) ? TypedResults.Ok(then) : Problem.From(failure);
        }
        await using var snapshot = await reading.OpenAsync(cancellation);
        var db = snapshot.Db;
        var creator = await ListQueries.Creator(db, creatorId.Value).SingleOrDefaultAsync(cancellation);
        var defaults = await SettingsStore.ReadDefaultsAsync(db, creatorId, cancellation);
        var overrides = await db.Overrides.LongCountAsync(row => row.Creator == creatorId.Value, cancellation);

        var etag = SettingsETag.Create(creator?.SettingsVersion ?? 0, creator?.Version ?? 0);
        http.Response.Headers.ETag = etag.ToString();
        if (
            EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch.ToArray()!, out var seen)
            && seen.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(etag, useStrongComparison: false))
        )
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        return TypedResults.Ok(
            new ConsentBody(
                creatorId.Value,
                creator?.Version ?? 0,
                creator?.SettingsVersion ?? 0,
                creator?.ChangedAt,
                creator?.ErasedAt,
                [.. defaults.Select(setting => SettingBody.From(setting.Key, setting.Value))],
                StopBody.From(
                    StopColumns.ToStop(creator?.LockdownPurposes, creator?.LockdownVersion, creator?.LockdownAt)
                ),
                StopBody.From(StopColumns.ToStop(creator?.HoldPurposes, creator?.HoldVersion, creator?.HoldAt)),
                overrides
            )
        );
    }
}
