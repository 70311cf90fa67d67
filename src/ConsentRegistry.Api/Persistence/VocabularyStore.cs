using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Reads and writes the vocabulary.</summary>
internal static class VocabularyStore
{
    public static async Task<Vocabulary> ReadVocabularyAsync(this RegistryContext db, CancellationToken cancellation) =>
        Of(await db.Purposes.OrderBy(row => row.Place).ToListAsync(cancellation));

    public static Vocabulary Of(IEnumerable<PurposeRow> rows) =>
        new(rows.Select(row => new PurposeDefinition(Purpose.Parse(row.Purpose), row.UsesLikeness, row.Description, row.IntroducedIn)));

    /// <summary>Adds purposes to the vocabulary, whose stream is locked.</summary>
    public static Task WriteAsync(Change change, IReadOnlyCollection<PurposeDefinition> purposes, int firstPlace, CancellationToken cancellation) => change.WriteAsync(
        """
        INSERT INTO consent.purpose (purpose, place, uses_likeness, description, introduced_in)
        SELECT n.purpose, @first + n.ordinality - 1, n.uses_likeness, n.description, n.introduced_in
        FROM unnest(@purposes, @likenesses, @descriptions, @versions) WITH ORDINALITY AS n(purpose, uses_likeness, description, introduced_in)
        """,
        purposes,
        (parameters, part) =>
        {
            parameters.AddWithValue("first", firstPlace);
            parameters.AddWithValue("purposes", part.Select(purpose => purpose.Purpose.Name).ToArray());
            parameters.AddWithValue("likenesses", part.Select(purpose => purpose.MarkedLikeness).ToArray());
            parameters.AddWithValue("descriptions", part.Select(purpose => purpose.Description).ToArray());
            parameters.AddWithValue("versions", part.Select(purpose => purpose.IntroducedIn).ToArray());
        },
        cancellation);

    /// <summary>Writes version 1 of the vocabulary, with its events, unless another node has done so.</summary>
    public static async Task EnsureInitialAsync(RegistryContext db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var change = new Change(db, (NpgsqlConnection)db.Database.GetDbConnection());
        var stream = (await change.LockAsync(StreamId.Vocabulary, cancellation)).Value;
        if (stream.Version > 1)
            return;
        var initial = Vocabulary.Initial.Purposes;
        await WriteAsync(change, initial, firstPlace: 0, cancellation);
        await change.AppendAsync(stream, [.. initial.Select(Records.Of)], Authorship.Registry, altersSettings: false, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
