using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Usages;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A use as it is stored.</summary>
/// <param name="Id">The use.</param>
/// <param name="Record">What was used, and whether with consent.</param>
/// <param name="Concerns">For each video, everybody who decides on it.</param>
/// <param name="Relies">
/// For each video, whether its use relies on consent: it had it, or would have had it but for how it was reported.
/// </param>
internal sealed record StoredUse(
    Guid Id,
    UseRecord Record,
    IReadOnlyList<IReadOnlyCollection<CreatorId>> Concerns,
    IReadOnlyList<bool> Relies
);

/// <summary>Writes uses, whom they concern, and who relies on consent.</summary>
internal static class UseStore
{
    public static async Task InsertAsync(
        StreamTransaction change,
        IReadOnlyList<StoredUse> uses,
        CancellationToken cancellation
    )
    {
        await change.WriteAsync(
            """
            INSERT INTO consent.usage (id, requester, purpose, made_owner, made_video, training_run, used_at, version,
                recorded_at)
            SELECT * FROM unnest(@ids, @requesters, @purposes, @owners, @videos, @runs, @used, @versions, @recorded)
            """,
            uses,
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(use => use.Id).ToArray());
                parameters.AddWithValue("requesters", part.Select(use => use.Record.Requester.Value).ToArray());
                parameters.AddWithValue("purposes", part.Select(use => use.Record.Purpose.Name).ToArray());
                parameters.Add(
                    new("owners", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(use => use.Record.Made?.Video?.Creator.Value).ToArray(),
                    }
                );
                parameters.Add(
                    new("videos", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(use => use.Record.Made?.Video?.Video.Value).ToArray(),
                    }
                );
                parameters.Add(
                    new("runs", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(use => use.Record.Made?.TrainingRun).ToArray(),
                    }
                );
                parameters.AddWithValue("used", part.Select(use => use.Record.UsedAt.ToDateTime()).ToArray());
                parameters.AddWithValue("versions", part.Select(use => use.Record.Stamp.Version).ToArray());
                parameters.AddWithValue("recorded", part.Select(use => use.Record.Stamp.At.ToDateTime()).ToArray());
            },
            cancellation
        );
        await change.WriteAsync(
            """
            INSERT INTO consent.used_video (usage, place, owner, video, requester, purpose, reason, status, spent,
                decided_at, receipt, decision)
            SELECT n.usage, n.place, n.owner, n.video, n.requester, n.purpose, n.reason, n.status,
                string_to_array(n.spent, ',')::uuid[], n.decided_at, n.receipt, n.decision
            FROM unnest(@usages, @places, @owners, @videos, @requesters, @purposes, @reasons, @statuses, @spent,
                @decided, @receipts, @decisions)
                AS n(usage, place, owner, video, requester, purpose, reason, status, spent, decided_at, receipt, decision)
            """,
            [
                .. uses.SelectMany(use =>
                    use.Record.Videos.Select((used, place) => (use.Id, use.Record, Place: place, Used: used))
                ),
            ],
            (parameters, part) =>
            {
                parameters.AddWithValue("requesters", part.Select(one => one.Record.Requester.Value).ToArray());
                parameters.AddWithValue("purposes", part.Select(one => one.Record.Purpose.Name).ToArray());
                parameters.AddWithValue("usages", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("places", part.Select(one => one.Place).ToArray());
                parameters.AddWithValue("owners", part.Select(one => one.Used.Video.Creator.Value).ToArray());
                parameters.AddWithValue("videos", part.Select(one => one.Used.Video.Video.Value).ToArray());
                parameters.AddWithValue("reasons", part.Select(one => one.Used.Reason.Word()).ToArray());
                parameters.AddWithValue("statuses", part.Select(one => one.Used.Status.Word()).ToArray());
                parameters.AddWithValue("spent", part.Select(one => string.Join(',', one.Used.Spent)).ToArray());
                parameters.Add(TimestampArray.Parameter("decided", part.Select(one => one.Used.ReliedOn?.DecidedAt)));
                parameters.Add(
                    new("receipts", NpgsqlDbType.Array | NpgsqlDbType.Boolean)
                    {
                        Value = part.Select(one => one.Used.ReliedOn?.HasReceipt).ToArray(),
                    }
                );
                parameters.Add(
                    new("decisions", NpgsqlDbType.Array | NpgsqlDbType.Uuid)
                    {
                        Value = part.Select(one => one.Used.ReliedOn?.DecisionId).ToArray(),
                    }
                );
            },
            cancellation
        );
        await change.WriteAsync(
            """
            INSERT INTO consent.use_concern (creator, usage, place, owner, video, purpose, requester, status,
                recorded_at)
            SELECT * FROM unnest(@creators, @usages, @places, @owners, @videos, @purposes, @requesters, @statuses,
                @recorded)
            """,
            [
                .. uses.SelectMany(use =>
                    use.Concerns.SelectMany(
                        (creators, place) =>
                            creators.Select(creator =>
                                (Creator: creator, Use: use, Place: place, Used: use.Record.Videos[place])
                            )
                    )
                ),
            ],
            (parameters, part) =>
            {
                parameters.AddWithValue("creators", part.Select(one => one.Creator.Value).ToArray());
                parameters.AddWithValue("usages", part.Select(one => one.Use.Id).ToArray());
                parameters.AddWithValue("places", part.Select(one => one.Place).ToArray());
                parameters.AddWithValue("owners", part.Select(one => one.Used.Video.Creator.Value).ToArray());
                parameters.AddWithValue("videos", part.Select(one => one.Used.Video.Video.Value).ToArray());
                parameters.AddWithValue("purposes", part.Select(one => one.Use.Record.Purpose.Name).ToArray());
                parameters.AddWithValue("requesters", part.Select(one => one.Use.Record.Requester.Value).ToArray());
                parameters.AddWithValue("statuses", part.Select(one => one.Used.Status.Word()).ToArray());
                parameters.AddWithValue("recorded", part.Select(one => one.Use.Record.Stamp.At.ToDateTime()).ToArray());
            },
            cancellation
        );
        await RelianceStore.AddAsync(
            change,
            [
                .. uses.SelectMany(use =>
                    use.Record.Videos.Zip(use.Concerns, use.Relies)
                        .Where(one => one.Third)
                        .Select(one => new Reliance(
                            new(one.First.Video, use.Record.Purpose, use.Record.Requester),
                            one.Second
                        ))
                ),
            ],
            uses.Min(use => use.Record.Stamp.At),
            cancellation
        );
    }
}
