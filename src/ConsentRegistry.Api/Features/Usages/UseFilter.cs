using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using Npgsql;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Which of the uses that concern a creator are meant.</summary>
internal sealed record UseFilter(
    CreatorId Creator,
    string? Video,
    string? Owner,
    Purpose? Purpose,
    Requester? Requester,
    TimeRange Range
)
{
    /// <summary>The query parameters.</summary>
    public static readonly QueryParameter[] Query =
    [
        UseParameters.Video,
        UseParameters.Owner,
        UseParameters.Purpose,
        UseParameters.Requester,
        UseParameters.From,
        UseParameters.To,
    ];

    /// <summary>
    /// How far a use's id, which begins with the time, may be from its recording: it is drawn in the same transaction,
    /// in which no statement waits longer.
    /// </summary>
    private const long IdsBesideMs = 2 * Database.StatementSeconds * 1_000;

    /// <summary>The table and conditions of a statement.</summary>
    public string Sql
    {
        get
        {
            var sql = new StringBuilder(
                """
                FROM consent.use_concern c
                WHERE c.creator = @creator AND c.usage >= @first AND c.usage <= @last AND c.recorded_at >= @from
                    AND c.recorded_at < @to
                """
            );
            if (Video is not null || Owner is not null)
                sql.Append(" AND c.owner = @owner");
            if (Video is not null)
                sql.Append(" AND c.video = @video");
            if (Purpose is not null)
                sql.Append(" AND c.purpose = @purpose");
            if (Requester is not null)
                sql.Append(" AND c.requester = @requester");
            return sql.ToString();
        }
    }

    public void Bind(NpgsqlParameterCollection parameters)
    {
        parameters.AddWithValue("creator", Creator.Value);
        parameters.AddWithValue("from", Range.From == Instant.Beginning ? DateTime.UnixEpoch : Range.From.ToDateTime());
        parameters.AddWithValue(
            "to",
            Range.To == Instant.Never
                ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
                : Range.To.ToDateTime()
        );
        parameters.AddWithValue("first", IdAt(Range.From, -IdsBesideMs));
        parameters.AddWithValue("last", IdAt(Range.To, IdsBesideMs));
        if (Video is not null || Owner is not null)
            parameters.AddWithValue("owner", Owner ?? Creator.Value);
        if (Video is not null)
            parameters.AddWithValue("video", Video);
        if (Purpose is { } purpose)
            parameters.AddWithValue("purpose", purpose.Name);
        if (Requester is { } requester)
            parameters.AddWithValue("requester", requester.Value);
    }

    // An id of version 7 begins with 48 bits of milliseconds since 1970. What follows is no matter here: the bounds are
    // generous.
    private static Guid IdAt(Instant moment, long besideMs)
    {
        const long latest = (1L << 48) - 1;
        var milliseconds = Math.Clamp(Math.Clamp(moment.Microseconds / 1_000, 0, latest) + besideMs, 0, latest);
        return new((int)(milliseconds >> 16), (short)milliseconds, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
