using System.Collections.Immutable;
using System.Security.Cryptography;
using ConsentRegistry.Api.Features.Checks.Direct;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// Sums up what a stream received and answered, for its attestation. One thread adds lines, and another adds answers,
/// each in the order in which they pass.
/// </summary>
internal sealed class StreamSummary : IDisposable
{
    private readonly IncrementalHash linesHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash answersHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<(Effect Effect, Reason Reason), long> decisions = [];
    private long lines;
    private long refused;
    private FreshRange freshAt = FreshRange.None;

    /// <summary>Adds the lines of a chunk that nobody has answered yet.</summary>
    public void AddLines(Chunk chunk)
    {
        linesHash.AppendData(chunk.Bytes.Span);
        lines += chunk.Lines;
    }

    /// <summary>Adds the answers of a chunk's newest part.</summary>
    public void AddAnswers(Chunk chunk)
    {
        answersHash.AppendData(chunk.Answer.Written);
        foreach (var (said, count) in chunk.Summary.Tally.Decisions)
            decisions[said] = decisions.GetValueOrDefault(said) + count;
        refused += chunk.Summary.Tally.Refused;
        freshAt = freshAt.With(chunk.Summary.FreshAt);
    }

    /// <summary>What can be attested once every line is answered.</summary>
    /// <param name="client">Whom the lines were for that named nobody.</param>
    /// <param name="log">The newest head of the log.</param>
    public Attestation Finish(Requester? client, LogHead? log) =>
        new(
            client,
            lines,
            linesHash.GetHashAndReset(),
            answersHash.GetHashAndReset(),
            new(decisions.ToImmutableSortedDictionary(), refused),
            freshAt.First,
            freshAt.Last,
            log
        );

    public void Dispose()
    {
        linesHash.Dispose();
        answersHash.Dispose();
    }
}
