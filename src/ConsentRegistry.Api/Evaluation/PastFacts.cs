using System.Data;
using System.Text;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// Reads the facts of a check as they were at a past moment: all events up to it, folded. The evaluator is the same.
/// </summary>
internal sealed class PastFacts(Database database, IntegrityKeys keys)
{
    private static readonly string[] CreatorWide =
    [
        EventType.DefaultChanged,
        EventType.LockdownChanged,
        EventType.HoldChanged,
        EventType.CreatorErased,
    ];

    private static readonly string[] AboutOneVideo =
    [
        EventType.OverrideChanged,
        EventType.GrantGiven,
        EventType.GrantRevoked,
        EventType.GrantSpent,
    ];

    /// <summary>Reads the facts for a check of a video.</summary>
    /// <param name="question">The check; settings for other requesters than its own are left out.</param>
    /// <param name="at">The moment.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The facts, or why there are none: the moment is yet to come, or before the registry began.</returns>
    public Task<Result<FactSet>> ReadAsync(Question question, Instant at, CancellationToken cancellation) =>
        ReadAsync(question, at, versions: null, cancellation);

    /// <summary>Reads the facts that a decision was made from.</summary>
    /// <param name="question">The check; settings for other requesters than its own are left out.</param>
    /// <param name="at">The moment that expiries are compared with.</param>
    /// <param name="versions">
    /// The versions of the streams that were consulted, which say more exactly than a moment what was known; null for
    /// all that was written by then.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Result<FactSet>> ReadAsync(
        Question question,
        Instant at,
        IReadOnlyDictionary<string, long>? versions,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        // Versions that were consulted are of the past, however far the clock that went with them is ahead of the
        // database's.
        if (versions is null && await DatabaseClock.FindFutureAsync(connection, at, cancellation) is { } future)
            return future;
        var past = new Past(connection, keys, at, versions, question.Requester);
        var known = await past.ApplyAsync(
            StreamId.Vocabulary,
            [EventType.PurposeRegistered],
            within: null,
            cancellation
        );
        if (!known)
            return new Failure(
                FailureCode.Invalid,
                "asOf is before the registry's first entry; send a later moment.",
                "asOf"
            );

