using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Decisions;

/// <summary>
/// Plays the operations of decision cases over HTTP, and puts the answers to checks into the words of the cases. A
/// grant alone is written as an approval writes it, without a request before it: cases give grants where nobody could
/// ask, which is what they are about.
/// </summary>
/// <param name="app">The service.</param>
/// <param name="prefix">
/// Stands before every creator's id, so that cases can share a database: it changes no order among them.
/// </param>
internal sealed class CasesOverHttp(RegistryApplication app, string prefix)
{
    private readonly RegistryClient admin = app.Admin();

    public async Task PlayAsync(Operation operation)
    {
        if (operation.Op == "grant")
        {
            await GrantAsync(operation);
            return;
        }
        var now = await app.NowAsync();
        var creator = operation.CreatorId is { } id ? $"/v1/creators/{prefix}{id}" : "";
        var requester = operation.Requester is { } named ? $"?requester={named}" : "";
        var choice = new
        {
            effect = operation.Effect,
            appliesTo = operation.Effect == "allow" ? operation.AppliesTo : null,
            conditions = operation.Conditions,
            expiresAt = operation.ExpiresInSeconds is { } seconds ? Later(now, seconds).ToString() : null,
        };
        var answer = operation.Op switch
        {
            "registerPurpose" => await admin.PostAsync(
                "/v1/purposes",
                new
                {
                    purpose = operation.Purpose,
                    usesLikeness = operation.UsesLikeness,
                    description = "A purpose of a test.",
                }
            ),
            "registerVideo" => await admin.PutAsync(
                $"{creator}/videos/{operation.VideoId}",
                new
                {
                    publishedAt = operation.Published switch
                    {
                        "now" => now,
                        "longAgo" => "2020-01-01T00:00:00Z",
                        "unknown" or null => null,
                        var moved => Later(now, int.Parse(moved, CultureInfo.InvariantCulture)).ToString(),
                    },
                    participants = operation.Participants?.Select(p => new
                    {
                        creatorId = prefix + p.CreatorId,
                        role = p.Role,
                    }),
                    derivedFrom = operation.DerivedFrom?.Select(Named),
                    identifiers = new[] { IdentifierOf(operation.CreatorId!, operation.VideoId!) },
                }
            ),
            "setDefault" => await admin.PutAsync($"{creator}/consent/defaults/{operation.Purpose}{requester}", choice),
            "clearDefault" => await admin.DeleteAsync($"{creator}/consent/defaults/{operation.Purpose}{requester}"),
            "setOverride" => await admin.PutAsync(
                $"{creator}{PathOf(operation)}/consent/{operation.Purpose}{requester}",
                choice with
                {
                    appliesTo = null,
                }
            ),
            "clearOverride" => await admin.DeleteAsync(
                $"{creator}{PathOf(operation)}/consent/{operation.Purpose}{requester}"
            ),
            "lockdown" => await admin.PutAsync($"{creator}/lockdown", new { purposes = operation.Purposes }),
            "liftLockdown" => await admin.DeleteAsync($"{creator}/lockdown"),
            "hold" => await admin.PutAsync(
                $"{creator}/hold",
                new { purposes = operation.Purposes, reason = "A test." }
            ),
            "liftHold" => await admin.DeleteAsync($"{creator}/hold"),
            "erase" => await admin.PostAsync($"{creator}/erasure", new { reason = "A test." }),
            _ => throw new NotSupportedException($"Over HTTP there is no operation '{operation.Op}'."),
        };
        Assert.True(answer.Status is 200 or 201, $"{operation}: {answer.Status} {answer.Text}");
    }

    /// <summary>Asks one by one and all at once; both have to say the same.</summary>
    /// <param name="questions">The checks.</param>
    /// <param name="explain">
    /// Whether each is to be explained, which goes another way than the many that are not.
    /// </param>
    /// <param name="consistency">How new the facts have to be.</param>
    public async Task<IReadOnlyList<Expectation>> AskAsync(
        IReadOnlyList<CaseQuestion> questions,
        bool explain = false,
        string? consistency = null
    )
    {
        var batch = await AskBatchAsync(questions, consistency);
        var singles = new List<Expectation>();
        foreach (var question in questions)
        {
            singles.Add(InWords(await app.Platform().PostAsync("/v1/checks", BodyOf(question, explain, consistency))));
        }
        Assert.Equal(singles.Select(Text), batch.Select(Text));
        return singles;
    }

    /// <summary>Asks the same by what the videos are known by.</summary>
    public async Task<IReadOnlyList<Expectation>> AskByContentAsync(
        IReadOnlyList<CaseQuestion> questions,
        string consistency
    ) => [.. (
                await app.Platform()
                    .PostAsync(
                        "/v1/checks/batch",
                        new
                        {
                            checks = questions.Select(question => new
                            {
                                content = new[] { IdentifierOf(question.CreatorId, question.VideoId) },
                                purpose = question.Purpose,
                                requester = question.Requester,
                                consistency,
                            }),
                        }
                    )
            ).Is(200)["results"]!.AsArray().Select(result => InWords(result!))];

