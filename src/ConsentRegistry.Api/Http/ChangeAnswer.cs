using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>What every answer to a change says beside its own: whether the change is in force. That is found out for each answer, and never stored.</summary>
public abstract record ChangeAnswer
{
    /// <summary>Whether every check that starts from now on, on any node, is answered with the change. False only with <c>Prefer: respond-async</c>.</summary>
    [Required]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EffectiveEverywhere { get; init; }

    /// <summary>With <c>Prefer: respond-async</c>: the moment from which on it will be, at the latest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? EffectiveBy { get; init; }

    /// <summary>The body, without whether the change is in force.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, GetType(), Json.Options);

    /// <summary>A body that <see cref="ToJson"/> wrote, with whether the change is in force.</summary>
    internal static byte[] Complete(byte[] body, InForce inForce)
    {
        var last = inForce.By is { } by ? $",\"effectiveEverywhere\":false,\"effectiveBy\":\"{by}\"}}" : ",\"effectiveEverywhere\":true}";
        return [.. body.AsSpan(..^1), .. Encoding.ASCII.GetBytes(last)];
    }
}
