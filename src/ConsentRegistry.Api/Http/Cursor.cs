using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ConsentRegistry.Api.Http;

/// <summary>Where a list goes on: the key of the last item that was seen. Opaque to callers, and stable while items come and go.</summary>
public sealed record Cursor(IReadOnlyList<string> Key)
{
    // No id and no purpose contains it.
    private const char Separator = '/';

    /// <summary>Characters of a cursor, at most.</summary>
    public const int MaxLength = 2_048;

    /// <summary>One part of the key; empty, and so before every id, if there is no cursor.</summary>
    public static string Part(Cursor? cursor, int index) => cursor is not null && index < cursor.Key.Count ? cursor.Key[index] : "";

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Cursor? cursor)
    {
        cursor = null;
        if (text is null || text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (key.Any(char.IsControl))
            return false;
        cursor = new(key.Split(Separator));
        return true;
    }

    /// <summary>What a list answers to a cursor that another list gave.</summary>
    public static readonly Problem NotOfThisList = Problem.Of(422, Domain.FailureCode.Invalid, "cursor", "The cursor is not one of this list.");

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(Separator, Key)));
}

internal static class CursorReading
{
    /// <summary>Reads the cursor of a list that is ordered by ids, newest first; without a cursor, what is after all of them.</summary>
    public static bool TryReadId(this Cursor? cursor, out Guid before)
    {
        before = Guid.AllBitsSet;
        return cursor is null || (cursor.Key.Count == 1 && Guid.TryParseExact(cursor.Key[0], "D", out before));
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="NextCursor">Where the list goes on; absent on the last page.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Items,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] string? NextCursor)
{
    /// <summary>A page of what was read: one item more than the limit tells that the list goes on.</summary>
    public static Page<T> Of<TRow>(IReadOnlyList<TRow> rows, int limit, Func<TRow, T> item, Func<TRow, string[]> key) => new(
        [.. rows.Take(limit).Select(item)],
        rows.Count > limit ? new Cursor(key(rows[limit - 1])).ToString() : null);
}
