using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>What stays of identifiers of erased creators' videos: hashes, which deny for good.</summary>
internal static class ErasedIdentifierStore
{
    /// <summary>All identifiers that a creator's videos carry; the creator's stream is locked.</summary>
    public static async Task<IReadOnlyList<ContentIdentifier>> ReadCarriedAsync(
        StreamTransaction change,
        CreatorId owner,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT DISTINCT unnest(identifiers) FROM consent.video WHERE owner = @owner "
                + "AND cardinality(identifiers) > 0"
        );
        command.Parameters.AddWithValue("owner", owner.Value);
        var carried = new List<ContentIdentifier>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            carried.Add(ContentIdentifier.ParseNormal(reader.GetString(0)));
        return carried;
    }

    /// <summary>Keeps the hashes of an erased creator's identifiers.</summary>
    public static async Task KeepAsync(
        StreamTransaction change,
        CreatorId creator,
        ErasedIdentifiers erased,
        CancellationToken cancellation
    )
    {
        await using var key = change.Command(
            "INSERT INTO consent.identifier_key (kid) VALUES (@kid) ON CONFLICT DO NOTHING"
        );
        key.Parameters.AddWithValue("kid", erased.Kid);
        await key.ExecuteNonQueryAsync(cancellation);
        await change.WriteAsync(
            "INSERT INTO consent.erased_identifier (creator, kid, hash) SELECT @creator, @kid, unnest(@hashes)",
            erased.Hashes,
            (parameters, part) =>
            {
                parameters.AddWithValue("creator", creator.Value);
                parameters.AddWithValue("kid", erased.Kid);
                parameters.AddWithValue("hashes", part.Select(hash => hash.ToBytes()).ToArray());
            },
            cancellation
        );
    }
}
