using System.CommandLine;
using System.Text.Json;
using Agency;
using ConsentRegistry.Client;

// How long one request may take, its repetitions included.
var timeout = TimeSpan.FromSeconds(30);

var creators = new Option<string[]>("--creator")
{
    Description = "A creator for whom the agency acts: one of the token's claim creators.",
    Required = true,
};
var policy = new Argument<FileInfo>("policy") { Description = "The settings that shall hold for each creator." };
var rules = new Argument<FileInfo>("rules") { Description = "Which requests to approve, and which to refuse." };
var plan = new Argument<FileInfo>("plan") { Description = "What plan wrote." };
var output = new Option<FileInfo>("--out") { Description = "Where the plan goes.", Required = true };

var show = new Command("show", "Shows what stands for each creator.") { creators };
show.SetAction(
    (parsed, cancellation) => RunAsync(registry => Show.RunAsync(registry, parsed.GetValue(creators)!, cancellation))
);
var planning = new Command("plan", "Shows what a policy would change for each creator, and changes nothing.")
{
    policy,
    creators,
    output,
};
planning.SetAction(
    (parsed, cancellation) =>
        RunAsync(registry =>
            Planning.RunAsync(
                registry,
                parsed.GetValue(policy)!,
                parsed.GetValue(creators)!,
                parsed.GetValue(output)!,
                cancellation
            )
        )
);
var apply = new Command("apply", "Makes the changes of a plan, for each creator whose settings are as it saw them.")
{
    plan,
};
apply.SetAction(
    (parsed, cancellation) => RunAsync(registry => Apply.RunAsync(registry, parsed.GetValue(plan)!, cancellation))
);
var answer = new Command("answer", "Answers open requests by rules. What no rule is for stays open.")
{
    rules,
    creators,
};
answer.SetAction(
    (parsed, cancellation) =>
        RunAsync(registry =>
            Answer.RunAsync(registry, parsed.GetValue(rules)!, parsed.GetValue(creators)!, cancellation)
        )
);
return await new RootCommand(
    "Acts for creators. CONSENT_REGISTRY and CONSENT_TOKEN say where the registry is and who acts."
)
{
    show,
    planning,
    apply,
    answer,
}
    .Parse(args)
    .InvokeAsync();

// A program of one person: it says what went wrong, and what stands stays.
async Task<int> RunAsync(Func<ConsentRegistryClient, Task<int>> work)
{
    try
    {
        var sending = new AccessTokenHandler(_ => ValueTask.FromResult(Of("CONSENT_TOKEN")), new SocketsHttpHandler());
        using var http = new HttpClient(new RetryHandler(timeout, sending))
        {
            BaseAddress = new(Of("CONSENT_REGISTRY")),
        };
        return await work(new(http));
    }
    catch (Exception e)
        when (e
                is ConsentRegistryException
                    or HttpRequestException
                    or TaskCanceledException
                    or IOException
                    or JsonException
                    or InvalidDataException
        )
    {
        await Console.Error.WriteLineAsync(e.Message);
        return ExitCode.Failed;
    }
}

static string Of(string variable) =>
    Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidDataException($"{variable} is not set.");
