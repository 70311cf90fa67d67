namespace ConsentRegistry.Api.Tests.Purposes;

/// <summary>The vocabulary only ever grows.</summary>
public sealed class PurposesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task A_purpose_is_registered_once_and_an_earlier_allow_does_not_reach_it()
    {
        var creator = RegistryApplication.NewId();
        await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { });
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" });
        var version = (int)(await App.Anonymous().GetAsync("/v1/purposes"))["version"]!;
        var purpose = new
        {
            purpose = "remix.dubbing",
            parent = "remix",
            usesLikeness = false,
            description = "Dubbing.\nIn any language.",
        };

        var made = (await App.Operator().PostAsync("/v1/purposes", purpose)).Is(201);
        Assert.Equal(
            $$"""{"purpose":"remix.dubbing","parent":"remix","usesLikeness":false,"description":"Dubbing.\nIn any language.","introducedIn":{{version + 1}},"effectiveEverywhere":true}""",
            made.Text
        );
        Assert.Equal(made.Text, (await App.Operator().PostAsync("/v1/purposes", purpose)).Is(200).Text);
        (await App.Operator().PostAsync("/v1/purposes", purpose with { usesLikeness = true })).IsProblem(
            409,
            "purposeExists"
        );
        (await App.Operator().PostAsync("/v1/purposes", purpose with { description = "Otherwise." })).IsProblem(
            409,
            "purposeExists"
        );
        var listed = (await App.Anonymous().GetAsync("/v1/purposes")).Is(200);
        Assert.Equal(version + 1, (int)listed["version"]!);
        Assert.Equal(
            made.Text.Replace(",\"effectiveEverywhere\":true", "", StringComparison.Ordinal),
            listed["items"]!.AsArray()[^1]!.ToJsonString()
        );

        var below = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix.dubbing",
                        minVersions = new Dictionary<string, int> { ["$vocabulary"] = version + 1 },
                    }
                )
        ).Is(200);
        Assert.Equal("purposeNewerThanConsent", (string)below["detail"]!);
        var above = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix",
                    }
                )
        ).Is(200);
        Assert.Contains("remix.dubbing", above["excludes"]!.AsArray().Select(one => (string)one!));
        Assert.Equal(
            version + 1L,
            await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = '$vocabulary'")
        );
    }

    [Fact]
    public async Task A_parent_uses_likeness_as_soon_as_a_purpose_below_it_does()
    {
        (
            await App.Operator()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "archive",
                        usesLikeness = false,
                        description = "Archiving.",
                    }
                )
        ).Is(201);
        (
            await App.Operator()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "archive.faces",
                        usesLikeness = true,
                        description = "Archiving of faces.",
                    }
                )
        ).Is(201);

        var items = (await App.Anonymous().GetAsync("/v1/purposes")).Is(200)["items"]!.AsArray();
        Assert.True((bool)items.Single(one => (string)one!["purpose"]! == "archive")!["usesLikeness"]!);
    }

    [Fact]
    public async Task Purposes_registered_at_once_get_one_version_each()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    App.Operator()
                        .PostAsync(
                            "/v1/purposes",
                            new
                            {
                                purpose = $"many-{i}",
                                usesLikeness = false,
                                description = "One of many.",
                            }
                        )
                )
        );

        Assert.Equal(12, answers.Select(answer => (int)answer.Is(201)["introducedIn"]!).Distinct().Count());
    }
}
