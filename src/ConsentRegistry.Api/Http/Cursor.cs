using System.Buffers.Text;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The query parameter <c>cursor</c>: where a list goes on, by the key of the last item that was seen. Opaque to
/// callers, and stable while items
/// come and go. It is bound to its list: operation, path and filters, and the caller where the list is the caller's
/// own.
/// </summary>
public sealed class Cursor : IBound
{
    // No id and no purpose contains it.
    private const char Separator = '/';

    /// <summary>Characters of a cursor, at most.</summary>
    public const int MaxLength = 2_048;

    /// <summary>
    /// Bytes that tell one list from others. They guard against mistakes; what a caller makes up can only show items of
    /// the list itself.
    /// </summary>
    private const int ListLength = 8;

    /// <summary>What a list answers to a cursor that it did not give.</summary>
    public static readonly Problem NotOfThisList = Problem.OfField(
        422,
        FailureCode.Invalid,
        "cursor",
        "cursor is of another list, creator, caller or filter; "
            + "send the nextCursor of a page of this list with the same filters, or none."
    );

    private readonly byte[] list;

    private Cursor(byte[] list, IReadOnlyList<string> key, Problem? problem) =>
        (this.list, Key, Problem) = (list, key, problem);

    public Problem? Problem { get; }

    /// <summary>The key of the last item that was seen; empty at the start of the list.</summary>
    public IReadOnlyList<string> Key { get; }

    /// <summary>Whether the list begins at its start.</summary>
    public bool IsStart => Key.Count == 0;

    /// <summary>One part of the key; empty, and so before every id, at the start.</summary>
    public string Part(int index) => index < Key.Count ? Key[index] : "";

    /// <summary>The cursor, as text, with which the same list goes on after an item.</summary>
    /// <param name="key">The item's key.</param>
    public string After(params IEnumerable<string> key) =>
        Base64Url.EncodeToString([.. list, .. Encoding.UTF8.GetBytes(string.Join(Separator, key))]);

    /// <summary>
    /// Reads the key of a list that is ordered by ids, newest first; at the start, what is after all of them.
    /// </summary>
    public bool TryReadId(out Guid before)
    {
        before = Guid.AllBitsSet;
        return IsStart || (Key.Count == 1 && Guid.TryParseExact(Key[0], "D", out before));
    }

    /// <summary>Whether a text can be a cursor of any list.</summary>
    public static bool IsCursor(string text) => TryDecode(text, out _, out _);

    public static ValueTask<Cursor> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(http);
        var asked = ListOf(http);
        if (http.Request.Query["cursor"] is not [{ } text])
            return ValueTask.FromResult(new Cursor(asked, [], null));
        return ValueTask.FromResult(
            TryDecode(text, out var given, out var key) && asked.AsSpan().SequenceEqual(given)
                ? new Cursor(asked, key.Split(Separator), null)
                : new Cursor(asked, [], NotOfThisList)
        );
    }

    private static bool TryDecode(string text, out byte[] given, out string key)
    {
        (given, key) = ([], "");
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= ListLength)
            return false;
        (given, key) = (bytes[..ListLength], Encoding.UTF8.GetString(bytes.AsSpan(ListLength)));
        return !key.Any(char.IsControl);
    }

    // Each part with its length, so that none can run into the next.
    private static byte[] ListOf(HttpContext http)
    {
        var operation = http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "";
        // A list of a creator is the same for everybody who may read it; any other is of what the caller's token names.
        var caller = http.Request.RouteValues.ContainsKey("creatorId") ? "" : Caller.From(http).Identity;
        var filters = http
            .Request.Query.Where(parameter => parameter.Key is not ("cursor" or "limit"))
            .OrderBy(parameter => parameter.Key, StringComparer.Ordinal)
            .SelectMany(parameter => new[] { parameter.Key, parameter.Value.ToString() });
        string[] parts = [operation, http.Request.Path.ToString(), caller, .. filters];
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Length}:{part}"))))[
            ..ListLength
        ];
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextCursor">Where the list goes on; absent on the last page.</param>
public sealed record Page<T>(
    [property: Items(0, RequestShape.MaxPage)] IReadOnlyList<T> Items,
    [property: TextLength(1, Cursor.MaxLength)]
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
        string? NextCursor
)
{
    /// <summary>A page of what was read: one item more than the limit tells that the list goes on.</summary>
    public static Page<T> Create<TRow>(
        IReadOnlyList<TRow> rows,
        int limit,
        Cursor cursor,
        Func<TRow, T> item,
        Func<TRow, string[]> key
    ) => new([.. rows.Take(limit).Select(item)], rows.Count > limit ? cursor.After(key(rows[limit - 1])) : null);
}
