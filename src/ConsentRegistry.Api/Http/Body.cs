using System.Reflection;
using System.Security.Cryptography;
using FluentValidation;
using Microsoft.AspNetCore.Http.Metadata;

namespace ConsentRegistry.Api.Http;

/// <summary>Says how large the body of an operation may be.</summary>
/// <param name="Bytes">The limit in bytes.</param>
public sealed record BodyLimit(int Bytes)
{
    /// <summary>For a single change or check.</summary>
    public static readonly BodyLimit Single = new(1 << 20);

    /// <summary>For bulk changes and batches.</summary>
    public static readonly BodyLimit Bulk = new(8 << 20);
}

/// <summary>What the endpoint filter asks of every bound argument: why the request is refused, if it is.</summary>
public interface IBound
{
    Problem? Problem { get; }
}

/// <summary>A body that was read, of whatever type.</summary>
internal interface IBody
{
    /// <summary>The request; null if it was refused before it was understood.</summary>
    object? Content { get; }
}

/// <summary>A JSON body, read strictly and validated; handlers only ever see one without a problem.</summary>
/// <typeparam name="T">The request record.</typeparam>
public sealed class Body<T> : IBound, IBody, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? value;

    private Body(T? value, Problem? problem) => (this.value, Problem) = (value, problem);

    public Problem? Problem { get; }

    object? IBody.Content => value;

    /// <summary>The request.</summary>
    public T Value => value ?? throw new InvalidOperationException("The body was refused; no handler runs with it.");

    public static async ValueTask<Body<T>> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var (bytes, problem) = await BodyReader.ReadAsync(http);
        if (problem is not null)
            return new(null, problem);
        var empty = http.GetEndpoint()?.Metadata.GetMetadata<EmptyBody>();
        if (empty is not null && bytes.Length == 0)
            return new((T)empty.Stand, null);
        if (JsonBody.Refuse(http.Request) is { } otherType)
            return new(null, otherType);
        if (empty is not null && EmptyBody.IsNull(bytes.Span))
            return new((T)empty.Stand, null);
        if (!StrictJson.TryRead<T>(bytes, out var value, out problem))
            return new(null, problem);
        return new(value, Validation.Check(http.RequestServices.GetRequiredService<IValidator<T>>(), value!));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var optional = builder.Metadata.OfType<EmptyBody>().Any();
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), optional));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(408, typeof(ProblemBody), [Problem.MediaType]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(413, typeof(ProblemBody), [Problem.MediaType]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(415, typeof(ProblemBody), [Problem.MediaType]));
    }
}

/// <summary>
/// Says that an operation works without a body, and what then stands for it. JSON's null, which some clients send for
/// none, is none.
/// </summary>
public sealed record EmptyBody(object Stand)
{
    /// <summary>Whether a body is null.</summary>
    public static bool IsNull(ReadOnlySpan<byte> json) => json.Trim(" \t\r\n"u8).SequenceEqual("null"u8);
}

/// <summary>The body of an operation that takes none: one that is sent was meant for another operation.</summary>
public sealed class NoBody : IBound
{
    private NoBody(Problem? problem) => Problem = problem;

    public Problem? Problem { get; }

    public static async ValueTask<NoBody> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var (bytes, problem) = await BodyReader.ReadAsync(http);
        return new(
            problem
                ?? (
                    bytes.Length == 0
                        ? null
                        : new(
                            400,
                            ProblemCode.UnexpectedBody,
                            "The request has a body; send none, for the operation takes none."
                        )
                )
        );
    }
}

/// <summary>Reads request bodies up to the operation's limit, and tells idempotency what they were.</summary>
internal static class BodyReader
{
    public static async Task<(ReadOnlyMemory<byte> Bytes, Problem? Problem)> ReadAsync(HttpContext http)
    {
        var limit = http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? BodyLimit.Single;
        var body = await BodyBuffer.ReadAsync(http, limit.Bytes, Caller.From(http).Identity);
        return (body.Bytes, body.Problem);
    }

    /// <summary>The SHA-256 of the body that was read; of nothing if there was none.</summary>
    public static byte[] HashOf(HttpContext http) =>
        SHA256.HashData(BodyBuffer.Find(http) is { } body ? body.Bytes.Span : []);
}
