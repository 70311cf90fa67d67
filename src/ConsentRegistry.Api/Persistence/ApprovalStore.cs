using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Purposes;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>An approval request as its row holds it.</summary>
/// <param name="Id">The request.</param>
/// <param name="Wanted">What is asked for.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">Until when it can be answered.</param>
/// <param name="Asked">How many creators were asked; the parts of those who were erased since are gone.</param>
internal sealed record StoredRequest(Guid Id, WantedUse Wanted, Instant CreatedAt, Instant ExpiresAt, int Asked);

/// <summary>One creator's part in a request, with what they granted.</summary>
/// <param name="Creator">The creator.</param>
/// <param name="Record">The part.</param>
/// <param name="Grants">The grants that it led to.</param>
internal sealed record StoredPart(CreatorId Creator, ApprovalRecord Record, IReadOnlyList<StoredGrant> Grants);

/// <summary>Reads and writes approval requests.</summary>
internal static class ApprovalStore
{
    private const string RequestColumns =
        "r.id, r.requester, r.owner, r.video, r.purpose, r.use, r.until, r.uses, r.created_at, r.expires_at, r.asked";

    private const int RequestCount = 11;

    private const string PartColumns = "p.creator, p.owners, p.videos, p.state, p.reason, p.version, p.changed_at";

