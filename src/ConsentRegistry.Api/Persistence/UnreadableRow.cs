using System.Text.Json;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Rows that no node wrote need not be what their columns mean.</summary>
internal static class UnreadableRow
{
    /// <summary>Whether a row could not be read for what it holds: whose it is has no right seal.</summary>
    public static bool Means(Exception e) =>
        e
            is FormatException
                or JsonException
                or ArgumentException
                or InvalidDataException
                or OverflowException
                or InvalidOperationException
                or KeyNotFoundException;
}
