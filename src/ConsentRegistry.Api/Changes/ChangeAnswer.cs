using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Changes;

/// <summary>
/// What every answer to a change says beside its own: whether the change is in force. That is found out for each
/// answer, and never stored.
/// </summary>
public abstract record ChangeAnswer
{
    /// <summary>
    /// Whether every check that starts from now on, on any node, is answered with the change. False only with
    /// <c>Prefer: respond-async</c>, and where the change was <c>superseded</c>.
    /// </summary>
    [Required]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EffectiveEverywhere { get; init; }

    /// <summary>
    /// With <c>Prefer: respond-async</c>: the moment from which on it will be, at the latest. Absent where the change
    /// was superseded.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? EffectiveBy { get; init; }

    /// <summary>
    /// True where the answer was given before, under the same <c>Idempotency-Key</c>; absent otherwise. What it says
    /// was true then.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Replayed { get; init; }

    /// <summary>
    /// True in a repeated answer where something that the answer speaks of has been changed since. It is then not in
    /// force any more as the answer says. Absent otherwise. Changes of anything else do not count.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Superseded { get; init; }

    /// <summary>
    /// Where <c>superseded</c>: the version at which the stream stands now; absent where the change was of several
    /// streams.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [AtLeast(0)]
    public long? CurrentVersion { get; init; }

    /// <summary>The body, without whether the change is in force.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, GetType(), Json.Options);

    /// <summary>A body that <see cref="ToJson"/> wrote, with what each answer says anew.</summary>
    /// <param name="body">The body.</param>
    /// <param name="inForce">Whether the change is in force.</param>
    /// <param name="now">Of a repeated answer: what became of the records that it speaks of.</param>
    internal static byte[] Complete(byte[] body, InForce inForce, StampedNow? now)
    {
        var last = new StringBuilder(
            inForce.Everywhere ? ",\"effectiveEverywhere\":true" : ",\"effectiveEverywhere\":false"
        );
        if (inForce.By is { } by)
            last.Append($",\"effectiveBy\":\"{by}\"");
        if (now is not null)
            last.Append(",\"replayed\":true");
        if (now is { IsSuperseded: true })
            last.Append(",\"superseded\":true");
        if (now is { IsSuperseded: true, Versions.Count: 1 })
            last.Append(CultureInfo.InvariantCulture, $",\"currentVersion\":{now.Versions.Values.Single()}");
        return [.. body.AsSpan(..^1), .. Encoding.ASCII.GetBytes(last.Append('}').ToString())];
    }
}
