using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// An event as whole as it can be made without a key: its leaf commits to its body, its body goes on from the stream,
/// and it breaks no rule.
/// </summary>
internal sealed record ForgedEvent(long Version, Guid Id, long Tx, byte[] Leaf, byte[] Body, byte[] Salt)
{
    private const string Stream = Story.Newest;

    /// <summary>The next event of a stream, which allows what its creator denies.</summary>
    public static async Task<ForgedEvent> MakeAsync(AlteredRegistry registry)
    {
        var version = (await Read<long>("SELECT version FROM consent.creator WHERE id"))[0] + 1;
        var head = (await Read<byte[]>("SELECT head FROM consent.creator WHERE id"))[0];
        var at = Instant.From(TimeProvider.System.GetUtcNow().UtcDateTime);
        var (id, salt) = (Guid.CreateVersion7(), RandomNumberGenerator.GetBytes(32));
        var segment = new JsonObject
        {
            ["changedAt"] = at.ToString(),
            ["conditions"] = new JsonArray(),
            ["effect"] = "allow",
            ["expiresAt"] = null,
            ["from"] = null,
            ["version"] = version,
            ["vocabularyVersion"] = 1,
        };
        var body = CanonicalJson.Encode(
            new JsonObject
            {
                ["after"] = new JsonObject { ["segments"] = new JsonArray(segment) },
                ["before"] = null,
                ["by"] = new JsonObject
                {
                    ["client"] = null,
                    ["onBehalfOf"] = null,
                    ["reason"] = null,
                    ["subject"] = Stream,
                },
                ["key"] = new JsonObject { ["purpose"] = "grounding", ["requester"] = null },
                ["prev"] = Base64Url.EncodeToString(head),
                ["stream"] = Stream,
            }
        );
        var leaf = new Leaf("defaultChanged", id, version, 1, 1, at, HMACSHA256.HashData(salt, body), Erased: null);
        return new(version, id, at.Microseconds, leaf.Encode(), body, salt);

        async Task<IReadOnlyList<T>> Read<T>(string sql) =>
            await AlteredRegistry.QueryAsync<T>(registry.Original, $"{sql} = '{Stream}'");
    }

    /// <summary>The statement that puts it where nodes put theirs.</summary>
    /// <param name="kid">The key of its mark, an expression.</param>
    /// <param name="mac">Its mark, an expression.</param>
    public string Insertion(string kid, string mac) =>
        "INSERT INTO consent.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac) "
        + $"VALUES ('{Stream}', {Version}, 1, 1, '{Id}', 'defaultChanged', {Tx}, "
        + $"{Hex(Leaf)}, {Hex(Body)}, {Hex(Salt)}, {kid}, {mac})";

    private static string Hex(byte[] bytes) => $"decode('{Convert.ToHexStringLower(bytes)}', 'hex')";
}
