using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>How a released format gains a member: docs/explanation/event-formats.md has the whole way.</summary>
internal static class LaterMembers
{
    /// <summary>
    /// Adds a member that came after the format's first release. A null value leaves it out: what was written before
    /// the member existed reads as null, and is written again to the same bytes.
    /// </summary>
    /// <param name="record">An object of a released format.</param>
    /// <param name="member">The member's name.</param>
    /// <param name="value">Its value; null if there is none.</param>
    public static JsonObject WithLater(this JsonObject record, string member, JsonNode? value)
    {
        if (value is not null)
            record.Add(member, value);
        return record;
    }
}
