using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Log;

/// <summary>What was checked.</summary>
/// <param name="Video">The video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">Who wants to use the video; null for one that nobody named.</param>
public sealed record ReceiptRequest(VideoKey Video, Purpose Purpose, Requester? Requester);

/// <summary>The head of the log's tree that was published when a check was answered.</summary>
/// <param name="Origin">Which log.</param>
/// <param name="Size">The number of leaves.</param>
/// <param name="Root">The root over them, 32 bytes.</param>
public sealed record LogHead(string Origin, long Size, byte[] Root)
{
    internal JsonObject ToJson() =>
        new()
        {
            ["origin"] = Origin,
            ["size"] = Size,
            ["root"] = StrictBase64.EncodeUrl(Root),
        };

    internal static LogHead Read(JsonObject log) =>
        StrictBase64.TryDecodeUrl(log["root"].Text(), out var root)
        && root.Length == Checkpoint.RootLength
        && log["size"].Integer() is >= 0 and var size
            ? new(log["origin"].Text(), size, root)
            : throw new FormatException("Not the head of a log.");
}

/// <summary>
/// What the registry answered to a check, and everything needed to decide it again: the moment, and the version of
/// every stream that was consulted. It is the payload of a token (<see cref="Jws"/>) of type <see cref="Type"/>.
/// </summary>
/// <param name="Request">What was checked.</param>
/// <param name="At">The moment that expiries were compared with.</param>
/// <param name="Decision">The answer.</param>
/// <param name="Versions">
/// The version of the vocabulary's stream, of the owner's and of that of every creator who was asked; 0 for a creator
/// never heard of. For an indeterminate decision also those of the owners of all videos that were reached.
/// </param>
/// <param name="Log">
/// The newest head of the log; null if it had none yet. Versions may be newer than it: the log follows changes.
/// </param>
public sealed record Receipt(
    ReceiptRequest Request,
    Instant At,
    DecisionRecord Decision,
    ImmutableSortedDictionary<string, long> Versions,
    LogHead? Log
)
{
    /// <summary>
    /// The id of the decision, where its answer had one; null otherwise, and then the payload has no member
    /// <c>decisionId</c>.
    /// </summary>
    public Guid? DecisionId { get; init; }

    /// <summary>The type of the token that a receipt is.</summary>
    public const string Type = "consent-receipt+jws";

    /// <summary>Characters of a token that is a receipt, at most: far more than any has.</summary>
    public const int MaxTokenLength = 64 << 10;

    /// <summary>The format, member <c>v</c>.</summary>
    public const int Format = 1;

    /// <summary>The payload of a receipt, ready for <see cref="Jws.Sign"/>.</summary>
    /// <param name="request">What was checked.</param>
    /// <param name="decision">The answer.</param>
    /// <param name="facts">The facts that it was made from.</param>
    /// <param name="versions">The versions of all streams consulted; see <see cref="Versions"/>.</param>
    /// <param name="at">The moment that expiries were compared with: <see cref="FactSet.ReadAt"/> of the facts.</param>
    /// <param name="log">The newest head of the log; null if it has none yet.</param>
    public static JsonObject Build(
        ReceiptRequest request,
        in Decision decision,
        FactSet facts,
        IReadOnlyDictionary<StreamId, long> versions,
        Instant at,
        LogHead? log
    ) =>
        new Receipt(
            request,
            at,
            DecisionRecord.From(facts, decision, request.Requester),
            versions.ToImmutableSortedDictionary(
                version => version.Key.Name,
                version => version.Value,
                StringComparer.Ordinal
            ),
            log
        ).ToJson();

    /// <summary>The payload. What is absent is null, but for the later member <c>decisionId</c>.</summary>
    public JsonObject ToJson() =>
        new JsonObject
        {
            ["v"] = Format,
            ["at"] = At.ToString(),
            ["request"] = new JsonObject
            {
                ["creatorId"] = Request.Video.Creator.Value,
                ["videoId"] = Request.Video.Video.Value,
                ["purpose"] = Request.Purpose.Name,
                ["requester"] = Request.Requester?.Value,
            },
            ["decision"] = Decision.ToJson(),
            ["versions"] = new JsonObject(
                Versions.Select(version => KeyValuePair.Create<string, JsonNode?>(version.Key, version.Value))
            ),
            ["log"] = Log?.ToJson(),
        }.WithLater("decisionId", DecisionId?.ToString());

    /// <summary>Reads a payload; false for all bytes but those of <see cref="ToJson"/> as canonical JSON.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = null;
        if (!CanonicalReading.TryParse(payload, out var members))
            return false;
        try
        {
            var request = members["request"].Object();
            var read = new Receipt(
                new(
                    new(CreatorId.Parse(request["creatorId"].Text()), VideoId.Parse(request["videoId"].Text())),
                    Purpose.Parse(request["purpose"].Text()),
                    request["requester"].OrNull(name => Requester.Parse(name.Text()))
                ),
                members["at"].Moment(),
                DecisionRecord.Read(members["decision"].Object()),
                members["versions"]
                    .Object()
                    .ToImmutableSortedDictionary(
                        version => StreamOf(version.Key).Name,
                        version => VersionOf(version.Value),
                        StringComparer.Ordinal
                    ),
                members["log"] is { } log ? LogHead.Read(log.Object()) : null
            )
            {
                DecisionId = members["decisionId"] is { } id ? Guid.ParseExact(id.Text(), "D") : null,
            };
            // Whatever reading passes over, a second spelling or a further member, shows when it is written again.
            if (CanonicalJson.Encode(read.ToJson()).AsSpan().SequenceEqual(payload))
                receipt = read;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            // Not a receipt's.
        }
        return receipt is not null;
    }

    /// <summary>The stream that a receipt names.</summary>
    /// <exception cref="FormatException">It is the name of none. No receipt that was read has such a name.</exception>
    public static StreamId StreamOf(string name) =>
        StreamId.TryParse(name, out var stream) ? stream : throw new FormatException("Not the name of a stream.");

    private static long VersionOf(JsonNode? version) =>
        version.Integer() is >= 0 and var read ? read : throw new FormatException("A version is 0 or more.");
}
