using System.CommandLine;
using ConsentRegistry.Client;
using DatasetBuilder;

// How long one request of the stream may take, its repetitions included.
var timeout = TimeSpan.FromSeconds(30);

var ids = new Argument<FileInfo>("ids")
{
    Description = """The videos, one a line: {"creatorId":"ana","videoId":"summer"}""",
};
var folder = new Argument<DirectoryInfo>("folder") { Description = "The dataset's folder." };
var purpose = new Option<string>("--purpose")
{
    Description = "What the dataset is for: the narrowest purpose that describes it.",
    Required = true,
};
var canMeet = new Option<string[]>("--can-meet")
{
    Description = "An obligation that the use of the dataset meets. A video with another one is left out.",
    DefaultValueFactory = _ => [],
};

var build = new Command("build", "Asks for each video, and keeps those that are allowed. Goes on where it was ended.")
{
    ids,
    folder,
    purpose,
    canMeet,
};
build.SetAction(
    (parsed, cancellation) =>
        RunAsync(
            parsed.GetValue(folder)!,
            (registry, dataset) =>
                new Build(registry, dataset).RunAsync(
                    parsed.GetValue(ids)!,
                    parsed.GetValue(purpose)!,
                    parsed.GetValue(canMeet)!,
                    cancellation
                )
        )
);
var recheck = new Command("recheck", "Asks again for each video of the dataset, and removes what is not allowed now.")
{
    folder,
};
recheck.SetAction(
    (parsed, cancellation) =>
        RunAsync(parsed.GetValue(folder)!, (registry, dataset) => new Recheck(registry, dataset).RunAsync(cancellation))
);
return await new RootCommand(
    "Builds a dataset of videos whose creators consent. CONSENT_REGISTRY and CONSENT_TOKEN say where the registry is and who asks."
)
{
    build,
    recheck,
}
    .Parse(args)
    .InvokeAsync();

// Whatever goes wrong, the dataset is as its manifest says, and the same command goes on from there.
async Task<int> RunAsync(DirectoryInfo into, Func<ConsentRegistryClient, Dataset, Task> work)
{
    try
    {
        var token =
            Environment.GetEnvironmentVariable("CONSENT_TOKEN")
            ?? throw new DatasetException("CONSENT_TOKEN is not set.");
        var address =
            Environment.GetEnvironmentVariable("CONSENT_REGISTRY")
            ?? throw new DatasetException("CONSENT_REGISTRY is not set.");
        var sending = new AccessTokenHandler(_ => ValueTask.FromResult(token), new SocketsHttpHandler());
        using var http = new HttpClient(new RetryHandler(timeout, sending)) { BaseAddress = new(address) };
        await work(new(http), new(into.FullName));
        return 0;
    }
    catch (Exception e)
        when (e
                is DatasetException
                    or ConsentRegistryException
                    or HttpRequestException
                    or IOException
                    or TaskCanceledException
        )
    {
        await Console.Error.WriteLineAsync($"Not finished: {e.Message} Run the same command again to go on.");
        return 1;
    }
}
