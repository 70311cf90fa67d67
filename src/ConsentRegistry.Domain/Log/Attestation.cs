using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Log;

/// <summary>How many answers a stream of checks had, by what they said.</summary>
/// <param name="Decisions">Decisions by effect and reason; what did not occur is left out.</param>
/// <param name="Refused">Lines that were no checks. They were answered as not allowed.</param>
public sealed record AnswerCounts(
    ImmutableSortedDictionary<(Effect Effect, Reason Reason), long> Decisions,
    long Refused
)
{
    /// <summary>All answers together.</summary>
    public long Total => Decisions.Values.Sum() + Refused;

    /// <summary>Whether there was a line that the registry could not decide at that moment.</summary>
    public bool HasIndeterminate => Decisions.Keys.Any(said => said.Reason == Reason.Indeterminate);

    /// <summary>Answers that allowed nothing, by the reason; under <c>refused</c> those to lines that were no checks.</summary>
    public IEnumerable<KeyValuePair<string, long>> Refusals =>
        Decisions
            .Where(count => count.Key.Effect != Effect.Allow)
            .Select(count => KeyValuePair.Create(count.Key.Reason.Word(), count.Value))
            .Append(new("refused", Refused))
            .Where(count => count.Value > 0);

    /// <summary>Answers that allowed a use.</summary>
    public long Allowed => Decisions.Where(count => count.Key.Effect == Effect.Allow).Sum(count => count.Value);
}

/// <summary>
/// What the registry received in a stream of checks, and what it answered. Whoever has the lines and the answers can
/// show with it that these were the answers to those lines. It is the payload of a token (<see cref="Jws"/>) of type
/// <see cref="Type"/>.
/// </summary>
/// <param name="Client">
/// The requester that lines were for which named none: the client of the caller's token. Null if it has none.
/// </param>
/// <param name="Lines">How many lines were received, and answered.</param>
/// <param name="LinesHash">SHA-256 of all bytes that were received: the lines with their newlines.</param>
/// <param name="AnswersHash">SHA-256 of all bytes that were sent before the attestation's own line.</param>
/// <param name="Counts">How many answers there were, by what they said.</param>
/// <param name="FirstFreshAt">The earliest <c>freshAt</c> of an answer; null if no answer has one.</param>
/// <param name="LastFreshAt">The latest <c>freshAt</c> of an answer; null if no answer has one.</param>
/// <param name="Log">The newest head of the log when the stream ended; null if the log had none yet.</param>
public sealed record Attestation(
    Requester? Client,
    long Lines,
    byte[] LinesHash,
    byte[] AnswersHash,
    AnswerCounts Counts,
    Instant? FirstFreshAt,
    Instant? LastFreshAt,
    LogHead? Log
)
{
    /// <summary>The type of the token that an attestation is.</summary>
    public const string Type = "consent-attestation+jws";

    /// <summary>The format, member <c>v</c>.</summary>
    public const int Format = 1;

    private const string RefusedWord = "refused";

    /// <summary>Whether these are the bytes that were received.</summary>
    public bool IsOf(ReadOnlySpan<byte> lines) => LinesHash.AsSpan().SequenceEqual(SHA256.HashData(lines));

    /// <summary>Whether these are the bytes that were sent before the attestation.</summary>
    public bool IsOfAnswers(ReadOnlySpan<byte> answers) => AnswersHash.AsSpan().SequenceEqual(SHA256.HashData(answers));

    /// <summary>The payload. What is absent is null.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["v"] = Format,
            ["client"] = Client?.Value,
            ["lines"] = Lines,
            ["linesHash"] = StrictBase64.EncodeUrl(LinesHash),
            ["answersHash"] = StrictBase64.EncodeUrl(AnswersHash),
            ["counts"] = CountsToJson(),
            ["firstFreshAt"] = FirstFreshAt?.ToString(),
            ["lastFreshAt"] = LastFreshAt?.ToString(),
            ["log"] = Log?.ToJson(),
        };

    /// <summary>Reads a payload; false for all bytes but those of <see cref="ToJson"/> as canonical JSON.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Attestation? attestation)
    {
        attestation = null;
        if (!CanonicalReading.TryParse(payload, out var members))
            return false;
        try
        {
            var read = new Attestation(
                members["client"].OrNull(name => Requester.Parse(name.Text())),
                members["lines"].Integer(),
                ReadHash(members["linesHash"]),
                ReadHash(members["answersHash"]),
                ReadCounts(members["counts"].Object()),
                members["firstFreshAt"].OrNull(at => at.Moment()),
                members["lastFreshAt"].OrNull(at => at.Moment()),
                members["log"] is { } log ? LogHead.Read(log.Object()) : null
            );
            // Whatever reading passes over, a second spelling or a further member, shows when it is written again.
            if (read.Lines == read.Counts.Total && CanonicalJson.Encode(read.ToJson()).AsSpan().SequenceEqual(payload))
                attestation = read;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            // Not an attestation's.
        }
        return attestation is not null;
    }

    private JsonObject CountsToJson()
    {
        var counts = new JsonObject();
        foreach (var ofEffect in Counts.Decisions.GroupBy(count => count.Key.Effect))
            counts[ofEffect.Key.Word()] = new JsonObject(
                ofEffect.Select(count => KeyValuePair.Create<string, JsonNode?>(count.Key.Reason.Word(), count.Value))
            );
        counts[RefusedWord] = Counts.Refused;
        return counts;
    }

    private static AnswerCounts ReadCounts(JsonObject counts) =>
        new(
            (
                from ofEffect in counts
                where ofEffect.Key != RefusedWord
                from count in ofEffect.Value.Object()
                select KeyValuePair.Create(
                    (Wording.Parse<Effect>(ofEffect.Key), Wording.Parse<Reason>(count.Key)),
                    ReadCount(count.Value, least: 1)
                )
            ).ToImmutableSortedDictionary(),
            ReadCount(counts[RefusedWord], least: 0)
        );

    private static long ReadCount(JsonNode? count, long least) =>
        count.Integer() is var read && read >= least ? read : throw new FormatException("A count is expected.");

    private static byte[] ReadHash(JsonNode? hash) =>
        StrictBase64.TryDecodeUrl(hash.Text(), out var read) && read.Length == SHA256.HashSizeInBytes
            ? read
            : throw new FormatException("A hash is expected.");
}
