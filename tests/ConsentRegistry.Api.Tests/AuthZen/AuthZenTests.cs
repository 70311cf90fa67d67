using System.Text;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.AuthZen;

/// <summary>The published Authorization API 1.0, over the registry's own decisions.</summary>
public sealed class AuthZenTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private const string Evaluation = "/access/v1/evaluation";
    private const string Evaluations = "/access/v1/evaluations";

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task A_decision_is_yes_or_no_with_what_the_registry_says_beside()
    {
        await PrepareAsync();
        var allowed = (await App.Platform("acme").PostAsync(Evaluation, Ask("open"))).Is(200);
        Assert.True((bool)allowed["decision"]!);
        Assert.Equal(
            ["allow", "creatorDefault"],
            [(string)allowed["context"]!["effect"]!, (string)allowed["context"]!["reason"]!]
        );
        Assert.Equal(["attribution"], allowed["context"]!["obligations"]!.AsArray().Select(one => (string)one!));
        Assert.Null(allowed["context"]!["allowed"]);
        var denied = (await App.Platform("acme").PostAsync(Evaluation, Ask("shut"))).Is(200);
        Assert.False((bool)denied["decision"]!);
        Assert.Equal("videoOverride", (string)denied["context"]!["reason"]!);
        // Members that nobody knows are passed over, and the video may be named in either way.
        var loose = Ask("open");
        (loose["more"], loose["subject"]!["properties"], loose["context"]) = (
            1,
            new JsonObject { ["role"] = "x" },
            new JsonObject { ["time"] = "now" }
        );
        loose["resource"] = new JsonObject
        {
            ["type"] = "video",
            ["id"] = "open",
            ["properties"] = new JsonObject { ["creatorId"] = creator, ["title"] = "t" },
        };
        Assert.True((bool)(await App.Platform("acme").PostAsync(Evaluation, loose)).Is(200)["decision"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"action":{"name":"remix"},"resource":{"type":"video","id":"a/b"}}""")]
    [InlineData("""{"subject":{"type":"requester","id":"a"},"resource":{"type":"video","id":"a/b"}}""")]
    [InlineData("""{"subject":{"type":"requester","id":"a"},"action":{"name":"remix"}}""")]
    [InlineData("""{"subject":"a","action":{"name":"remix"},"resource":{"type":"video","id":"a/b"}}""")]
    [InlineData("""{"subject":{"id":"a"},"action":{"name":"remix"},"resource":{"type":"video","id":"a/b"}}""")]
    [InlineData(
        """{"subject":{"type":"requester","id":7},"action":{"name":"remix"},"resource":{"type":"video","id":"a/b"}}"""
    )]
    [InlineData(
        """{"subject":{"type":"requester","id":"a"},"action":{"name":null},"resource":{"type":"video","id":"a/b"}}"""
    )]
    [InlineData("""{"subject":{"type":"requester","id":"a"},"action":{"name":"remix"},"resource":{"type":"video"}}""")]
    [InlineData(
        """{"subject":{"type":"requester","id":"a"},"action":{"name":"remix"},"resource":{"type":"video","id":"a/b","properties":[]}}"""
    )]
    [InlineData(
        """{"subject":{"type":"requester","id":"a"},"action":{"name":"remix"},"resource":{"type":"video","id":"a/b"},"context":"x"}"""
    )]
    [InlineData(
        """{"subject":{"type":"requester","id":"a"},"subject":{"type":"requester","id":"a"},"action":{"name":"remix"},"resource":{"type":"video","id":"a/b"}}"""
    )]
    public async Task What_is_malformed_or_misses_a_part_is_400(string body)
    {
        (await App.Platform().PostAsync(Evaluation, body)).IsProblem(400, "malformedJson");
        (await App.Platform().PostAsync(Evaluations, body)).IsProblem(400, "malformedJson");
    }

    [Theory]
    [InlineData("\"id\":\"\\ud800\"")]
    [InlineData("\"id\":\"a/\\udc00\\ud800\"")]
    [InlineData("\"id\":\"a/b\",\"\\ud800\":1")]
    [InlineData("\"id\":\"a/b\",\"properties\":{\"deep\":[{\"\\udfff\":1}]}")]
    [InlineData("\"id\":\"a/b\",\"properties\":{\"creatorId\":\"\\ud800\"}")]
    [InlineData("\"id\":\"a/b\",\"nobody\":\"\\ud800\"")]
    [InlineData("\"id\":\"a/b\u00ff\"")]
    [InlineData("\"id\":\"a/b\u00ed\u00a0\u0080\"")]
    [InlineData("\"id\":\"a/b\",\"nobody\u00ff\":1")]
    public async Task Text_that_is_not_Unicode_is_400_wherever_it_stands(string resource)
    {
        // Each character is the byte of its number: what is beyond ASCII is no UTF-8.
        var body =
            $$"""{"subject":{"type":"requester","id":"acme"},"action":{"name":"remix"},"resource":{"type":"video",{{resource}}},"evaluations":[{}]}""";
        (await App.Platform("acme").PostAsync(Evaluation, Encoding.Latin1.GetBytes(body))).IsProblem(
            400,
            "malformedJson"
        );
        (await App.Platform("acme").PostAsync(Evaluations, Encoding.Latin1.GetBytes(body))).IsProblem(
            400,
            "malformedJson"
        );
    }

    [Theory]
    [InlineData("user", "video", "a/b", "remix")]
    [InlineData("requester", "document", "a/b", "remix")]
    [InlineData("requester", "video", "b", "remix")]
    [InlineData("requester", "video", "a/b/c", "remix")]
    [InlineData("requester", "video", "a/b", "can_read")]
    [InlineData("requester", "video", "a/b", "dubbing")]
    public async Task What_the_registry_does_not_know_is_a_no_with_an_error(
        string subject,
        string resource,
        string id,
        string action
    )
    {
        var body = new
        {
            subject = new { type = subject, id = "acme" },
            action = new { name = action },
            resource = new { type = resource, id },
        };
        var answer = (await App.Platform("acme").PostAsync(Evaluation, body)).Is(200);
        Assert.False((bool)answer["decision"]!);
        Assert.Equal(422, (int)answer["context"]!["error"]!["status"]!);
        Assert.False(string.IsNullOrEmpty((string)answer["context"]!["error"]!["message"]!));
        // For whoever looks at the effect alone.
        Assert.Equal("deny", (string?)answer["context"]!["effect"]);
    }

    [Theory]
    [InlineData(null, "open,shut,open,unknown,open", "True,False,True,False,True")]
    [InlineData("execute_all", "open,shut,open", "True,False,True")]
    [InlineData("deny_on_first_deny", "open,open,shut,open", "True,True,False")]
    [InlineData("deny_on_first_deny", "open,open", "True,True")]
    [InlineData("permit_on_first_permit", "shut,unknown,open,shut", "False,False,True")]
    [InlineData("permit_on_first_permit", "shut,shut", "False,False")]
    public async Task Many_are_answered_in_order_as_far_as_the_semantic_goes(
        string? semantic,
        string videos,
        string expected
    )
    {
        await PrepareAsync();
        var body = new JsonObject
        {
            ["subject"] = new JsonObject { ["type"] = "requester", ["id"] = "acme" },
            ["action"] = new JsonObject { ["name"] = "remix" },
            ["evaluations"] = new JsonArray([
                .. videos
                    .Split(',')
                    .Select(video => new JsonObject { ["resource"] = Ask(video)["resource"]!.DeepClone() }),
            ]),
        };
        if (semantic is not null)
            body["options"] = new JsonObject { ["evaluations_semantic"] = semantic };
        var answer = (await App.Platform("acme").PostAsync(Evaluations, body)).Is(200);
        Assert.Equal(
            expected,
            string.Join(',', answer["evaluations"]!.AsArray().Select(one => (bool)one!["decision"]!))
        );
    }

    [Fact]
    public async Task A_bad_item_spoils_no_other_and_an_item_goes_before_the_defaults()
    {
        await PrepareAsync();
        var body = Ask("open");
        body["evaluations"] = JsonNode.Parse(
            """[{}, {"action":{"name":"mining"}}, {"action":{}}, {"subject":{"type":"requester","id":"rival"}}]"""
        );
        var own = App.With("consent:check", client: "acme");
        var answers = (await own.PostAsync(Evaluations, body)).Is(200)["evaluations"]!.AsArray();
        Assert.Equal([true, false, false, false], answers.Select(one => (bool)one!["decision"]!));
        Assert.Equal("noConsent", (string)answers[1]!["context"]!["reason"]!);
        Assert.Equal([400, 403], answers.Skip(2).Select(one => (int)one!["context"]!["error"]!["status"]!));
        Assert.Equal(["allow", "deny", "deny", "deny"], answers.Select(one => (string?)one!["context"]!["effect"]));
        (
            await own.PostAsync(
                Evaluation,
                JsonNode.Parse(Ask("open").ToJsonString().Replace("acme", "rival", StringComparison.Ordinal))
            )
        ).IsProblem(403, "requesterNotYours");
    }

    [Theory]
    [InlineData("""{"options":{"evaluations_semantic":"all"}}""")]
    [InlineData("""{"options":{"evaluations_semantic":1}}""")]
    [InlineData("""{"options":[]}""")]
    [InlineData("""{"evaluations":{}}""")]
    [InlineData("""{"evaluations":[1]}""")]
    [InlineData("""{"subject":"x"}""")]
    [InlineData("""{"action":1}""")]
    [InlineData("""{"resource":[]}""")]
    [InlineData("""{"context":true}""")]
    public async Task What_is_wrong_with_the_whole_is_400(string part)
    {
        var body = Ask("open");
        foreach (var (name, value) in JsonNode.Parse(part)!.AsObject())
            body[name] = value!.DeepClone();
        if (body["evaluations"] is null)
            body["evaluations"] = JsonNode.Parse("[{}]");
        (await App.Platform().PostAsync(Evaluations, body)).IsProblem(400, "malformedJson");
    }

    [Fact]
    public async Task Without_evaluations_many_are_one_and_too_many_are_none()
    {
        await PrepareAsync();
        Assert.True((bool)(await App.Platform("acme").PostAsync(Evaluations, Ask("open"))).Is(200)["decision"]!);
        var body = Ask("open");
        body["evaluations"] = new JsonArray();
        Assert.True((bool)(await App.Platform("acme").PostAsync(Evaluations, body)).Is(200)["decision"]!);
        body["evaluations"] = new JsonArray([.. Enumerable.Range(0, 1_001).Select(_ => new JsonObject())]);
        (await App.Platform("acme").PostAsync(Evaluations, body)).IsProblem(400, "malformedJson");
    }

    [Fact]
    public async Task The_request_id_comes_back_whatever_the_answer_is()
    {
        const string id = "X-Request-ID: bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
        foreach (
            var answer in new[]
            {
                await App.Platform("acme").PostAsync(Evaluation, Ask("open"), id),
                await App.Platform("acme").PostAsync(Evaluation, "{", id),
                await App.Anonymous().PostAsync(Evaluation, Ask("open"), id),
                await App.Creator("c").PostAsync(Evaluation, Ask("open"), id),
                await App.Anonymous().GetAsync("/.well-known/authzen-configuration", id),
            }
        )
        {
            Assert.Equal(id[14..], answer.Header("X-Request-ID"));
        }
        Assert.Null((await App.Platform().PostAsync(Evaluation, Ask("open"))).Header("X-Request-ID"));
    }

    [Fact]
    public async Task Who_may_not_check_is_refused_and_a_body_of_another_type_too()
    {
        (await App.Anonymous().PostAsync(Evaluation, Ask("open"))).IsProblem(401, "unauthenticated");
        (await App.Creator("c").PostAsync(Evaluations, Ask("open"))).IsProblem(403, "forbidden");
        (await App.Auditor().PostAsync(Evaluation, Ask("open"))).IsProblem(403, "forbidden");
        (
            await App.Platform()
                .SendAsync(
                    HttpMethod.Post,
                    Evaluation,
                    new StringContent(Ask("open").ToJsonString(), Encoding.UTF8, "text/plain")
                )
        ).IsProblem(400, "malformedJson");
    }

    [Fact]
    public async Task The_metadata_says_where_the_endpoints_are()
    {
        var metadata = (await App.Anonymous().GetAsync("/.well-known/authzen-configuration")).Is(200);
        var here = App.Address.GetLeftPart(UriPartial.Authority);
        Assert.Equal(
            $$"""{"policy_decision_point":"{{here}}","access_evaluation_endpoint":"{{here}}{{Evaluation}}","access_evaluations_endpoint":"{{here}}{{Evaluations}}"}""",
            metadata.Text
        );
    }

    [Fact]
    public async Task Outside_Development_the_metadata_does_not_believe_the_request()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "environment=Production",
            "Tokens:Authority=https://issuer.example",
            "PublicUrl=https://consent.example/registry/"
        );

        var metadata = (await app.Anonymous().GetAsync("/.well-known/authzen-configuration", "Host: evil.example")).Is(
            200
        );

        Assert.Equal("https://consent.example/registry", (string)metadata["policy_decision_point"]!);
        Assert.Equal($"https://consent.example/registry{Evaluation}", (string)metadata["access_evaluation_endpoint"]!);
        Assert.DoesNotContain("evil", metadata.Text, StringComparison.Ordinal);
    }

    private JsonObject Ask(string video) =>
        new()
        {
            ["subject"] = new JsonObject { ["type"] = "requester", ["id"] = "acme" },
            ["action"] = new JsonObject { ["name"] = "remix" },
            ["resource"] = new JsonObject { ["type"] = "video", ["id"] = $"{creator}/{video}" },
        };

    private async Task PrepareAsync()
    {
        foreach (var video in new[] { "open", "shut" })
            (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/{video}", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/remix",
                    new
                    {
                        effect = "allow",
                        appliesTo = "all",
                        conditions = new[] { "attribution" },
                    }
                )
        ).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/videos/shut/consent/remix", new { effect = "deny" })
        ).Is(200);
    }
}
