using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Tests.Decisions;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>Plays the operations of decision cases over HTTP, and puts the answers to checks into the words of the cases.</summary>
/// <param name="app">The service.</param>
/// <param name="prefix">Stands before every creator's id, so that cases can share a database: it changes no order among them.</param>
internal sealed class CasesOverHttp(RegistryApplication app, string prefix)
{
    private readonly RegistryClient admin = app.Admin();

    public async Task PlayAsync(Operation operation)
    {
        var now = await app.NowAsync();
        var creator = operation.CreatorId is { } id ? $"/v1/creators/{prefix}{id}" : "";
        var requester = operation.Requester is { } named ? $"?requester={named}" : "";
        var choice = new
        {
            effect = operation.Effect,
            appliesTo = operation.Effect == "allow" ? operation.AppliesTo : null,
            conditions = operation.Conditions,
            expiresAt = operation.ExpiresInSeconds is { } seconds && Instant.TryParse(now, out var at) ? at.Plus(TimeSpan.FromSeconds(seconds)).ToString() : null,
        };
        var answer = operation.Op switch
        {
            "registerPurpose" => await admin.PostAsync("/v1/purposes", new { purpose = operation.Purpose, usesLikeness = operation.UsesLikeness, description = "A purpose of a test." }),
            "registerVideo" => await admin.PutAsync($"{creator}/videos/{operation.VideoId}", new
            {
                publishedAt = operation.Published switch { "now" => now, "longAgo" => "2020-01-01T00:00:00Z", _ => null },
                participants = operation.Participants?.Select(p => new { creatorId = prefix + p.CreatorId, role = p.Role }),
                derivedFrom = operation.DerivedFrom?.Select(Named),
            }),
            "setDefault" => await admin.PutAsync($"{creator}/consent/defaults/{operation.Purpose}{requester}", choice),
            "clearDefault" => await admin.DeleteAsync($"{creator}/consent/defaults/{operation.Purpose}{requester}"),
            "setOverride" => await admin.PutAsync($"{creator}{PathOf(operation)}/consent/{operation.Purpose}{requester}", choice with { appliesTo = null }),
            "clearOverride" => await admin.DeleteAsync($"{creator}{PathOf(operation)}/consent/{operation.Purpose}{requester}"),
            "lockdown" => await admin.PutAsync($"{creator}/lockdown", new { purposes = operation.Purposes }),
            "liftLockdown" => await admin.DeleteAsync($"{creator}/lockdown"),
            "hold" => await admin.PutAsync($"{creator}/hold", new { purposes = operation.Purposes, reason = "A test." }),
            "liftHold" => await admin.DeleteAsync($"{creator}/hold"),
            _ => throw new NotSupportedException($"Over HTTP there is no operation '{operation.Op}'."),
        };
        Assert.True(answer.Status is 200 or 201, $"{operation}: {answer.Status} {answer.Text}");
    }

    /// <summary>Asks one by one and all at once; both have to say the same.</summary>
    public async Task<IReadOnlyList<Expectation>> AskAsync(IReadOnlyList<CaseQuestion> questions, bool explain = false)
    {
        var batch = await AskBatchAsync(questions);
        var singles = new List<Expectation>();
        foreach (var question in questions)
        {
            var answer = await app.Platform().PostAsync("/v1/checks", BodyOf(question, explain));
            singles.Add(answer.Status == 422 ? new(Allowed: false, Error: answer.Code) : InWords(answer.Is(200).Json));
        }
        Assert.Equal(singles.Select(Text), batch.Select(Text));
        return singles;
    }

    /// <summary>Asks all at once.</summary>
    public async Task<IReadOnlyList<Expectation>> AskBatchAsync(IReadOnlyList<CaseQuestion> questions) =>
        [
            .. (await app.Platform().PostAsync("/v1/checks/batch", new { checks = questions.Select(question => BodyOf(question, explain: false)) }))
                .Is(200)["results"]!.AsArray().Select(result => InWords(result!)),
        ];

    public static string Text(Expectation expectation) => System.Text.Json.JsonSerializer.Serialize(expectation);

    private object BodyOf(CaseQuestion question, bool explain) =>
        new { creatorId = prefix + question.CreatorId, videoId = question.VideoId, purpose = question.Purpose, requester = question.Requester, explain };

    private Expectation InWords(JsonNode answer)
    {
        if (answer["error"] is { } error)
            return new((bool)answer["allowed"]!, Error: (string)error["code"]!);
        return new(
            (bool)answer["allowed"]!,
            (string)answer["effect"]!,
            (string)answer["reason"]!,
            (string?)answer["detail"],
            Texts(answer["obligations"]!),
            Texts(answer["excludes"]!),
            answer["decidedBy"] is not { } by ? null : new(
                Own(by["creatorId"]!),
                (string)by["role"]!,
                new(Own(by["video"]!["creatorId"]!), (string)by["video"]!["videoId"]!),
                (string?)by["scope"],
                (string?)by["purpose"],
                (string?)by["requester"]));
    }

    private string PathOf(Operation operation) => operation.Video!.CreatorId == operation.CreatorId
        ? $"/videos/{operation.Video.VideoId}"
        : string.Create(CultureInfo.InvariantCulture, $"/appearances/{prefix}{operation.Video.CreatorId}/{operation.Video.VideoId}");

    private object Named(VideoName video) => new { creatorId = prefix + video.CreatorId, videoId = video.VideoId };

    private string Own(JsonNode creator)
    {
        var id = (string)creator!;
        Assert.StartsWith(prefix, id, StringComparison.Ordinal);
        return id[prefix.Length..];
    }

    private static string[] Texts(JsonNode list) => [.. list.AsArray().Select(item => (string)item!)];
}
