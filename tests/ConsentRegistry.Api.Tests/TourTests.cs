using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// README's tour, pasted as it stands, against a service with the data folder that `./dev` would find.
/// </summary>
public sealed class TourTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task Every_line_of_the_tour_works_as_it_stands_and_answers_as_README_says()
    {
        var folder = Directory.CreateTempSubdirectory("consent-tour-").FullName;
        // `./dev` without its builds: the same host, in the same environment.
        var dev = Path.Combine(folder, "dev");
        await File.WriteAllTextAsync(
            dev,
            $"#!/usr/bin/env bash\nexec dotnet '{AppContext.BaseDirectory}/ConsentRegistry.Api.dll' \"$@\"\n",
            TestContext.Current.CancellationToken
        );

        var answers = (await TourAsync(folder))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToList();

        Assert.Equal(4, answers.Count);
        Assert.Equal(
            (false, "noConsent", "neverSet"),
            ((bool)answers[1]["allowed"]!, (string)answers[1]["reason"]!, (string)answers[1]["detail"]!)
        );
        Assert.True((bool)answers[2]["effectiveEverywhere"]!);
        Assert.True((bool)answers[3]["effectiveEverywhere"]!);
        // Whatever README shows of the answers is there.
        var shown = Documented
            .BlocksBelow("README.md", "json", "## A tour")
            .Select(block => JsonNode.Parse(block.Replace("[…]", "[]", StringComparison.Ordinal))!)
            .ToList();
        Assert.Subset(Members(answers[1]), Members(shown[0]));
        Assert.Subset(Members(answers[2]), Members(shown[1]));
        Directory.Delete(folder, recursive: true);
    }

    // Each answer on a line of its own.
    private async Task<string> TourAsync(string folder)
    {
        var lines = string.Join('\n', Documented.BlocksBelow("README.md", "sh", "## A tour"))
            .Replace("http://127.0.0.1:5080", registry.App.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("curl -s ", "curl --fail-with-body -s -w '\\n' ", StringComparison.Ordinal);
        return (
            await Documented.RunAsync(
                $"chmod +x dev\n{lines}",
                folder,
                [("ASPNETCORE_ENVIRONMENT", "Development"), (RegistryOptions.DataVariable, registry.App.DataFolder)]
            )
        )
            .Succeeded()
            .Output;
    }

    private static HashSet<string> Members(JsonNode answer) => [.. answer.AsObject().Select(member => member.Key)];
}