    /// <summary>Asks what was answered at a past moment.</summary>
    public async Task<IReadOnlyList<Expectation>> AskAsOfAsync(IReadOnlyList<CaseQuestion> questions, Instant moment)
    {
        var answers = new List<Expectation>();
        foreach (var question in questions)
            answers.Add(
                InWords(
                    await app.Auditor()
                        .PostAsync("/v1/checks", BodyOf(question, explain: false, consistency: null, moment.ToString()))
                )
            );
        return answers;
    }

    /// <summary>Asks all at once.</summary>
    public async Task<IReadOnlyList<Expectation>> AskBatchAsync(
        IReadOnlyList<CaseQuestion> questions,
        string? consistency = null
    ) =>
        [
            .. (
                await app.Platform()
                    .PostAsync(
                        "/v1/checks/batch",
                        new { checks = questions.Select(question => BodyOf(question, explain: false, consistency)) }
                    )
            ).Is(200)["results"]!
                .AsArray()
                .Select(result => InWords(result!)),
        ];

    public static string Text(Expectation expectation) => System.Text.Json.JsonSerializer.Serialize(expectation);

    private object BodyOf(CaseQuestion question, bool explain, string? consistency, string? asOf = null) =>
        new
        {
            creatorId = prefix + question.CreatorId,
            videoId = question.VideoId,
            purpose = question.Purpose,
            requester = question.Requester,
            explain,
            consistency,
            asOf,
        };

    private object IdentifierOf(string creator, string video) =>
        new { scheme = "platform", value = $"case:{prefix}{creator}.{video}" };

    private async Task GrantAsync(Operation operation)
    {
        var creator = CreatorId.Parse(prefix + operation.CreatorId);
        var video = KeyOf(operation.Video!);
        await BackgroundTransaction.RunAsync(
            app.Services.GetRequiredService<Database>().Changes,
            app.Services.GetRequiredService<IntegrityKeys>(),
            GiveAsync,
            TestContext.Current.CancellationToken
        );

        async Task<bool> GiveAsync(StreamTransaction change)
        {
            var cancellation = TestContext.Current.CancellationToken;
            var stream = (await change.LockAsync(StreamId.OfCreator(creator), cancellation)).Value;
            var terms = new GrantTerms(
                Purpose.Parse(operation.Purpose!),
                ConditionWords.Parse(operation.Conditions ?? []),
                (await VocabularyStore.ReadAsync(change, cancellation)).Version,
                operation.ExpiresInSeconds is { } seconds ? stream.Tx.Plus(TimeSpan.FromSeconds(seconds)) : null,
                operation.Uses is { } uses ? Math.Max(uses, 1) : null
            );
            var usedIn = operation.UsedIn is { } other ? KeyOf(other) : video;
            var grant = new StoredGrant(
                Guid.CreateVersion7(),
                new(Guid.CreateVersion7(), video, usedIn, Requester.Parse(operation.Requester!), terms, stream.Stamp),
                Used: 0
            );
            await GrantStore.InsertAsync(change, creator, [grant], cancellation);
            List<RecordChange> records = [Records.GrantChanged(grant.Id, null, grant.Grant)];
            // Given for one use, and used.
            if (operation.Uses == 0)
            {
                var spent = grant.Grant.Spent(stream.Stamp);
                await GrantStore.SpendAsync(change, [(grant.Id, 1)], cancellation);
                await GrantStore.UpdateStateAsync(change, [grant with { Grant = spent }], cancellation);
                records.Add(Records.GrantChanged(grant.Id, grant.Grant, spent));
            }
            await change.AppendAsync(
                stream,
                records,
                new("case", null, null, null),
                altersSettings: false,
                cancellation
            );
            return true;
        }
    }

    private VideoKey KeyOf(VideoName video) =>
        new(CreatorId.Parse(prefix + video.CreatorId), VideoId.Parse(video.VideoId));

    private static Instant Later(string now, int seconds)
    {
        Assert.True(Instant.TryParse(now, out var at));
        return at.Plus(TimeSpan.FromSeconds(seconds));
    }

    private Expectation InWords(Answer answer) =>
        answer.Status == 422 ? new(Allowed: false, Error: answer.Code) : InWords(answer.Is(200).Json);

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
            answer["decidedBy"] is not { } by
                ? null
                : new(
                    Own(by["creatorId"]!),
                    (string)by["role"]!,
                    new(Own(by["video"]!["creatorId"]!), (string)by["video"]!["videoId"]!),
                    (string?)by["scope"],
                    (string?)by["purpose"],
                    (string?)by["requester"]
                )
        );
    }

    private string PathOf(Operation operation) =>
        operation.Video!.CreatorId == operation.CreatorId
            ? $"/videos/{operation.Video.VideoId}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"/appearances/{prefix}{operation.Video.CreatorId}/{operation.Video.VideoId}"
            );

    private object Named(VideoName video) => new { creatorId = prefix + video.CreatorId, videoId = video.VideoId };

    private string Own(JsonNode creator)
    {
        var id = (string)creator!;
        Assert.StartsWith(prefix, id, StringComparison.Ordinal);
        return id[prefix.Length..];
    }

    private static string[] Texts(JsonNode list) => [.. list.AsArray().Select(item => (string)item!)];
}
