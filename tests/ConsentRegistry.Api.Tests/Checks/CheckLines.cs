namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Checks of a creator's two videos, as lines: anybody may use <c>a</c>, and has to ask for <c>b</c>.</summary>
internal sealed class CheckLines(RegistryApplication app, string creator)
{
    /// <summary>Registers the videos, and says so.</summary>
    public async Task PrepareAsync()
    {
        foreach (var video in new[] { "a", "b" })
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/{video}", new { })).Is(200);
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/videos/b/consent/remix", new { effect = "ask" })
        ).Is(200);
    }

    /// <summary>A check of a video, with further members.</summary>
    public string Check(string video, string more = "") =>
        $"{{\"creatorId\":\"{creator}\",\"videoId\":\"{video}\",\"purpose\":\"remix\"{more}}}";

    /// <summary>Lines as a body. With no body at all its type would be forgotten.</summary>
    public static HttpContent Body(string lines)
    {
        HttpContent body =
            lines.Length == 0
                ? new StreamContent(new MemoryStream()) { Headers = { ContentLength = null } }
                : new StringContent(lines);
        body.Headers.ContentType = new("application/x-ndjson");
        return body;
    }
}
