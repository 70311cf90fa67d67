using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// One form of what is answered: as it is, or packed by gzip, each with a tag of its own. It is not sent again to who
/// has it.
/// </summary>
/// <param name="Bytes">The body.</param>
/// <param name="Tag">The tag, a hash of what is answered and the name of the form.</param>
/// <param name="Encoding">The form's <c>Content-Encoding</c>; null for the bytes as they are.</param>
internal sealed record Representation(byte[] Bytes, EntityTagHeaderValue Tag, string? Encoding)
{
    private const string Gzip = "gzip";

    /// <summary>The bytes as they are.</summary>
    public static Representation Plain(byte[] bytes) => new(bytes, TagOf(bytes, encoding: null), Encoding: null);

    /// <summary>The bytes, packed.</summary>
    public static Representation Packed(byte[] bytes, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level, leaveOpen: true))
            gzip.Write(bytes);
        return new(packed.ToArray(), TagOf(bytes, Gzip), Gzip);
    }

    /// <summary>Whether a caller takes the packed form.</summary>
    public static bool IsPackedFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var named =
            accepted.FirstOrDefault(one => one.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase))
            ?? accepted.FirstOrDefault(one => one.Value == "*");
        return named is not null && named.Quality is not 0;
    }

    /// <summary>The answer: 304 to whoever has this form.</summary>
    /// <param name="http">The request.</param>
    /// <param name="media">The media type of the bytes.</param>
    /// <param name="hasForms">Whether other callers get another form.</param>
    public IResult AsResult(HttpContext http, string media, bool hasForms)
    {
        var headers = http.Response.Headers;
        if (hasForms)
            headers.Vary = HeaderNames.AcceptEncoding;
        if (Encoding is not null)
            headers.ContentEncoding = Encoding;
        return TypedResults.Bytes(Bytes, media, entityTag: Tag);
    }

    private static EntityTagHeaderValue TagOf(byte[] bytes, string? encoding) =>
        new(
            $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(..16))}{(encoding is null ? "" : $"-{encoding}")}\""
        );
}
