using System.Buffers;
using System.Security.Claims;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Checks.Direct;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Sequencing;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// Chunks of lines, cut as the network might not: what is answered together, and what becomes of it where something is
/// out of reach.
/// </summary>
public sealed class ChunkAnswersTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly StreamCaller Acme = StreamCaller.From(
        new(new ClaimsIdentity([new("scope", Scopes.Check), new("client_id", "acme"), new("exp", "4102444800.5")]))
    );

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Explanations_of_a_crowd_are_answered_in_parts_each_in_full()
    {
        const int lines = 300;
        await PrepareAsync(
            "v",
            Enumerable.Range(0, 63).Select(i => new { creatorId = $"{creator}-{i}", role = "coCreator" })
        );

        var (answers, parts) = await AnswerAsync(
            AnswersOf(App.Replica),
            string.Concat(Enumerable.Repeat($"{Check("v", ",\"explain\":true")}\n", lines))
        );

        Assert.Equal(lines, answers.Count);
        Assert.All(answers, answer => Assert.Equal(64, answer["trace"]!.AsArray().Count));
        Assert.All(answers, answer => Assert.Null(answer["traceIsCut"]));
        Assert.InRange(parts.Count, 2, lines);
        Assert.All(parts, part => Assert.InRange(part, 1, ChunkAnswers.LargestPart + (1 << 16)));
    }

    [Fact]
    public async Task Lines_whose_permission_runs_out_are_decided_again_and_answered_once()
    {
        const int lines = 2_500;
        await PrepareAsync("v", Array.Empty<object>());
        Assert.True(App.Replica.TryBegin(out var good));
        var nothing = new FactMemory();
        nothing.Publish([], [], [], [], good.Memory.Vocabulary);
        var (moment, longEnough) = (TimeSpan.FromMilliseconds(2), BootClock.Nanoseconds(TimeSpan.FromHours(1)));
        using var replica = new ConsentReplica(new() { DeltaMs = (int)moment.TotalMilliseconds });
        replica.NoteBeat(BootClock.Now + longEnough);
        var text = string.Concat(Enumerable.Repeat($"{Check("v")}\n", lines));
        var (chunk, chunkAnswers) = (Cut(text), AnswersOf(replica));
        // Once before, so that no time goes by with compiling.
        await AnswerAsync(AnswersOf(App.Replica), text);
        // A permission that is nearly over, of less time than so many lines take on any machine, by a memory that knows
        // nobody.
        replica.Publish(
            new(
                nothing,
                good.State.DatabaseTime,
                BootClock.Now - BootClock.Nanoseconds(moment) + BootClock.Nanoseconds(TimeSpan.FromMicroseconds(300))
            )
        );
        var answering = AnswerAsync(chunkAnswers, chunk);
        replica.Publish(new(good.Memory, good.State.DatabaseTime, BootClock.Now + longEnough));

        var (answers, _) = await answering;

        Assert.Equal(lines, answers.Count);
        Assert.All(answers, answer => Assert.Equal("creatorDefault", (string)answer["reason"]!));
    }

    [Fact]
    public async Task Without_memory_a_check_is_indeterminate_and_what_is_none_is_still_told_why()
    {
        using var never = new ConsentReplica(new());

        var (answers, _) = await AnswerAsync(
            AnswersOf(never),
            string.Join(
                '\n',
                Check("v"),
                "{",
                Check("v"),
                Check("v", ",\"explain\":true"),
                Check("v", ",\"requester\":\"rival\""),
                Check("v", ",\"minVersions\":{\"c\":1}"),
                Check("v")
            )
        );

        Assert.Equal(
            [
                "indeterminate",
                "malformedJson",
                "indeterminate",
                "indeterminate",
                "requesterNotYours",
                "indeterminate",
                "indeterminate",
            ],
            answers.Select(answer => (string?)answer["error"]?["code"] ?? (string)answer["reason"]!)
        );
        Assert.Equal(
            [2, 5],
            answers.Where(answer => answer["error"] is not null).Select(answer => (int)answer["line"]!)
        );
    }

    [Fact]
    public async Task A_receipt_that_cannot_be_written_down_is_not_given_and_the_other_answers_are()
    {
        await PrepareAsync("v", Array.Empty<object>());
        await using var nowhere = new Database("Host=127.0.0.1;Port=1;Database=none;Username=none");

        var (answers, _) = await AnswerAsync(
            AnswersOf(App.Replica, nowhere),
            string.Join(
                '\n',
                Check("v"),
                Check("v", ",\"receipt\":true"),
                "{",
                Check("w", ",\"receipt\":true"),
                Check("v", ",\"receipt\":true"),
                Check("v")
            )
        );

        Assert.Equal(
            ["creatorDefault", "indeterminate", "malformedJson", "noConsent", "indeterminate", "creatorDefault"],
            answers.Select(answer => (string?)answer["error"]?["code"] ?? (string)answer["reason"]!)
        );
        // Nobody relies on a deny.
        Assert.Equal([3], Enumerable.Range(0, 6).Where(i => answers[i]["receipt"] is not null));
    }

    private ChunkAnswers AnswersOf(ConsentReplica replica, Database? database = null)
    {
        var services = App.Services;
        return new(
            replica,
            new(replica),
            new(
                services.GetRequiredService<LogSigner>(),
                services.GetRequiredService<LogWatch>(),
                database ?? services.GetRequiredService<Database>(),
                services.GetRequiredService<IntegrityKeys>()
            ),
            services.GetRequiredService<IValidator<CheckRequest>>(),
            services.GetRequiredService<CheckRecorder>(),
            TimeProvider.System
        );
    }

    private static Chunk Cut(string lines)
    {
        var rest = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(lines));
        var chunk = Chunk.TryCut(ref rest, isAll: true, lines.Length, CheckStream.LongestLine, firstLine: 1)!;
        Assert.True(rest.IsEmpty);
        return chunk;
    }

    private static Task<(List<JsonNode> Answers, List<int> Parts)> AnswerAsync(ChunkAnswers answers, string lines) =>
        AnswerAsync(answers, Cut(lines));

    private static async Task<(List<JsonNode> Answers, List<int> Parts)> AnswerAsync(ChunkAnswers answers, Chunk lines)
    {
        using var chunk = lines;
        var (text, parts) = (new StringBuilder(), new List<int>());
        do
        {
            await answers.AnswerAsync(chunk, Acme, TestContext.Current.CancellationToken);
            text.Append(Encoding.UTF8.GetString(chunk.Answer.Written));
            parts.Add(chunk.Answer.Length);
        } while (!chunk.IsAnswered);
        return (
            [
                .. text.ToString()
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => JsonNode.Parse(line)!),
            ],
            parts
        );
    }

    private async Task PrepareAsync<T>(string video, IEnumerable<T> participants)
    {
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/{video}", new { participants })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
    }

    private string Check(string video, string more = "") =>
        $"{{\"creatorId\":\"{creator}\",\"videoId\":\"{video}\",\"purpose\":\"remix\"{more}}}";
}
