using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Startup;

/// <summary>What a developer sees when the service is up: where it is, tokens, and a tour to paste.</summary>
internal static class Welcome
{
    /// <param name="url">Where the service listens.</param>
    /// <param name="authority">The provider where people sign in; null if there is none.</param>
    /// <param name="dataFolder">The data folder, whose key signs tokens; null for the usual one.</param>
    /// <param name="tokens">What makes tokens.</param>
    /// <param name="now">The time.</param>
    public static string Text(
        string url,
        string? authority,
        string? dataFolder,
        DevelopmentTokens tokens,
        DateTimeOffset now
    )
    {
        // Another folder's key would sign tokens that this service refuses.
        var dev = dataFolder is null ? "./dev" : $"{RegistryOptions.DataVariable}={dataFolder} ./dev";
        string Token(params string[] words) => tokens.Make(words, now)!;
        // A creator nobody has heard of, so that the tour begins at the beginning however often it is taken.
        var creator = $"ana-{now:yyMMdd-HHmmss}";
        var signIn = authority is null ? "" : $"\n  Sign-in  {authority}";
        var check = $$"""{"creatorId":"{{creator}}","videoId":"first","purpose":"remix"}""";
        return $"""

            The consent registry is up.

              API      {url}
              Swagger  {url}/swagger
              Health   {url}/health/ready{signIn}

            Tokens for the next {DevelopmentTokens.Lifetime.TotalHours:0} hours (more with: {dev} token admin | platform <id> | creator <id> | agency <id> <creator>... | auditor):

              export REGISTRY={url}
              export PLATFORM_TOKEN={Token("platform", "studio")}
              export CREATOR_TOKEN={Token("creator", creator)}
              export ADMIN_TOKEN={Token("admin")}

            Paste the four lines above, then try it. Register a video:

              curl -s -X PUT "$REGISTRY/v1/creators/{creator}/videos/first" -H "Authorization: Bearer $PLATFORM_TOKEN" -H "Content-Type: application/json" -d '{JsonOf(
                "publishedAt",
                now
            )}'

            Silence is never consent: the check is denied.

              curl -s "$REGISTRY/v1/checks" -H "Authorization: Bearer $PLATFORM_TOKEN" -H "Content-Type: application/json" -d '{check}'

            The creator flips one switch, for every video there is:

              curl -s -X PUT "$REGISTRY/v1/creators/{creator}/consent/defaults/remix" -H "Authorization: Bearer $CREATOR_TOKEN" -H "Content-Type: application/json" -d '{Allow}'

            The same check is allowed:

              curl -s "$REGISTRY/v1/checks" -H "Authorization: Bearer $PLATFORM_TOKEN" -H "Content-Type: application/json" -d '{check}'

            Ctrl+C stops the service and its database; the data stay.

            """;
    }

    private const string Allow = """{"effect":"allow","appliesTo":"all"}""";

    private static string JsonOf(string field, DateTimeOffset time) =>
        $$"""{"{{field}}":"{{time:yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""";
}
