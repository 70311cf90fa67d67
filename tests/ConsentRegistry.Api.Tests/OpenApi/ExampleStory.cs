namespace ConsentRegistry.Api.Tests.OpenApi;

/// <summary>What it takes to play the story of the examples on a registry.</summary>
internal static class ExampleStory
{
    // What a name in a path stands for, which is not known before it is drawn.
    private static readonly Dictionary<string, string> Drawn = new(StringComparer.Ordinal)
    {
        ["first"] = "SELECT event_id FROM consent.history ORDER BY seq LIMIT 1",
        ["request"] = "SELECT id FROM consent.approval_request ORDER BY id DESC LIMIT 1",
        ["recall"] = "SELECT id FROM consent.recall ORDER BY id DESC LIMIT 1",
        ["grant"] = "SELECT id FROM consent.consent_grant ORDER BY id DESC LIMIT 1",
        ["webhook"] = "SELECT coalesce((SELECT id FROM consent.webhook), gen_random_uuid())",
        ["notification"] = "SELECT notification FROM consent.delivery LIMIT 1",
    };

    /// <summary>Waits until everything has happened that the step before has set going.</summary>
    public static async Task ReadyAsync(RegistryApplication app, string operation)
    {
        await Log.Exports.CoveredAsync(app);
        await Eventually.HoldsAsync(
            "all is handed on",
            () => app.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM consent.outbox)")
        );
        if (operation == "listRecalls")
            await Eventually.HoldsAsync(
                "the recall is issued",
                async () => await app.ScalarAsync<long>("SELECT count(*) FROM consent.recall") > 0
            );
    }

    /// <summary>Somebody with the token that <c>./dev token</c> prints for these words; without one if null.</summary>
    public static RegistryClient CallerOf(RegistryApplication app, string? words) =>
        app.Bearer(words is null ? null : app.Token(words.Split(' ')));

    /// <summary>A text with the ids that its names stand for.</summary>
    /// <param name="app">The registry.</param>
    /// <param name="text">The text.</param>
    /// <param name="written">How a name is written in it.</param>
    public static async Task<string> WithIdsAsync(RegistryApplication app, string text, Func<string, string> written)
    {
        foreach (var (name, sql) in Drawn.Where(drawn => text.Contains(written(drawn.Key), StringComparison.Ordinal)))
            text = text.Replace(
                written(name),
                $"{(await app.QueryAsync<Guid>(sql)).FirstOrDefault(Guid.CreateVersion7()):D}",
                StringComparison.Ordinal
            );
        return text;
    }
}
