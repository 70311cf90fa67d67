using System.Net.Mime;
using ConsentRegistry.Domain;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>Which media types of a body are JSON to the contract: the one that it names.</summary>
internal static class JsonBody
{
    /// <summary>The media type that the contract names.</summary>
    public const string MediaType = MediaTypeNames.Application.Json;

    /// <summary>The refusal of a body of another media type; null if it is JSON.</summary>
    /// <remarks>
    /// A type such as <c>application/merge-patch+json</c> says that the body means something else than the operation
    /// would make of it. Of the
    /// parameters only <c>charset</c> means something, and JSON is UTF-8.
    /// </remarks>
    public static Problem? Refuse(HttpRequest request)
    {
        var isJson =
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            && (
                !type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            );
        return isJson ? null : WrongType(request.ContentType, MediaType);
    }

    /// <summary>The refusal of a body by its media type.</summary>
    public static Problem WrongType(string? sent, string expected) =>
        new(
            415,
            ProblemCode.UnsupportedMediaType,
            $"{(string.IsNullOrEmpty(sent) ? "The request has no Content-Type" : $"The Content-Type is {Characters.Quote(sent)}")}; send the body as {expected}."
        );
}
