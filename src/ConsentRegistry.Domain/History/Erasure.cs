using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// Which events an erasure takes body and salt from, as its leaf lists them: those that the log held when the creator
/// was erased by their place in it, those that still waited in the inbox by their id.
/// </summary>
/// <param name="Ranges">Leaf indices, from the first to the last of each range, rising.</param>
/// <param name="EventIds">Event ids.</param>
public sealed record Erasure(ImmutableArray<(long First, long Last)> Ranges, ImmutableArray<Guid> EventIds)
{
    /// <summary>
    /// Ranges and ids of one event together, at most: the leaf stays below 65,536 bytes, which C2SP tlog-tiles can say
    /// of an entry. An erasure of more is several events of one version.
    /// </summary>
    public const int MaxItems = 1_000;

    /// <summary>
    /// Lists events in as few parts as <see cref="MaxItems"/> allows; one, and empty, if there are none.
    /// </summary>
    /// <param name="sequenced">Leaf indices, rising.</param>
    /// <param name="waiting">Ids of events that have none yet.</param>
    public static ImmutableArray<Erasure> Covering(IEnumerable<long> sequenced, IEnumerable<Guid> waiting)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (var seq in sequenced)
        {
            if (ranges.Count > 0 && ranges[^1].Last == seq - 1)
                ranges[^1] = (ranges[^1].First, seq);
            else
                ranges.Add((seq, seq));
        }
        Erasure[] parts =
        [
            .. ranges.Chunk(MaxItems).Select(part => new Erasure([.. part], [])),
            .. waiting.Chunk(MaxItems).Select(part => new Erasure([], [.. part])),
        ];
        return parts.Length == 0 ? [new([], [])] : [.. parts];
    }

    internal void WriteTo(JsonObject leaf)
    {
        leaf["ranges"] = new JsonArray([.. Ranges.Select(range => new JsonArray(range.First, range.Last))]);
        leaf["eids"] = new JsonArray([.. EventIds.Select(id => JsonValue.Create(id.ToString("D")))]);
    }

    /// <exception cref="FormatException">The leaf lists nothing, or not in this way.</exception>
    internal static Erasure Read(JsonObject leaf) =>
        new(
            [
                .. leaf.Array("ranges")
                    .Select(range =>
                        range is JsonArray { Count: 2 } pair
                            ? (pair[0].Integer(), pair[1].Integer())
                            : throw new FormatException("A range has two ends.")
                    ),
            ],
            [.. leaf.Array("eids").Select(id => Guid.ParseExact(id.Text(), "D"))]
        );
}