    /// <summary>Why the creators cannot be asked this now; null if they can. Their streams are locked.</summary>
    public static async Task<PriorRequests> ReadPriorAsync(
        StreamTransaction change,
        WantedUse wanted,
        string[] creators,
        Instant now,
        AskingLimits limits,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT
                EXISTS (SELECT FROM consent.asking_block WHERE creator = ANY(@creators) AND requester = @requester),
                EXISTS (
                    SELECT FROM consent.approval_part p JOIN consent.approval_request r ON r.id = p.request
                    WHERE p.creator = ANY(@creators) AND p.state = 'open' AND r.expires_at > @now
                        AND r.requester = @requester AND r.owner = @owner AND r.video = @video
                            AND r.purpose = @purpose),
                EXISTS (
                    SELECT FROM consent.approval_part p JOIN consent.approval_request r ON r.id = p.request
                    WHERE p.creator = ANY(@creators) AND p.state = 'refused' AND p.changed_at > @since
                        AND r.requester = @requester AND r.owner = @owner AND r.video = @video
                        AND (r.purpose = @purpose OR starts_with(r.purpose, @purpose || '.')
                            OR starts_with(@purpose, r.purpose || '.'))),
                (SELECT coalesce(max(own), 0) FROM (
                    SELECT count(*) AS own FROM consent.approval_part p JOIN consent.approval_request r
                        ON r.id = p.request
                    WHERE p.creator = ANY(@creators) AND p.state IN ('open', 'withdrawn') AND r.created_at > @asked
                        AND r.requester = @requester GROUP BY p.creator) AS counts),
                (SELECT coalesce(max(everybodys), 0) FROM (
                    SELECT count(*) AS everybodys FROM consent.approval_part p JOIN consent.approval_request r
                        ON r.id = p.request
                    WHERE p.creator = ANY(@creators) AND p.state = 'open' AND r.expires_at > @now
                        GROUP BY p.creator) AS counts)
            """
        );
        command.Parameters.AddWithValue("creators", creators);
        command.Parameters.AddWithValue("requester", wanted.Requester.Value);
        command.Parameters.AddWithValue("owner", wanted.UsedIn.Creator.Value);
        command.Parameters.AddWithValue("video", wanted.UsedIn.Video.Value);
        command.Parameters.AddWithValue("purpose", wanted.Purpose.Name);
        command.Parameters.AddWithValue("now", now.ToDateTime());
        command.Parameters.AddWithValue("asked", now.Plus(-TimeSpan.FromDays(limits.OpenDays)).ToDateTime());
        command.Parameters.AddWithValue("since", now.Plus(-TimeSpan.FromDays(limits.RefusedDays)).ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(
            reader.GetBoolean(0),
            reader.GetBoolean(1),
            reader.GetBoolean(2),
            reader.GetInt64(3),
            reader.GetInt64(4)
        );
    }

    /// <summary>How many grants of a creator stand.</summary>
    public static async Task<long> CountStandingAsync(
        StreamTransaction change,
        CreatorId creator,
        Instant now,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT count(*) FROM consent.consent_grant WHERE creator = @creator AND state = 'standing' "
                + "AND (expires_at IS NULL OR expires_at > @now)"
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("now", now.ToDateTime());
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Inserts a request and its parts.</summary>
    public static async Task InsertAsync(
        StreamTransaction change,
        StoredRequest request,
        IReadOnlyCollection<StoredPart> parts,
        CancellationToken cancellation
    )
    {
        await using (
            var command = change.Command(
                """
                INSERT INTO consent.approval_request (id, requester, owner, video, purpose, use, until, uses,
                    created_at, expires_at, asked)
                VALUES (@id, @requester, @owner, @video, @purpose, @use, @until, @uses, @created_at, @expires_at,
                    @asked)
                """
            )
        )
        {
            var wanted = request.Wanted;
            command.Parameters.AddWithValue("id", request.Id);
            command.Parameters.AddWithValue("requester", wanted.Requester.Value);
            command.Parameters.AddWithValue("owner", wanted.UsedIn.Creator.Value);
            command.Parameters.AddWithValue("video", wanted.UsedIn.Video.Value);
            command.Parameters.AddWithValue("purpose", wanted.Purpose.Name);
            command.Parameters.AddWithValue("use", wanted.Use);
            command.Parameters.Add(
                new("until", NpgsqlDbType.TimestampTz) { Value = (object?)wanted.Until?.ToDateTime() ?? DBNull.Value }
            );
            command.Parameters.Add(new("uses", NpgsqlDbType.Integer) { Value = (object?)wanted.Uses ?? DBNull.Value });
            command.Parameters.AddWithValue("created_at", request.CreatedAt.ToDateTime());
            command.Parameters.AddWithValue("expires_at", request.ExpiresAt.ToDateTime());
            command.Parameters.AddWithValue("asked", request.Asked);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        // No id holds the separator.
        await change.WriteAsync(
            """
            INSERT INTO consent.approval_part (creator, request, owners, videos, state, version, changed_at)
            SELECT n.creator, @request, string_to_array(n.owners, '/'), string_to_array(n.videos, '/'), n.state,
                n.version, n.changed_at
            FROM unnest(@creators, @owners, @videos, @states, @versions, @times) AS n(creator, owners, videos, state,
                version, changed_at)
            """,
            parts,
            (parameters, some) =>
            {
                parameters.AddWithValue(
                    "owners",
                    some.Select(part => string.Join('/', part.Record.Videos.Select(video => video.Creator))).ToArray()
                );
                parameters.AddWithValue(
                    "videos",
                    some.Select(part => string.Join('/', part.Record.Videos.Select(video => video.Video))).ToArray()
                );
                Bind(parameters, request.Id, some);
            },
            cancellation
        );
    }

    /// <summary>Writes what became of parts of a request.</summary>
    public static Task UpdateAsync(
        StreamTransaction change,
        Guid request,
        IReadOnlyCollection<StoredPart> parts,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            UPDATE consent.approval_part p SET state = n.state, reason = n.reason, version = n.version,
                changed_at = n.changed_at
            FROM unnest(@creators, @states, @reasons, @versions, @times) AS n(creator, state, reason, version,
                changed_at)
            WHERE p.creator = n.creator AND p.request = @request
            """,
            parts,
            (parameters, some) =>
            {
                parameters.Add(
                    new("reasons", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = some.Select(part => part.Record.Reason).ToArray(),
                    }
                );
                Bind(parameters, request, some);
            },
            cancellation
        );

    /// <summary>A request and its parts; null if there is none of that id.</summary>
    /// <param name="change">The change, or what only reads.</param>
    /// <param name="id">The request.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="toAnswer">
    /// Whether nobody else may answer meanwhile: of two who answer at once, the second sees the first's answer.
    /// </param>
    public static async Task<(StoredRequest Request, IReadOnlyList<StoredPart> Parts)?> FindAsync(
        StreamTransaction change,
        Guid id,
        CancellationToken cancellation,
        bool toAnswer = false
    )
    {
        await using var command = change.Command(
            $"SELECT {RequestColumns} FROM consent.approval_request r WHERE r.id = @id {(toAnswer ? "FOR UPDATE" : "")}"
        );
        command.Parameters.AddWithValue("id", id);
        StoredRequest? request;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
            request = await reader.ReadAsync(cancellation) ? ReadRequest(reader) : null;
        return request is null ? null : (request, await ReadPartsAsync(change, request, cancellation));
    }

