using System.Collections.Concurrent;
using System.Diagnostics;

namespace ConsentRegistry.Api.Tests.Settings;

/// <summary>How often a change goes to the database until it is committed.</summary>
[Collection(nameof(Alone))]
public sealed class RoundTripTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] Listened = ["Npgsql", "Microsoft.AspNetCore"];

    private const string Denies = """{"changes":[{"op":"setDefault","purpose":"mining","effect":"deny"}]}""";

    private readonly string creator = RegistryApplication.NewId();

    [Theory]
    [InlineData("consent/defaults/training", "PUT", """{"effect":"allow"}""", false, 3)]
    [InlineData("consent/defaults/training?requester=lab", "PUT", """{"effect":"allow"}""", true, 4)]
    // What could be an exception to it is read as well.
    [InlineData("consent/defaults/remix", "PUT", """{"effect":"deny"}""", false, 4)]
    [InlineData("consent/changes", "POST", Denies, true, 5)]
    [InlineData("lockdown", "PUT", "{}", false, 3)]
    [InlineData("lockdown", "DELETE", null, false, 3)]
    public async Task A_change_takes_at_most(string what, string method, string? body, bool hasKey, int trips)
    {
        var path = $"/v1/creators/{creator}";
        var client = registry.App.Creator(creator);
        // What stands is changed, and a stop is there to be lifted.
        (await client.PutAsync($"{path}/consent/defaults/remix", new { effect = "allow" })).Is(200);
        if (method == "DELETE")
            (await client.PutAsync($"{path}/lockdown", new { })).Is(200);
        var trace = ActivityTraceId.CreateRandom();
        var spans = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => Listened.Contains(source.Name),
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.Source.Name == "Npgsql")
                    spans.Enqueue($"{activity.GetTagItem("db.query.text")}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        string[] headers = [$"traceparent: 00-{trace}-{ActivitySpanId.CreateRandom()}-01"];
        if (hasKey)
            headers = [.. headers, $"Idempotency-Key: {Guid.NewGuid()}"];

        (await client.SendAsync(new HttpMethod(method), $"{path}/{what}", body, headers)).Is(200);

        Assert.True(spans.Count == trips, string.Join("\n---\n", spans));
    }
}
