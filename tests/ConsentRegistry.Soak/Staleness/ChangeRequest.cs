namespace ConsentRegistry.Soak.Staleness;

/// <summary>A change as it is sent.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Stream">The creator whose stream it raises.</param>
/// <param name="Body">The body, if it has one.</param>
/// <param name="Expires">
/// Whether it sets what expires, and so may be refused: where the clock has been stepped on in the meantime.
/// </param>
internal sealed record ChangeRequest(
    HttpMethod Method,
    string Path,
    string Stream,
    object? Body = null,
    bool Expires = false
)
{
    public static ChangeRequest Put(string stream, string path, object? body = null) =>
        new(HttpMethod.Put, $"/v1/creators/{stream}/{path}", stream, body);

    public static ChangeRequest Delete(string stream, string path) =>
        new(HttpMethod.Delete, $"/v1/creators/{stream}/{path}", stream);

    public static ChangeRequest Bulk(string stream, IEnumerable<object> changes) =>
        new(HttpMethod.Post, $"/v1/creators/{stream}/consent/changes", stream, new { changes });

    public override string ToString() => $"{Method} {Path}";
}
