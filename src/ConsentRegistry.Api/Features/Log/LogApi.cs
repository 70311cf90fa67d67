using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Features.Log;

/// <summary>
/// The history log itself, for those who trust nobody: checkpoints, tiles, proofs, keys, and the whole of it. All but
/// the export is public.
/// </summary>
internal static class LogApi
{
    public static readonly RouteTable Table = new("Log", typeof(LogApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var files = app.MapContract("/log", Table).AllowAnonymous().RequireCors(ForEveryPage);
        files.AddEndpointFilter(TilePath.RefuseOtherSpellingsAsync);
        files
            .MapGet("/checkpoint", GetCheckpoint.Handle)
            .Named("getCheckpoint")
            .Produces<string>(200, LogMedia.Text)
            .Produces(StatusCodes.Status304NotModified);
        files
            .MapGet("/tile/{level}/{**tile}", GetTile.Handle)
            .Named("getTile")
            .Produces<byte[]>(200, LogMedia.Bytes)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(FailureCode.NotFound);
        files
            .MapGet("/tile/entries/{**tile}", GetEntries.Handle)
            .Named("getEntries")
            .Produces<byte[]>(200, LogMedia.Bytes)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(FailureCode.NotFound);

        var log = app.MapContract("/v1/log", Table);
        log.MapGet("/proof/{eventId}", GetInclusionProof.Handle)
            .Named("getInclusionProof", LogParameters.Size)
            .AllowAnonymous()
            .RequireCors(ForEveryPage)
            .Refuses(FailureCode.NotFound);
        log.MapGet("/consistency", GetConsistencyProof.Handle)
            .Named("getConsistencyProof", LogParameters.FromSize, LogParameters.ToSize)
            .AllowAnonymous()
            .RequireCors(ForEveryPage);
        log.MapGet("/keys", ListLogKeys.Handle)
            .Named("listLogKeys")
            .AllowAnonymous()
            .RequireCors(ForEveryPage)
            .Produces<LogKeysBody>()
            .Produces(StatusCodes.Status304NotModified)
            .NeedsNoDatabase();
        log.MapGet("/export", ExportLog.Handle)
            .Named("exportLog", LogParameters.FromLeaf, LogParameters.ToLeaf)
            .Allow(Access.Scope(Scopes.Audit))
            .Produces<string>(200, JsonLines.MediaType);
    }

    // What is public to everybody is so to the pages of others, which verify the log in a browser.
    private static void ForEveryPage(CorsPolicyBuilder policy) =>
        policy
            .AllowAnyOrigin()
            .AllowAnyHeader()
            .WithMethods(HttpMethods.Get, HttpMethods.Head)
            .WithExposedHeaders(HeaderNames.ETag);
}

/// <summary>The paths of C2SP tlog-tiles and tlog-checkpoint, which have one spelling each.</summary>
internal static class TilePath
{
    /// <summary>
    /// The path with each slash as itself: a client that fills it into a template may send <c>%2F</c>, which the
    /// server leaves as it is.
    /// </summary>
    public static string? WithSlashes(string? path) => path?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Answers 404 to a path that routing takes for a file's, and that is not spelled so: in capitals, with a slash
    /// too many, or with anything else encoded.
    /// </summary>
    public static ValueTask<object?> RefuseOtherSpellingsAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var spelling = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText!;
        foreach (var (name, value) in http.Request.RouteValues)
            spelling = spelling
                .Replace($"{{{name}}}", $"{value}", StringComparison.Ordinal)
                .Replace($"{{**{name}}}", $"{value}", StringComparison.Ordinal);
        return WithSlashes(AsSent(http)) == WithSlashes(spelling)
            ? next(context)
            : ValueTask.FromResult<object?>(Problem.UnknownPath);
    }

    // The path before anything of it was decoded. A proxy may send it after the address that it is for.
    private static string AsSent(HttpContext http)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var start = path.StartsWith('/') ? 0 : path.IndexOf("/log/", StringComparison.Ordinal);
        return path[Math.Max(start, 0)..];
    }
}

/// <summary>The media types of C2SP tlog-tiles.</summary>
internal static class LogMedia
{
    public const string Text = "text/plain";

    public const string Bytes = "application/octet-stream";

    /// <summary>What is once full never changes.</summary>
    public const string Forever = "public, max-age=31536000, immutable";
}
