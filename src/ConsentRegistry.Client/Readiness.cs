using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>Whether a node of the registry can answer, part by part.</summary>
/// <param name="IsReady">Whether it says that it can.</param>
/// <param name="Parts">What it answers from.</param>
public sealed record Readiness(bool IsReady, IReadOnlyList<ReadinessPart> Parts);

/// <summary>A part of what a node answers from. A newer registry may have others.</summary>
/// <param name="Name">
/// <c>database</c>, <c>memory</c>, <c>keys</c> (of the issuer of tokens), <c>log</c> (the history log) or
/// <c>notifications</c> (handing them on).
/// </param>
/// <param name="Ready">Whether it is as it should be.</param>
/// <param name="Needed">Whether the node is not ready without it.</param>
/// <param name="Age">How long ago that was last seen; null if it never was, or cannot grow old.</param>
public sealed record ReadinessPart(
    string Name,
    bool Ready,
    bool Needed,
    [property: JsonPropertyName("ageMs")] [property: JsonConverter(typeof(MillisecondsConverter))] TimeSpan? Age = null
);

/// <summary>What the answer has, whether or not it is a refusal.</summary>
internal sealed record ReadinessBody(IReadOnlyList<ReadinessPart>? Parts = null);
