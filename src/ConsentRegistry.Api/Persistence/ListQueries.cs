using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What lists ask, translated once for the life of the host. Pages begin after the last row of the page before, and
/// compare whole keys, so that each is read from the primary key's index.
/// </summary>
internal static class ListQueries
{
    /// <summary>A creator's row; none for one never heard of.</summary>
    public static readonly Func<RegistryContext, string, IAsyncEnumerable<CreatorRow>> Creator = EF.CompileAsyncQuery(
        (RegistryContext db, string creator) => db.Creators.Where(row => row.Id == creator)
    );

    /// <summary>All defaults of a creator, by purpose and requester.</summary>
    public static readonly Func<RegistryContext, string, IAsyncEnumerable<DefaultRow>> Defaults = EF.CompileAsyncQuery(
        (RegistryContext db, string creator) =>
            db
                .Defaults.Where(row => row.Creator == creator)
                .OrderBy(row => row.Purpose)
                .ThenBy(row => row.Requester)
                .AsQueryable()
    );

    /// <summary>A page of a creator's overrides, after this owner, video, purpose and requester.</summary>
    public static readonly Func<
        RegistryContext,
        string,
        string,
        string,
        string,
        string,
        int,
        IAsyncEnumerable<OverrideRow>
    > Overrides = EF.CompileAsyncQuery(
        (RegistryContext db, string creator, string owner, string video, string purpose, string requester, int count) =>
            db
                .Overrides.Where(row =>
                    row.Creator == creator
                    && EF.Functions.GreaterThan(
                        ValueTuple.Create(row.Owner, row.Video, row.Purpose, row.Requester),
                        ValueTuple.Create(owner, video, purpose, requester)
                    )
                )
                .OrderBy(row => row.Owner)
                .ThenBy(row => row.Video)
                .ThenBy(row => row.Purpose)
                .ThenBy(row => row.Requester)
                .Take(count)
    );

    /// <summary>A page of the ids of an owner's videos, after this one and before that one.</summary>
    public static readonly Func<RegistryContext, string, string, string, int, IAsyncEnumerable<string>> Videos =
        EF.CompileAsyncQuery(
            (RegistryContext db, string owner, string after, string before, int count) =>
                db
                    .Videos.Where(row =>
                        row.Owner == owner
                        && string.Compare(row.Video, after) > 0
                        && string.Compare(row.Video, before) < 0
                    )
                    .OrderBy(row => row.Video)
                    .Select(row => row.Video)
                    .Take(count)
        );

    /// <summary>As <see cref="Videos"/>, of those only for which the owner has an override.</summary>
    public static readonly Func<
        RegistryContext,
        string,
        string,
        string,
        int,
        IAsyncEnumerable<string>
    > VideosWithOverride = EF.CompileAsyncQuery(
        (RegistryContext db, string owner, string after, string before, int count) =>
            db
                .Videos.Where(row =>
                    row.Owner == owner
                    && string.Compare(row.Video, after) > 0
                    && string.Compare(row.Video, before) < 0
                    && db.Overrides.Any(other =>
                        other.Creator == owner && other.Owner == owner && other.Video == row.Video
                    )
                )
                .OrderBy(row => row.Video)
                .Select(row => row.Video)
                .Take(count)
    );

    /// <summary>A page of whom a creator keeps from asking, after this requester.</summary>
    public static readonly Func<RegistryContext, string, string, int, IAsyncEnumerable<BlockRow>> Blocks =
        EF.CompileAsyncQuery(
            (RegistryContext db, string creator, string after, int count) =>
                db
                    .Blocks.Where(row => row.Creator == creator && string.Compare(row.Requester, after) > 0)
                    .OrderBy(row => row.Requester)
                    .Take(count)
        );
}
