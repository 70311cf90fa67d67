using System.Net;
using System.Text.Json;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Examples.Tests;

/// <summary>A platform: the example's process, and somebody with a browser before it.</summary>
internal sealed class Studio : IAsyncDisposable
{
    private readonly HttpClient browser;
    private readonly Dictionary<string, string> environment;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("consent-studio-");
    private ExampleProcess? process;

    public Studio(RunningRegistry registry, string id)
    {
        var url = $"http://127.0.0.1:{LoopbackPort.Free()}";
        browser = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new(url) };
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        environment = new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = url,
            ["Registry__Address"] = registry.Url,
            ["Registry__Token"] = registry.Token("platform", id),
            // A machine that many share stands still at times.
            ["Registry__Timeout"] = "00:00:30",
            ["Studio__Url"] = url,
            ["Studio__Data"] = data.FullName,
        };
    }

    public string Journal => PathOf("journal.jsonl");

    public string PathOf(string name) => Path.Combine(data.FullName, name);

    public string Output => process?.Output ?? "";

    public async Task StartAsync()
    {
        process = ExampleProcess.Start("RemixStudio", [], environment);
        await Wait.UntilAsync(
            "the studio serves",
            async () =>
            {
                try
                {
                    return (await GetAsync("/")).Status == 200;
                }
                catch (HttpRequestException) when (!process.HasExited)
                {
                    return false;
                }
            },
            () => Output
        );
    }

    /// <summary>Kills it, as a power failure would.</summary>
    public ValueTask KillAsync() => process!.DisposeAsync();

    /// <summary>Uploads a video, and returns its path.</summary>
    public async Task<string> UploadAsync(string owner, string participants = "")
    {
        var answer = await PostAsync("/videos", ("owner", owner), ("title", "Summer"), ("participants", participants));
        Assert.True(answer.Status == 302, answer.Text);
        return answer.Location!;
    }

    /// <summary>Presses the remix button of a video.</summary>
    public Task<Shown> RemixAsync(string video) =>
        PostAsync($"{video}/remixes", ("remixer", "dora"), ("caption", "Sun <3"));

    public async Task<Shown> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(
            fields.Select(field => KeyValuePair.Create(field.Name, field.Value))
        );
        return await SendAsync(HttpMethod.Post, path, form);
    }

    public Task<Shown> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<Shown> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await browser.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.Location?.ToString()
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        browser.Dispose();
        data.Delete(recursive: true);
    }
}

/// <summary>What somebody sees.</summary>
internal sealed record Shown(int Status, string Text, string? Location);
