using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using Npgsql;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Which of the uses that concern a creator are meant.</summary>
internal sealed record UseFilter(CreatorId Creator, string? Video, Purpose? Purpose, Requester? Requester, TimeRange Range)
{
    /// <summary>The query parameters.</summary>
    public static readonly string[] Query = ["videoId", "purpose", "requester", "from", "to"];

    /// <summary>The tables and conditions of a statement.</summary>
    public string Sql
    {
        get
        {
            var sql = new StringBuilder(
                """
                FROM consent.use_concern c JOIN consent.usage u ON u.id = c.usage JOIN consent.used_video v ON v.usage = c.usage AND v.place = c.place
                WHERE c.creator = @creator AND u.recorded_at >= @from AND u.recorded_at < @to
                """);
            if (Video is not null)
                sql.Append(" AND v.video = @video");
            if (Purpose is not null)
                sql.Append(" AND u.purpose = @purpose");
            if (Requester is not null)
                sql.Append(" AND u.requester = @requester");
            return sql.ToString();
        }
    }

    public void Bind(NpgsqlParameterCollection parameters)
    {
        parameters.AddWithValue("creator", Creator.Value);
        parameters.AddWithValue("from", Range.From == Instant.Beginning ? DateTime.UnixEpoch : Range.From.ToDateTime());
        parameters.AddWithValue("to", Range.To == Instant.Never ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) : Range.To.ToDateTime());
        if (Video is not null)
            parameters.AddWithValue("video", Video);
        if (Purpose is { } purpose)
            parameters.AddWithValue("purpose", purpose.Name);
        if (Requester is { } requester)
            parameters.AddWithValue("requester", requester.Value);
    }
}