    /// <summary>The parts of a request, by creator.</summary>
    public static async Task<IReadOnlyList<StoredPart>> ReadPartsAsync(
        StreamTransaction change,
        StoredRequest request,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"SELECT {PartColumns} FROM consent.approval_part p WHERE p.request = @id ORDER BY p.creator"
        );
        command.Parameters.AddWithValue("id", request.Id);
        var parts = new List<StoredPart>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                parts.Add(ReadPart(reader, 0, request));
        }
        await using var granted = change.Command(
            $"SELECT {GrantColumns.All}, creator FROM consent.consent_grant WHERE request = ANY(@ids) ORDER BY id"
        );
        granted.Parameters.AddWithValue("ids", new[] { request.Id });
        return await WithGrantsAsync(parts.ConvertAll(part => (request, part)), granted, cancellation) is var found
            ? [.. found.Select(one => one.Part)]
            : [];
    }

    /// <summary>Takes requests that a creator has not answered and that end soon, each once.</summary>
    public static async Task<IReadOnlyList<(StoredRequest Request, CreatorId Creator)>> TakeEndingAsync(
        StreamTransaction change,
        TimeSpan within,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"""
            WITH ending AS (
                SELECT p.creator, p.request FROM consent.approval_part p JOIN consent.approval_request r
                    ON r.id = p.request
                WHERE p.state = 'open' AND NOT p.warned AND r.expires_at > now() AND r.expires_at <= now() + @within
                LIMIT @limit FOR UPDATE OF p SKIP LOCKED),
            told AS (
                UPDATE consent.approval_part p SET warned = true FROM ending e WHERE p.creator = e.creator
                    AND p.request = e.request RETURNING p.creator, p.request)
            SELECT {RequestColumns}, t.creator FROM told t JOIN consent.approval_request r ON r.id = t.request
            """
        );
        command.Parameters.AddWithValue("within", within);
        command.Parameters.AddWithValue("limit", limit);
        var ending = new List<(StoredRequest, CreatorId)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            ending.Add((ReadRequest(reader), CreatorId.Parse(reader.GetString(RequestCount))));
        return ending;
    }

    /// <summary>Takes grants that stand and end soon, each once.</summary>
    public static async Task<IReadOnlyList<(StoredGrant Grant, CreatorId Creator)>> TakeEndingGrantsAsync(
        StreamTransaction change,
        TimeSpan within,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"""
            WITH soon(ending) AS (
                SELECT id FROM consent.consent_grant
                WHERE state = 'standing' AND NOT warned AND expires_at > now() AND expires_at <= now() + @within
                ORDER BY expires_at LIMIT @limit FOR UPDATE SKIP LOCKED)
            UPDATE consent.consent_grant SET warned = true FROM soon WHERE id = ending
                RETURNING {GrantColumns.All}, creator
            """
        );
        command.Parameters.AddWithValue("within", within);
        command.Parameters.AddWithValue("limit", limit);
        var taken = new List<(StoredGrant, CreatorId)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            taken.Add((GrantColumns.Read(reader, 0), CreatorId.Parse(reader.GetString(GrantColumns.Count))));
        return taken;
    }

    /// <summary>A requester's requests, newest first, with all their parts.</summary>
    public static async Task<IReadOnlyList<(StoredRequest Request, IReadOnlyList<StoredPart> Parts)>> ListOfAsync(
        NpgsqlDataSource database,
        Requester requester,
        Guid before,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT {RequestColumns}, {PartColumns} FROM (
                SELECT * FROM consent.approval_request WHERE requester = @requester AND id < @before ORDER BY id DESC
                    LIMIT @limit) AS r
            JOIN consent.approval_part p ON p.request = r.id ORDER BY r.id DESC, p.creator
            """
        );
        command.Parameters.AddWithValue("requester", requester.Value);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", limit);
        var found = await ReadAsync(database, command, cancellation);
        return
        [
            .. found
                .GroupBy(one => one.Request.Id)
                .Select(one => (one.First().Request, (IReadOnlyList<StoredPart>)[.. one.Select(each => each.Part)])),
        ];
    }

    /// <summary>What a creator is or was asked, newest first; open ones alone, if that is what is wanted.</summary>
    public static async Task<IReadOnlyList<(StoredRequest Request, StoredPart Part)>> ListAskedAsync(
        NpgsqlDataSource database,
        CreatorId creator,
        ApprovalStatus? status,
        Guid before,
        int limit,
        CancellationToken cancellation
    )
    {
        var filter = status switch
        {
            null => "",
            ApprovalStatus.Open => "AND p.state = 'open' AND r.expires_at > now()",
            ApprovalStatus.Expired => "AND p.state = 'open' AND r.expires_at <= now()",
            _ => $"AND p.state = '{status.Value.Word()}'",
        };
        await using var command = database.CreateCommand(
            $"""
            SELECT {RequestColumns}, {PartColumns} FROM consent.approval_part p JOIN consent.approval_request r
                ON r.id = p.request
            WHERE p.creator = @creator AND p.request < @before {filter} ORDER BY p.request DESC LIMIT @limit
            """
        );
        command.Parameters.AddWithValue("creator", creator.Value);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", limit);
        return await ReadAsync(database, command, cancellation);
    }

    private static async Task<IReadOnlyList<(StoredRequest Request, StoredPart Part)>> ReadAsync(
        NpgsqlDataSource database,
        NpgsqlCommand command,
        CancellationToken cancellation
    )
    {
        var found = new List<(StoredRequest Request, StoredPart Part)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var request = ReadRequest(reader);
                found.Add((request, ReadPart(reader, RequestCount, request)));
            }
        }
        await using var granted = database.CreateCommand(
            $"SELECT {GrantColumns.All}, creator FROM consent.consent_grant WHERE request = ANY(@ids) ORDER BY id"
        );
        granted.Parameters.AddWithValue("ids", found.Select(one => one.Request.Id).Distinct().ToArray());
        return await WithGrantsAsync(found, granted, cancellation);
    }

    private static async Task<IReadOnlyList<(StoredRequest Request, StoredPart Part)>> WithGrantsAsync(
        IReadOnlyList<(StoredRequest Request, StoredPart Part)> parts,
        NpgsqlCommand command,
        CancellationToken cancellation
    )
    {
        var grants = new List<(string Creator, StoredGrant Grant)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                grants.Add((reader.GetString(GrantColumns.Count), GrantColumns.Read(reader, 0)));
        }
        var byPart = grants.ToLookup(one => (one.Grant.Grant.Request, one.Creator), one => one.Grant);
        return
        [
            .. parts.Select(one =>
                (one.Request, one.Part with { Grants = [.. byPart[(one.Request.Id, one.Part.Creator.Value)]] })
            ),
        ];
    }

    private static StoredRequest ReadRequest(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            new(
                Requester.Parse(reader.GetString(1)),
                new(CreatorId.Parse(reader.GetString(2)), VideoId.Parse(reader.GetString(3))),
                Purpose.Parse(reader.GetString(4)),
                reader.GetString(5),
                reader.IsDBNull(6) ? null : Instant.From(reader.GetDateTime(6)),
                reader.IsDBNull(7) ? null : reader.GetInt32(7)
            ),
            Instant.From(reader.GetDateTime(8)),
            Instant.From(reader.GetDateTime(9)),
            reader.GetInt32(10)
        );

    private static StoredPart ReadPart(NpgsqlDataReader reader, int at, StoredRequest request) =>
        new(
            CreatorId.Parse(reader.GetString(at)),
            new(
                request.Wanted,
                [
                    .. reader
                        .GetFieldValue<string[]>(at + 1)
                        .Zip(
                            reader.GetFieldValue<string[]>(at + 2),
                            (owner, video) => new VideoKey(CreatorId.Parse(owner), VideoId.Parse(video))
                        ),
                ],
                request.ExpiresAt,
                Wording.Parse<ApprovalState>(reader.GetString(at + 3)),
                reader.IsDBNull(at + 4) ? null : reader.GetString(at + 4),
                new(reader.GetInt64(at + 5), Instant.From(reader.GetDateTime(at + 6)))
            ),
            []
        );

    private static void Bind(NpgsqlParameterCollection parameters, Guid request, StoredPart[] parts)
    {
        parameters.AddWithValue("request", request);
        parameters.AddWithValue("creators", parts.Select(part => part.Creator.Value).ToArray());
        parameters.AddWithValue("states", parts.Select(part => part.Record.State.Word()).ToArray());
        parameters.AddWithValue("versions", parts.Select(part => part.Record.Stamp.Version).ToArray());
        parameters.AddWithValue("times", parts.Select(part => part.Record.Stamp.At.ToDateTime()).ToArray());
    }
}
