using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// How events in requesters' streams name creators. The erasure of a creator clears the bodies of the creator's own
/// stream only, so a requester's stream names creators by pseudonyms. The erasure destroys the key of the creator's
/// pseudonym.
/// </summary>
/// <remarks>
/// A pseudonym has the grammar of an id, so that records keep their shape. It is nobody's id. Events from before
/// pseudonyms have ids.
/// </remarks>
public static class Pseudonym
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    private const string Prefix = "~pseudonym:";

    /// <summary>The name of a creator who was erased before the event: nobody has a key for it.</summary>
    public const string Erased = Prefix + "erased";

    /// <summary>
    /// The pseudonym of a creator: HMAC-SHA256 of the id under the creator's key, in base64url after a prefix.
    /// </summary>
    /// <param name="creator">The creator's id.</param>
    /// <param name="key">The creator's key: <see cref="KeyLength"/> random bytes, used for nothing else.</param>
    public static string Derive(string creator, ReadOnlySpan<byte> key) =>
        Prefix + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(creator)));

    /// <summary>Whether a name is a pseudonym, and nobody's id.</summary>
    public static bool IsPseudonym(CreatorId name) => name.Value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The names by which an event names creators, and who signed in to make the change, each once.</summary>
    public static IReadOnlySet<string> NamesIn(RecordChange change, Authorship by)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(by);
        var names = new HashSet<string>(StringComparer.Ordinal);
        Rename(change, Note);
        Rename(by, Note);
        return names;

        string Note(string name)
        {
            names.Add(name);
            return name;
        }
    }

    /// <summary>The same change with other names for creators.</summary>
    public static RecordChange Rename(RecordChange change, Func<string, string> rename)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(rename);
        return change with { Before = Renamed(change.Before, rename), After = Renamed(change.After, rename) };
    }

    /// <summary>The same authorship with another name for who signed in, if that can be a creator's.</summary>
    public static Authorship Rename(Authorship by, Func<string, string> rename)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(rename);
        return CreatorId.TryParse(by.Subject, out _) ? by with { Subject = rename(by.Subject!) } : by;
    }

    private static JsonObject? Renamed(JsonObject? record, Func<string, string> rename) =>
        (JsonObject?)Renamed(record, member: null, rename);

    // Records name a creator by these two members, wherever they stand.
    private static JsonNode? Renamed(JsonNode? node, string? member, Func<string, string> rename) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members.Select(each => KeyValuePair.Create(each.Key, Renamed(each.Value, each.Key, rename)))
            ),
            JsonArray items => new JsonArray([.. items.Select(item => Renamed(item, member: null, rename))]),
            JsonValue value when member is "creatorId" or "creator" => JsonValue.Create(rename(value.Text())),
            _ => node?.DeepClone(),
        };
}
