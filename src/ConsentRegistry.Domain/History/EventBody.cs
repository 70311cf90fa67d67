using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>What an event says: who changed which record of which stream from what to what.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Previous">The SHA-256 of the stream's previous leaf; null on its first event.</param>
/// <param name="By">Who made the change.</param>
/// <param name="Change">The altered record.</param>
public sealed record EventBody(StreamId Stream, byte[]? Previous, Authorship By, RecordChange Change)
{
    /// <summary>The canonical JSON that the leaf commits to.</summary>
    public byte[] Encode() =>
        CanonicalJson.Encode(
            new JsonObject
            {
                ["stream"] = Stream.Name,
                ["prev"] = Previous is null ? null : Base64Url.EncodeToString(Previous),
                ["by"] = new JsonObject
                {
                    ["subject"] = By.Subject,
                    ["client"] = By.Client,
                    ["onBehalfOf"] = By.OnBehalfOf?.Value,
                    ["reason"] = By.Reason,
                },
                ["key"] = Change.Key.DeepClone(),
                ["before"] = Change.Before?.DeepClone(),
                ["after"] = Change.After?.DeepClone(),
            }
        );

    /// <summary>
    /// Reads the body of an event; false if the bytes are not those that <see cref="Encode"/> writes.
    /// </summary>
    /// <param name="type">One of <see cref="EventType"/>, as the leaf says.</param>
    /// <param name="bytes">The body.</param>
    /// <param name="body">What it says. Its records are JSON still; <see cref="RecordedChange"/> reads them.</param>
    public static bool TryParse(string type, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EventBody? body)
    {
        body = null;
        if (!CanonicalReading.TryParse(bytes, out var members))
            return false;
        try
        {
            var by = members["by"].Object();
            body = new(
                StreamId.TryParse(members["stream"].Text(), out var stream)
                    ? stream
                    : throw new FormatException("Not the name of a stream."),
                members["prev"] is { } previous ? Base64Url.DecodeFromChars(previous.Text()) : null,
                new(
                    TextOrNull(by["subject"]),
                    TextOrNull(by["client"]),
                    by["onBehalfOf"].OrNull(id => CreatorId.Parse(id.Text())),
                    TextOrNull(by["reason"])
                ),
                new(
                    type,
                    Detached(members["key"].Object()),
                    DetachedOrNull(members["before"]),
                    DetachedOrNull(members["after"])
                )
            );
        }
        catch (FormatException)
        {
            return false;
        }
        if (body.Previous is null or { Length: SHA256.HashSizeInBytes } && body.Encode().AsSpan().SequenceEqual(bytes))
            return true;
        body = null;
        return false;
    }

    /// <summary>
    /// Reads of a body that a leaf commits to only on which leaf it follows: the SHA-256 of that leaf; null on the first
    /// event of a stream.
    /// </summary>
    /// <exception cref="FormatException">The body says nothing of it.</exception>
    public static byte[]? ReadPrevious(ReadOnlySpan<byte> bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isPrevious = reader.ValueTextEquals("prev"u8);
            reader.Read();
            if (isPrevious)
                return reader.TokenType == JsonTokenType.Null
                    ? null
                    : Base64Url.DecodeFromChars(reader.GetString() ?? "");
            reader.Skip();
        }
        throw new FormatException("A body does not say on what it follows.");
    }

    private static JsonObject? DetachedOrNull(JsonNode? node) => node is null ? null : Detached(node.Object());

    private static string? TextOrNull(JsonNode? node) => node?.Text();

    private static JsonObject Detached(JsonObject node) => node.DeepClone().AsObject();
}
