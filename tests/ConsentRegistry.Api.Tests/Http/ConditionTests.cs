using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// Conditional requests (RFC 9110, section 13): a condition is evaluated or refused, and never passed over.
/// </summary>
public sealed class ConditionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Date = "Sat, 28 Nov 2026 12:00:00 GMT";

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private RegistryClient Client => App.Creator(creator);

    private string Consent => $"/v1/creators/{creator}/consent";

    private IEnumerable<(string Name, string Method, RouteEndpoint Endpoint)> Operations =>
        App
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint =>
                (
                    endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
                    endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0],
                    endpoint
                )
            );

    /// <summary>
    /// Conditions that do not hold, or that nobody can evaluate, where the settings are of a version and everything
    /// that an operation names is set.
    /// </summary>
    private static IEnumerable<(string Header, string Value, int WhereEvaluated)> Conditions(long version) =>
        [
            ("If-Match", "\"999\"", 412),
            ("If-Match", $"W/\"{version}\"", 412),
            ("If-Match", "999", 400),
            ("If-Match", $"*, \"{version}\"", 400),
            ("If-None-Match", "*", 412),
            ("If-None-Match", $"\"{version}\"", 412),
            ("If-None-Match", $"W/\"{version}\"", 412),
            ("If-None-Match", $"\"999\", \"{version}\"", 412),
            ("If-None-Match", $"\"{version}", 400),
            ("If-None-Match", "*, *", 400),
            ("If-None-Match", "", 400),
            ("If-Modified-Since", Date, 400),
            ("If-Unmodified-Since", Date, 400),
            ("If-Range", $"\"{version}\"", 400),
        ];

    [Fact]
    public async Task Each_operation_that_is_no_read_evaluates_or_refuses_each_conditional_header()
    {
        var (version, owner) = await EverythingIsSetAsync();
        var before = await StreamAsync();
        Assert.Equal(
            UnevaluatedConditions.Headers.Order(StringComparer.Ordinal),
            Conditions(version).Select(one => one.Header).Distinct().Order(StringComparer.Ordinal)
        );
        var wrong = new List<string>();
        foreach (var (name, method, endpoint) in Operations.Where(one => one.Method != "GET"))
        {
            var evaluates = TakesPreconditions(endpoint);
            Assert.True(
                evaluates || !ChangesSettings(endpoint),
                $"{name} changes settings and evaluates no condition."
            );
            foreach (var (header, value, whereEvaluated) in Conditions(version))
            {
                var answer = await SendAsync(name, method, endpoint, owner, $"{header}: {value}");
                var expected = evaluates ? whereEvaluated : 400;
                if (answer.Status != expected || (expected == 400 && !answer.Fields.SequenceEqual([header])))
                    wrong.Add(
                        $"{name}, {header}: {value}: {expected} was expected, but the answer is {answer.Status} "
                            + $"{answer.Text}"
                    );
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(before, await StreamAsync());
    }

    [Fact]
    public async Task A_read_refuses_only_conditions_that_would_forbid_it()
    {
        var (_, owner) = await EverythingIsSetAsync();
        var wrong = new List<string>();
        foreach (var (name, method, endpoint) in Operations.Where(one => one.Method == "GET"))
        {
            foreach (
                var (header, value, isRefused) in new[]
                {
                    ("If-Match", "\"1\"", true),
                    ("If-Unmodified-Since", Date, true),
                    ("If-Modified-Since", Date, false),
                    ("If-Range", "\"1\"", false),
                }
            )
            {
                var answer = await SendAsync(name, method, endpoint, owner, $"{header}: {value}");
                if (isRefused != (answer.Status == 400 && answer.Fields.SequenceEqual([header])))
                    wrong.Add($"{name}, {header}: {answer.Status} {answer.Text}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task What_is_to_be_set_only_if_it_is_not_set_yet_leaves_what_is_set()
    {
        const string onlyIfAbsent = "If-None-Match: *";
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" })).Is(200);

        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, onlyIfAbsent)).IsProblem(
            412,
            "preconditionFailed"
        );
        (await Client.DeleteAsync($"{Consent}/defaults/remix", onlyIfAbsent)).IsProblem(412, "preconditionFailed");
        (await ImportAsync(dryRun: false, "mining", "remix")).IsProblem(412, "preconditionFailed");
        (await ImportAsync(dryRun: true, "mining", "remix")).IsProblem(412, "preconditionFailed");
        var read = await Client.GetAsync(Consent);
        Assert.Equal((1, "deny"), (read.Version, (string)Assert.Single(read["defaults"]!.AsArray())!["effect"]!));

        // Other settings are no reason against it.
        (await Client.PutAsync($"{Consent}/defaults/remix?requester=acme", new { effect = "allow" }, onlyIfAbsent)).Is(
            200
        );
        (
            await Client.PutAsync(
                $"/v1/creators/{creator}/videos/v/consent/remix",
                new { effect = "allow" },
                onlyIfAbsent
            )
        ).Is(200);
        (
            await Client.PutAsync(
                $"/v1/creators/{creator}/videos/v/consent/remix",
                new { effect = "deny" },
                onlyIfAbsent
            )
        ).IsProblem(412, "preconditionFailed");
        Assert.Equal(2, (await ImportAsync(dryRun: false, "mining", "training")).Is(200).Changes);
        (await Client.PutAsync($"/v1/creators/{creator}/lockdown", null, onlyIfAbsent)).Is(200);
        (await Client.PutAsync($"/v1/creators/{creator}/lockdown", null, onlyIfAbsent)).IsProblem(
            412,
            "preconditionFailed"
        );

        Task<Answer> ImportAsync(bool dryRun, params string[] purposes) =>
            Client.PostAsync(
                $"{Consent}/changes",
                new
                {
                    dryRun,
                    changes = purposes.Select(purpose => new
                    {
                        op = "setDefault",
                        purpose,
                        effect = "allow",
                    }),
                },
                onlyIfAbsent
            );
    }

    [Fact]
    public async Task A_change_is_made_where_its_conditions_hold()
    {
        (
            await Client.PutAsync(
                $"{Consent}/defaults/remix",
                new { effect = "deny" },
                "If-Match: \"0\"",
                "If-None-Match: \"1\", W/\"7\""
            )
        ).Is(200);
        (
            await Client.PutAsync(
                $"{Consent}/defaults/remix",
                new { effect = "ask" },
                "If-Match: \"1\"",
                "If-None-Match: \"1\""
            )
        ).IsProblem(412, "preconditionFailed");
        (
            await Client.PutAsync(
                $"{Consent}/defaults/remix",
                new { effect = "ask" },
                "If-Match: *",
                "If-None-Match: \"0\""
            )
        ).Is(200);
    }

    [Fact]
    public async Task A_request_with_another_condition_is_another_request()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, key, "If-None-Match: *")).Is(200);

        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, key)).IsProblem(
            422,
            "idempotencyKeyReused"
        );
        Assert.Equal(
            "true",
            (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, key, "If-None-Match: *"))
                .Is(200)
                .Header("Idempotent-Replayed")
        );
    }

    // What each operation of the table names is set, so that a condition on its absence does not hold.
    private async Task<(long Version, string Owner)> EverythingIsSetAsync()
    {
        var owner = RegistryApplication.NewId();
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{owner}/videos/shared",
                    new { participants = new[] { new { creatorId = creator, role = "depicted" } } }
                )
        ).Is(200);
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "ask" })).Is(200);
        (await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "ask" })).Is(200);
        (await Client.PutAsync($"/v1/creators/{creator}/videos/v/consent/remix", new { effect = "ask" })).Is(200);
        (
            await Client.PutAsync(
                $"/v1/creators/{creator}/appearances/{owner}/shared/consent/remix",
                new { effect = "ask" }
            )
        ).Is(200);
        (await Client.PutAsync($"/v1/creators/{creator}/lockdown", new { purposes = new[] { "remix" } })).Is(200);
        return (
            (
                await App.Operator()
                    .PutAsync($"/v1/creators/{creator}/hold", new { purposes = new[] { "remix" }, reason = "order" })
            )
                .Is(200)
                .SettingsVersion,
            owner
        );
    }

    private Task<string> StreamAsync() =>
        App.ScalarAsync<string>(
            "SELECT count(*) || ' ' || coalesce(max(version), 0) FROM consent.event WHERE creator = $1 "
                + "OR creator LIKE '$%'",
            creator
        );

    private static bool TakesPreconditions(RouteEndpoint endpoint) =>
        endpoint
            .Metadata.GetMetadata<System.Reflection.MethodInfo>()!
            .GetParameters()
            .Any(parameter => parameter.ParameterType == typeof(Preconditions));

    // Whatever answers with a settings version has an ETag to compare.
    private static bool ChangesSettings(RouteEndpoint endpoint) =>
        endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(answer => answer.Type == typeof(ChangeBody));

    private Task<Answer> SendAsync(string name, string method, RouteEndpoint endpoint, string owner, string header)
    {
        var (path, body, _) = AccessTests.Operations[name];
        foreach (var (placeholder, value) in new[] { ("{c}", creator), ("{owner}", owner) })
            path = path.Replace(placeholder, value, StringComparison.Ordinal);
        foreach (var placeholder in new[] { "{nothing}", "{webhook}", "{notification}", "{event}" })
            path = path.Replace(placeholder, $"{Guid.NewGuid():D}", StringComparison.Ordinal);
        var text = body is null
            ? null
            : System
                .Text.Json.JsonSerializer.Serialize(body)
                .Replace("{c}", creator, StringComparison.Ordinal)
                .Replace("{unique}", $"{Guid.NewGuid()}", StringComparison.Ordinal);
        HttpContent? content =
            text is null && endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { } accepts
                ? new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue(accepts.ContentTypes[0]))
                : null;
        return App.Admin().SendAsync(new(method), path, content ?? (object?)text, header);
    }
}