        // Each registered video may name further sources; one that is read twice would change nothing.
        var videos = new HashSet<VideoKey>();
        while (
            past
                .Fold.Reached(question.Video)
                .Where(video => !videos.Contains(video))
                .Select(video => (VideoKey?)video)
                .FirstOrDefault()
                is { } next
        )
        {
            videos.Add(next);
            await past.ApplyLastAsync(
                StreamId.OfCreator(next.Creator),
                EventType.VideoRegistered,
                $"\"key\":{NameOf(next)}",
                cancellation
            );
        }
        foreach (
            var concerned in videos.SelectMany(video => ConcernedBy(past.Fold, video)).GroupBy(pair => pair.Creator)
        )
        {
            var stream = StreamId.OfCreator(concerned.Key);
            await past.ApplyAsync(stream, CreatorWide, within: null, cancellation);
            foreach (var (_, video) in concerned)
            {
                await past.ApplyAsync(stream, AboutOneVideo, $"\"video\":{NameOf(video)}", cancellation);
            }
            await past.ReachAsync(stream, cancellation);
        }
        return past.Fold.FactsFor(question.Video, at);
    }

    private static IEnumerable<(CreatorId Creator, VideoKey Video)> ConcernedBy(Fold fold, VideoKey video) =>
        (fold.RecordOf(video)?.Participants ?? [])
            .Select(participant => participant.Creator)
            .Prepend(video.Creator)
            .Distinct()
            .Select(creator => (creator, video));

    // As canonical JSON writes it: no id needs an escape.
    private static string NameOf(VideoKey video) =>
        $$"""{"creatorId":"{{video.Creator}}","videoId":"{{video.Video}}"}""";

    /// <summary>Events up to a moment, read and folded stream by stream.</summary>
    private sealed class Past(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Instant at,
        IReadOnlyDictionary<string, long>? versions,
        Requester? requester
    )
    {
        private readonly StreamReading reading = new(connection, keys);
        private readonly Dictionary<StreamId, long> reached = [];

        public Fold Fold { get; } = new();

        /// <summary>
        /// Applies all events of some types; <paramref name="within"/> is a part that their body must have.
        /// </summary>
        public async Task<bool> ApplyAsync(
            StreamId stream,
            string[] types,
            string? within,
            CancellationToken cancellation
        ) =>
            await ApplyAsync(
                Command(stream, await LastOfAsync(stream, cancellation), types, within, "ORDER BY version, ordinal"),
                cancellation
            );

        /// <summary>Applies the last such event: it holds the whole record.</summary>
        public async Task ApplyLastAsync(StreamId stream, string type, string within, CancellationToken cancellation) =>
            await ApplyAsync(
                Command(
                    stream,
                    await LastOfAsync(stream, cancellation),
                    [type],
                    within,
                    "ORDER BY version DESC, ordinal DESC LIMIT 1"
                ),
                cancellation
            );

        /// <summary>Notes the stream's version at the moment, and whether its creator was erased since.</summary>
        public async Task ReachAsync(StreamId stream, CancellationToken cancellation)
        {
            var version = await LastOfAsync(stream, cancellation);
            Fold.Reach(stream, version);
            await using var command = new NpgsqlCommand(
                "SELECT EXISTS (SELECT FROM consent.creator WHERE id = $1 AND erased_at IS NOT NULL)",
                connection
            )
            {
                Parameters = { new() { Value = stream.Name } },
            };
            // Of an erased creator the past is not known any more, and what is not known is denied.
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
                Fold.Apply(stream, version, new RecordedChange.OfErasure(at));
        }

        private async Task<bool> ApplyAsync(NpgsqlCommand command, CancellationToken cancellation)
        {
            var any = false;
            await using (command)
            {
                await foreach (var stored in EventStore.ReadAsync(command, keys, cancellation))
                {
                    any = true;
                    if (
                        stored.ReadBody() is { } body
                        && RecordedChange.Read(body.Change) is var change
                        && !IsForAnother(change)
                    )
                        Fold.Apply(stored.Stream, stored.Version, change);
                }
            }
            return any;
        }

        // The version up to which a stream is read, and is there as a whole.
        private async Task<long> LastOfAsync(StreamId stream, CancellationToken cancellation)
        {
            if (reached.TryGetValue(stream, out var last))
                return last;
            last = versions is null
                ? await reading.FindVersionAsync(stream, at, cancellation)
                : versions.GetValueOrDefault(stream.Name);
            await reading.RequireWholeAsync(stream, last, cancellation);
            return reached[stream] = last;
        }

        private bool IsForAnother(RecordedChange change)
        {
            var named = change switch
            {
                RecordedChange.OfDefault setting => setting.Key.Requester,
                RecordedChange.OfOverride setting => setting.Key.Requester,
                RecordedChange.OfGrant grant => grant.After.Requester,
                _ => null,
            };
            return named is not null && named != requester;
        }

        private NpgsqlCommand Command(StreamId stream, long last, string[] types, string? within, string order)
        {
            var part = within is null ? "" : "AND position($4 IN body) > 0";
            var command = new NpgsqlCommand(
                $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 AND version <= $2 "
                    + $"AND EXISTS (SELECT FROM unnest($3) AS type WHERE position(type IN leaf) > 0) {part} {order}",
                connection
            )
            {
                Parameters =
                {
                    new() { Value = stream.Name },
                    new() { Value = last },
                    // As a leaf says it: the column beside it may say something else.
                    new() { Value = types.Select(type => Encoding.UTF8.GetBytes($"\"type\":\"{type}\"")).ToArray() },
                },
            };
            if (within is not null)
                command.Parameters.Add(new() { Value = Encoding.UTF8.GetBytes(within) });
            return command;
        }
    }
}
