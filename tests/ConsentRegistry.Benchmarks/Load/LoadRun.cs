using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// What the parts of one run share: the data, a node of the service over them, and the yardstick. Each is started when
/// it is first needed.
/// </summary>
internal sealed class LoadRun(LoadOptions options, LoadedData data) : IAsyncDisposable
{
    private RunningServer? node;
    private RunningServer? bare;

    public LoadOptions Options { get; } = options;

    public LoadedData Data { get; } = data;

    public Scale Scale => Data.Scale;

    /// <summary>The node over the data.</summary>
    public async Task<RunningServer> NodeAsync() => node ??= await Data.StartNodeAsync("node-a");

    /// <summary>The yardstick, which answers with as many bytes as the node does.</summary>
    public async Task<RunningServer> BareAsync()
    {
        if (bare is null)
        {
            var (answer, type) = await Sample.CheckAsync(await NodeAsync(), Data.CheckToken, Scale);
            bare = await BareEndpoint.StartAsync(answer, type, Data.PathOf("bare-answer"));
        }
        return bare;
    }

    /// <summary>A client of a server, with a token.</summary>
    public static HttpClient Client(RunningServer server, string token)
    {
        var http = new HttpClient { BaseAddress = server.Url, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        if (bare is not null)
            await bare.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
    }
}

/// <summary>What the service answers, as the yardstick and a look at its correctness need it.</summary>
internal static class Sample
{
    private const int Checks = 201;

    /// <summary>An answer of the length in the middle of many checks' answers, and its content type.</summary>
    public static async Task<(byte[] Answer, string ContentType)> CheckAsync(
        RunningServer node,
        string token,
        Scale scale,
        bool hasGrants = false
    )
    {
        using var http = LoadRun.Client(node, token);
        var random = new Random(Seed: 1);
        var answers = new List<byte[]>();
        var type = "";
        for (var i = 0; i < Checks; i++)
        {
            var video = scale.RandomVideo(random);
            using var content = new StringContent(Scale.Check(video), Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/v1/checks", content);
            answer.EnsureSuccessStatusCode();
            type = answer.Content.Headers.ContentType!.ToString();
            answers.Add(await answer.Content.ReadAsByteArrayAsync());
            RequireRight(video, answers[^1], hasGrants);
        }
        return (answers.OrderBy(answer => answer.Length).ElementAt(Checks / 2), type);
    }

    /// <summary>Whether an answer is what the loaded data say: a fast wrong answer is worth nothing.</summary>
    public static void RequireRight(int video, ReadOnlySpan<byte> answer, bool hasGrants = false)
    {
        if (video == Scale.ChangeableVideoOf(Scale.OwnerOf(video)))
            return;
        var reader = new Utf8JsonReader(answer);
        var effect = JsonElement.ParseValue(ref reader).TryGetProperty("effect", out var word)
            ? word.GetString()
            : null;
        if (effect != (hasGrants && Scale.HasGrant(video) ? "allow" : Scale.EffectOf(video)))
            throw new BenchmarkException(
                $"a check of {Scale.Video(video)} was answered {Encoding.UTF8.GetString(answer)}"
            );
    }
}
