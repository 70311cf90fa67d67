using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// A check that is to be asked, in the shape in which nearly all callers send it: without what it does not need.
/// </summary>
/// <param name="Key">What it asks.</param>
/// <param name="Asked">How fresh it wants its facts.</param>
/// <param name="MinVersions">The versions that it asks for at least; null if it asks for none.</param>
internal sealed record Question(
    Key Key,
    Asked Asked = Asked.Fast,
    IReadOnlyDictionary<string, long>? MinVersions = null
)
{
    private static readonly JsonSerializerOptions Short = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The version of the owner's stream that it asks for at least; 0 if it asks for none.</summary>
    public long MinVersion => MinVersions?.GetValueOrDefault(Key.Creator) ?? 0;

    /// <summary>The body of a check alone, or one line of many.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(ToBody(), Short);

    /// <summary>The body of many checks.</summary>
    public static byte[] ToJson(IEnumerable<Question> questions) =>
        JsonSerializer.SerializeToUtf8Bytes(new { checks = questions.Select(question => question.ToBody()) }, Short);

    /// <summary>The body of an evaluation.</summary>
    public byte[] ToEvaluation() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                subject = new { type = "requester", id = Key.Requester },
                action = new { name = Key.Purpose },
                resource = new
                {
                    type = "video",
                    id = Key.Video,
                    properties = new { creatorId = Key.Creator },
                },
            }
        );

    private object ToBody() =>
        new
        {
            creatorId = Key.Creator,
            videoId = Key.Video,
            purpose = Key.Purpose,
            requester = Key.Requester,
            minVersions = MinVersions,
            consistency = Asked == Asked.Strong ? "strong" : null,
        };
}
