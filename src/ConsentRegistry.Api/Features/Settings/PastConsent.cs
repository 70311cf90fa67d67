using System.Data;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A creator's settings at a past moment: all events of their stream up to it, folded.</summary>
internal static class PastConsent
{
    private static readonly Failure Erased = new(
        FailureCode.CreatorErased,
        "The creator was erased, and what their settings were is not known any more; send a moment since the erasure.",
        "asOf"
    );

    public static async Task<Result<ConsentBody>> ReadAsync(
        Database database,
        IntegrityKeys keys,
        CreatorId creator,
        Instant at,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await DatabaseClock.FindFutureAsync(connection, at, cancellation) is { } future)
            return future;

        var version = await new StreamReading(connection, keys).FindVersionAsync(
            StreamId.OfCreator(creator),
            at,
            cancellation
        );
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 AND version <= $2 "
                + "ORDER BY version, ordinal",
            connection
        )
        {
            Parameters =
            {
                new() { Value = creator.Value },
                new() { Value = version },
            },
        };
        var fold = new Fold();
        var (settingsVersion, countedIn, isMissing) = (0L, 0L, false);
        StoredEvent? last = null;
        await foreach (var stored in EventStore.ReadAsync(command, keys, cancellation))
        {
            StreamReading.RequireNext(last, stored);
            last = stored;
            if (EventType.AltersSettings(stored.Type) && stored.Version != countedIn)
                (settingsVersion, countedIn) = (settingsVersion + 1, stored.Version);
            if (stored.ReadBody() is { } body)
                fold.Apply(stored.Stream, stored.Version, RecordedChange.Read(body.Change));
            else
                isMissing = true;
        }
        StreamReading.RequireLast(last, version);
        var state = fold.StateOf(creator);
        if (isMissing && !state.IsErased)
            return Erased;
        return new ConsentBody(
            creator.Value,
            last?.Version ?? 0,
            settingsVersion,
            last?.Tx,
            state.IsErased ? last!.Tx : null,
            [
                .. fold.DefaultsOf(creator)
                    .OrderBy(setting => setting.Key.Purpose)
                    .ThenBy(setting => setting.Key.Requester?.Value, StringComparer.Ordinal)
                    .Select(setting => SettingBody.From(setting.Key, setting.Value)),
            ],
            StopBody.From(state.Lockdown),
            StopBody.From(state.Hold),
            fold.CountOverridesOf(creator)
        );
    }
}
