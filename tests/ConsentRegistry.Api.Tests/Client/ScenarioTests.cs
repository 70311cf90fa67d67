using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ConsentRegistry.Client;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>
/// The typed client passes the scenario that every client has to pass: tests/scenarios/README.md says how it is read.
/// </summary>
public sealed class ScenarioTests(PostgresFixture postgres) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Dictionary<string, JsonNode> variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceProvider> clients = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task The_client_passes_the_scenario_of_all_clients()
    {
        var scenario = JsonNode.Parse(Documented.Text("tests/scenarios/client.json"))!;
        await using var registry = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "RateLimits:RestrictionsPerSecond=1"
        );
        await using var proxy = new CuttingProxy(registry.Address);
        foreach (var name in scenario["made"]!.AsArray())
            variables[(string)name!] = $"made-{Guid.NewGuid():N}";
        foreach (var (name, identity) in Filled(scenario["identities"]!).AsObject())
        {
            var token = registry.Token((string)identity!["token"]!, (string)identity["id"]!);
            var services = new ServiceCollection();
            services.AddConsentRegistry(options =>
            {
                options.Address = proxy.Address;
                options.AccessToken = _ => ValueTask.FromResult(token);
            });
            clients[name] = services.BuildServiceProvider();
        }

        var steps = scenario["steps"]!.AsArray();
        foreach (var step in steps)
            await PlayAsync(step!.AsObject(), proxy);

        Assert.True(steps.Count > 20, "Hardly any step was found.");
    }

    private async Task PlayAsync(JsonObject step, CuttingProxy proxy)
    {
        var name = (string)step["name"]!;
        if ((string)step["do"]! is "disconnect" or "reconnect")
        {
            proxy.IsDown = (string)step["do"]! == "disconnect";
            return;
        }
        var client = clients[(string)step["as"]!].GetRequiredService<ConsentRegistryClient>();
        JsonNode? answer = null;
        Exception? failure = null;
        try
        {
            answer = await DoAsync(client, (string)step["do"]!, Filled(step["with"]!), OptionsOf(step));
        }
        catch (Exception e) when (e is ConsentRegistryException or HttpRequestException or TaskCanceledException)
        {
            failure = e;
        }
        switch (step)
        {
            case { } when step["expect"] is { } expected:
                Assert.True(failure is null, $"{name}: {failure}");
                AssertFits(name, Filled(expected), answer);
                break;
            case { } when step["expectError"] is { } expected:
                var refused = Assert.IsType<ConsentRegistryException>(failure);
                AssertFits(
                    name,
                    Filled(expected),
                    new JsonObject
                    {
                        ["status"] = (int)refused.Status,
                        ["code"] = refused.Code,
                        ["retryAfter"] = refused.RetryAfter?.TotalSeconds,
                    }
                );
                break;
            case { } when (bool?)step["expectUnreachable"] == true:
                Assert.True(failure is HttpRequestException or TaskCanceledException, $"{name}: {failure} {answer}");
                break;
            default:
                Assert.Fail($"{name}: nothing is expected.");
                break;
        }
        foreach (var (variable, member) in step["keep"]?.AsObject() ?? [])
            variables[variable] = answer![(string)member!]!.DeepClone();
    }

    private static async Task<JsonNode> DoAsync(
        ConsentRegistryClient client,
        string operation,
        JsonNode with,
        ChangeOptions options
    )
    {
        return operation switch
        {
            "check" => Node(await client.Checks.CheckAsync(As<Check>(with), Cancellation)),
            "checkBatch" => Node(
                await client.Checks.CheckBatchAsync(
                    As<List<Check>>(with["checks"]!),
                    with["defaults"] is { } defaults ? As<BatchDefaults>(defaults) : null,
                    Cancellation
                )
            ),
            "checkStream" => await StreamAsync(),
            "getConsent" => Node(await client.Settings.GetAsync(Text("creatorId"), Cancellation)),
            "registerVideo" => Node(
                await client.Videos.RegisterAsync(
                    Text("creatorId"),
                    Text("videoId"),
                    As<VideoFacts>(with["facts"]!),
                    options,
                    Cancellation
                )
            ),
            "setDefault" => Node(
                await client.Settings.SetDefaultAsync(
                    Text("creatorId"),
                    Text("purpose"),
                    As<Choice>(with["choice"]!),
                    options: options,
                    cancellation: Cancellation
                )
            ),
            "clearDefault" => Node(
                await client.Settings.ClearDefaultAsync(
                    Text("creatorId"),
                    Text("purpose"),
                    options: options,
                    cancellation: Cancellation
                )
            ),
            "setOverride" => Node(
                await client.Settings.SetOverrideAsync(
                    Text("creatorId"),
                    As<VideoName>(with["video"]!),
                    Text("purpose"),
                    As<Choice>(with["choice"]!),
                    options: options,
                    cancellation: Cancellation
                )
            ),
            "clearOverride" => Node(
                await client.Settings.ClearOverrideAsync(
                    Text("creatorId"),
                    As<VideoName>(with["video"]!),
                    Text("purpose"),
                    options: options,
                    cancellation: Cancellation
                )
            ),
            "change" => Node(
                await client.Settings.ChangeAsync(
                    Text("creatorId"),
                    [.. with["changes"]!.AsArray().Select(change => ChangeOf(change!))],
                    options: options,
                    cancellation: Cancellation
                )
            ),
            "setLockdown" => Node(
                await client.Stops.SetLockdownAsync(Text("creatorId"), options: options, cancellation: Cancellation)
            ),
            "liftLockdown" => Node(
                await client.Stops.LiftLockdownAsync(Text("creatorId"), options: options, cancellation: Cancellation)
            ),
            _ => throw new InvalidOperationException($"The runner does not know {operation}."),
        };

        string Text(string member) => (string)with[member]!;

        // Each repetition is like the first.
        async Task<JsonNode> StreamAsync()
        {
            var checks = As<List<Check>>(with["checks"]!);
            var times = (int?)with["times"] ?? 1;
            var all = Enumerable.Repeat(checks, times).SelectMany(one => one).ToAsyncEnumerable();
            var answers = await client
                .Checks.CheckStreamAsync(all, Cancellation)
                .Select(one => Comparable(one.Decision))
                .ToListAsync(Cancellation);
            Assert.Equal(checks.Count * times, answers.Count);
            Assert.All(answers.Chunk(checks.Count), part => Assert.Equal(answers.Take(checks.Count), part));
            return Node(new { results = answers.Take(checks.Count).Select(answer => JsonNode.Parse(answer)) });
        }

        // What an answer says of its moment differs.
        static string Comparable(Decision decision) => Node(decision with { FreshAt = null }).ToJsonString();
    }

    private ChangeOptions OptionsOf(JsonObject step)
    {
        var options = step["options"] is { } given ? Filled(given) : new JsonObject();
        return new()
        {
            IdempotencyKey = (string?)options["idempotencyKey"],
            IfSettingsVersion = (long?)options["ifSettingsVersion"],
        };
    }

    private static SettingChange ChangeOf(JsonNode change)
    {
        var purpose = (string)change["purpose"]!;
        var made = (string)change["op"]! switch
        {
            "setDefault" => SettingChange.SetDefault(purpose, As<Effect>(change["effect"]!)),
            "clearDefault" => SettingChange.ClearDefault(purpose),
            var other => throw new InvalidOperationException($"The runner does not know {other}."),
        };
        return made with { Requester = (string?)change["requester"] };
    }

    // A text that is nothing but a variable becomes its value, with its type.
    private JsonNode Filled(JsonNode node) =>
        node switch
        {
            JsonObject members => new JsonObject(
                members.Select(member =>
                    KeyValuePair.Create(Replaced(member.Key), member.Value is null ? null : Filled(member.Value))
                )
            ),
            JsonArray items => new JsonArray([.. items.Select(item => item is null ? null : Filled(item))]),
            _ when node.GetValueKind() == JsonValueKind.String => variables.TryGetValue(
                ((string)node!).Trim('{', '}'),
                out var value
            ) && ((string)node!).StartsWith('{')
                ? value.DeepClone()
                : Replaced((string)node!),
            _ => node.DeepClone(),
        };

    private string Replaced(string text) =>
        variables.Aggregate(
            text,
            (filled, variable) =>
                filled.Replace($"{{{variable.Key}}}", variable.Value.ToString(), StringComparison.Ordinal)
        );

    private static void AssertFits(string where, JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case null:
                Assert.True(actual is null, $"{where}: {actual} is not null.");
                break;
            case JsonObject { Count: 1 } least when least["atLeast"] is { } bound:
                Assert.True(actual is not null && (double)actual >= (double)bound, $"{where}: {actual} < {bound}");
                break;
            case JsonObject members:
                Assert.True(actual is JsonObject, $"{where}: {actual} is no object.");
                foreach (var (name, value) in members)
                    AssertFits($"{where}: {name}", value, actual![name]);
                break;
            case JsonArray items:
                Assert.True(actual is JsonArray list && list.Count == items.Count, $"{where}: {actual}");
                for (var i = 0; i < items.Count; i++)
                    AssertFits($"{where}: {i}", items[i], actual![i]);
                break;
            default:
                Assert.True(
                    JsonNode.DeepEquals(expected, actual),
                    $"{where}: expected {expected}, got {actual?.ToJsonString() ?? "null"}"
                );
                break;
        }
    }

    private static T As<T>(JsonNode node) => node.Deserialize<T>(Json)!;

    private static JsonNode Node<T>(T answer) => JsonSerializer.SerializeToNode(answer, Json)!;
}
