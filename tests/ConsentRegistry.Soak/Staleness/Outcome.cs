namespace ConsentRegistry.Soak.Staleness;

/// <summary>What a caller knows about a change that it wanted made; the later ones say more.</summary>
internal enum Knowledge
{
    /// <summary>No node took a connection.</summary>
    NotSent,

    /// <summary>There was no answer, or none that says: it may have been made, and may yet be.</summary>
    Unknown,

    /// <summary>It was refused, and nothing was made.</summary>
    Refused,

    /// <summary>It was made, and is in force soon.</summary>
    Made,

    /// <summary>It was acknowledged as in force on every node.</summary>
    InForce,
}

/// <summary>What came of a change.</summary>
/// <param name="Start">The time just before it was sent.</param>
/// <param name="End">The time after it was acknowledged as in force everywhere; null if it was not.</param>
/// <param name="Version">The version that was answered.</param>
/// <param name="Node">The node that it was sent to.</param>
/// <param name="Knowledge">What is known about it.</param>
internal sealed record Outcome(long Start, long? End, long? Version, int Node, Knowledge Knowledge)
{
    public static readonly Outcome NotSent = new(0, null, null, 0, Knowledge.NotSent);

    public static Outcome UnknownSince(long start, int node) => new(start, null, null, node, Knowledge.Unknown);

    /// <summary>
    /// What is known of one change that was sent several times with the same key: it begins with the first, and ends
    /// with the first acknowledgement.
    /// </summary>
    /// <exception cref="InvalidOperationException">Their answers are not the same.</exception>
    public static Outcome OfOne(IReadOnlyCollection<Outcome> attempts)
    {
        List<Outcome> sent = [.. attempts.Where(attempt => attempt.Knowledge != Knowledge.NotSent)];
        if (sent.Count == 0)
            return NotSent;
        List<long> versions = [.. sent.Select(attempt => attempt.Version).OfType<long>().Distinct()];
        if (
            versions.Count > 1
            || (versions.Count == 1 && sent.Exists(attempt => attempt.Knowledge == Knowledge.Refused))
        )
            throw new InvalidOperationException($"One key had several answers: {string.Join("; ", sent)}");
        var best = sent.OrderByDescending(attempt => attempt.Knowledge).ThenBy(attempt => attempt.End).First();
        return best with { Start = sent.Min(attempt => attempt.Start) };
    }
}
