using System.Data;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>What sealing came to.</summary>
/// <param name="Sealed">Streams that were sealed, or sealed anew by the newest key.</param>
/// <param name="Differing">Streams that were left as they are: the tables hold something else than the log says.</param>
internal readonly record struct Sealing(long Sealed, long Differing);

/// <summary>
/// Seals streams as the owner of the database: those that no node has sealed where the tables hold what the log says, and
/// those that a former key has sealed where its seal is right. What differs stays without a valid seal, so that nothing
/// is answered about it, until its records are built again from the log.
/// </summary>
internal static class StreamSealing
{
    /// <summary>Creators whose events and records are held at once.</summary>
    private const int CreatorsPerBatch = 200;

    /// <summary>Seals what is not sealed by the newest key.</summary>
    public static async Task<Sealing> RunAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        var result = await SealVocabularyAsync(connection, keys, cancellation);
        for (var after = ""; await NextAsync(connection, keys, after, cancellation) is { Length: > 0 } creators; )
        {
            after = creators[^1];
            await using var snapshot = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead,
                cancellation
            );
            var folds = await FoldAsync(connection, keys, creators, cancellation);
            var right = new List<CreatorRecords>();
            foreach (var records in await ReadAsync(connection, creators, cancellation))
            {
                // A seal that is there has to be right: what was altered since is not sealed again.
                var isRight = records.HasSealOf(keys)
                    ? records.Verify(keys).IsSealed
                    : !records.IsUnreadable
                        && folds[records.Creator] is { IsWhole: true } fold
                        && fold.Row.Encode("").AsSpan().SequenceEqual(records.Row.Encode(""))
                        && fold.SumOf(keys.NewestSealKey) == SumOf(records, keys.NewestSealKey);
                if (isRight)
                    right.Add(records);
                result = isRight
                    ? result with
                    {
                        Sealed = result.Sealed + 1,
                    }
                    : result with
                    {
                        Differing = result.Differing + 1,
                    };
            }
            await snapshot.CommitAsync(cancellation);
            var key = keys.NewestSealKey;
            foreach (var records in right)
                await WriteAsync(connection, records.Row, key.Seal(records.Row, SumOf(records, key)), cancellation);
        }
        return result;
    }

    /// <summary>Builds the records of a creator again from the log, and seals them.</summary>
    /// <returns>False if the log has no whole stream of that creator.</returns>
    public static async Task<bool> RebuildAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CreatorId creator,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var change = new StreamTransaction(connection, keys);
        await change.HoldAsync([StreamId.OfCreator(creator)], cancellation);
        var fold = (await FoldAsync(connection, keys, [creator.Value], cancellation))[creator];
        if (!fold.IsWhole || fold.Row.Version == 0)
            return false;
        foreach (
            var (table, column) in new[]
            {
                ("creator_default", "creator"),
                ("video_override", "creator"),
                ("video", "owner"),
                ("consent_grant", "creator"),
                ("erased_identifier", "creator"),
            }
        )
        {
            await using var delete = change.Command($"DELETE FROM consent.{table} WHERE {column} = @creator");
            delete.Parameters.AddWithValue("creator", creator.Value);
            await delete.ExecuteNonQueryAsync(cancellation);
        }
        SettingsStore.Put(change, creator, fold.Defaults);
        SettingsStore.Put(change, creator, fold.Overrides);
        await change.FlushAsync(cancellation);
        await VideoStore.WriteAsync(change, fold.Videos, cancellation);
        foreach (var erased in fold.ErasedIdentifiers)
            await ErasedIdentifierStore.KeepAsync(change, creator, erased, cancellation);
        var grants = fold.Grants.Select(one => new StoredGrant(one.Id, one.Grant, Used: 0)).ToList();
        await GrantStore.InsertAsync(change, creator, grants, cancellation);
        await GrantStore.UpdateStateAsync(
            change,
            grants.FindAll(one => one.Grant.State != GrantState.Standing),
            cancellation
        );
        await GrantStore.SpendAsync(change, await CountUsesAsync(connection, keys, grants, cancellation), cancellation);
        var key = keys.NewestSealKey;
        await WriteRowAsync(connection, fold, key.Seal(fold.Row, fold.SumOf(key)), cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static Sum256 SumOf(CreatorRecords records, SealKey key) =>
        records.SumOfVideos(key) + records.SumOfOthers(key);

    // By the events of their requesters.
    private static async Task<List<(Guid Grant, int Uses)>> CountUsesAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        List<StoredGrant> grants,
        CancellationToken cancellation
    )
    {
        var counted = grants.FindAll(one => one.Grant.Terms.Uses is not null).ToDictionary(one => one.Id, _ => 0);
        var requesters = grants.Where(one => counted.ContainsKey(one.Id)).Select(one => one.Grant.Requester).Distinct();
        foreach (var requester in requesters.ToList())
        {
            await using var command = new NpgsqlCommand(
                $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 AND type = $2",
                connection
            )
            {
                Parameters =
                {
                    new() { Value = StreamId.OfRequester(requester).Name },
                    new() { Value = EventType.UseRecorded },
                },
            };
            await foreach (var stored in EventStore.ReadAsync(command, keys, cancellation))
            {
                if (
                    stored.ReadBody() is not { } body
                    || RecordedChange.Read(body.Change) is not RecordedChange.OfUse use
                )
                    continue;
                foreach (var grant in use.After.Videos.SelectMany(video => video.Spent).Where(counted.ContainsKey))
                    counted[grant]++;
            }
        }
        return [.. counted.Where(one => one.Value > 0).Select(one => (one.Key, one.Value))];
    }

    private static async Task<Sealing> SealVocabularyAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        var vocabulary = await VocabularyStore.ReadAsync(connection, cancellation);
        if (await VocabularyStore.IsSealedAsync(connection, keys, vocabulary, cancellation))
            return default;
        await using var events = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 ORDER BY version, ordinal",
            connection
        )
        {
            Parameters = { new() { Value = StreamId.Vocabulary.Name } },
        };
        var said = SealedStream.New(keys.NewestSealKey, StreamId.Vocabulary.Name);
        StoredEvent? last = null;
        await foreach (var stored in EventStore.ReadAsync(events, keys, cancellation))
        {
            StreamReading.RequireNext(last, stored);
            said.Apply(RecordedChange.Read(stored.ReadBody()!.Change));
            last = stored;
        }
        if (last is null || said.Sum != VocabularyStore.SumOf(keys.NewestSealKey, vocabulary))
            return new(0, 1);
        var seal = said.Seal(last.Version, System.Security.Cryptography.SHA256.HashData(last.Leaf));
        await WriteAsync(connection, said.Row, seal, cancellation);
        return new(1, 0);
    }

    private static async Task<string[]> NextAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        string after,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT id FROM consent.creator WHERE id > $1 AND NOT starts_with(id, '$') "
                + "AND seal_kid IS DISTINCT FROM $2 ORDER BY id LIMIT $3",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = keys.Newest.Kid },
                new() { Value = CreatorsPerBatch },
            },
        };
        var creators = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            creators.Add(reader.GetString(0));
        return [.. creators];
    }

    private static async Task<IReadOnlyList<CreatorRecords>> ReadAsync(
        NpgsqlConnection connection,
        string[] creators,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        CreatorRecords.AddTo(batch, creators);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await CreatorRecords.ReadAsync(reader, cancellation, isFirst: true);
    }

    private static async Task<Dictionary<CreatorId, StreamFold>> FoldAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        string[] creators,
        CancellationToken cancellation
    )
    {
        var folds = creators
            .Select(id => CreatorId.TryParse(id, out var creator) ? creator : (CreatorId?)null)
            .OfType<CreatorId>()
            .ToDictionary(creator => creator, creator => new StreamFold(creator));
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = ANY($1) ORDER BY version, ordinal",
            connection
        )
        {
            Parameters = { new() { Value = folds.Keys.Select(creator => creator.Value).ToArray() } },
        };
        await foreach (var stored in EventStore.ReadRawAsync(command, cancellation))
            folds[stored.Stream.Creator!.Value].Take(stored, keys);
        return folds;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection,
        StreamRowContent row,
        StreamSeal seal,
        CancellationToken cancellation
    )
    {
        // Of another version a node has sealed it meanwhile, or has not.
        await using var command = new NpgsqlCommand(
            "UPDATE consent.creator SET seal_kid = $3, seal = $4 WHERE id = $1 AND version = $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = row.Stream },
                new() { Value = row.Version },
                new() { Value = seal.Kid },
                new() { Value = seal.Box },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task WriteRowAsync(
        NpgsqlConnection connection,
        StreamFold fold,
        StreamSeal seal,
        CancellationToken cancellation
    )
    {
        var row = fold.Row;
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO consent.creator AS c (id, version, changed_at, changed_xid)
                VALUES (@id, @version, @changed_at, pg_current_xact_id())
            ON CONFLICT (id) DO UPDATE SET version = @version, changed_at = greatest(c.changed_at, @changed_at),
                changed_xid = pg_current_xact_id()
            """,
            connection
        );
        command.Parameters.AddWithValue("id", row.Stream);
        command.Parameters.AddWithValue("version", row.Version);
        command.Parameters.AddWithValue("changed_at", fold.ChangedAt!.Value.ToDateTime());
        await command.ExecuteNonQueryAsync(cancellation);
        foreach (var (name, stop) in new[] { ("hold", row.Hold), ("lockdown", row.Lockdown) })
        {
            await using var write = new NpgsqlCommand(
                $"UPDATE consent.creator SET {name}_purposes = @purposes, {name}_version = @version, {name}_at = @at "
                    + "WHERE id = @id",
                connection
            );
            write.Parameters.AddWithValue("id", row.Stream);
            StopColumns.Bind(write.Parameters, stop);
            await write.ExecuteNonQueryAsync(cancellation);
        }
        await using var ending = new NpgsqlCommand(
            "UPDATE consent.creator SET head = $2, erased_at = $3, seal_kid = $4, seal = $5 WHERE id = $1",
            connection
        )
        {
            Parameters =
            {
                new() { Value = row.Stream },
                new() { Value = row.Head! },
                new() { Value = (object?)row.ErasedAt?.ToDateTime() ?? DBNull.Value },
                new() { Value = seal.Kid },
                new() { Value = seal.Box },
            },
        };
        await ending.ExecuteNonQueryAsync(cancellation);
    }
}
