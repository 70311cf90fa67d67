using System.Collections.Concurrent;
using System.Data;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>
/// A registry whose checkpoints witnesses cosign: real ones as processes, and some that do what no witness does.
/// </summary>
public sealed class WitnessedLogTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string EveryTenSeconds = "Log:WitnessIntervalSeconds=10";

    private readonly string folder = Directory.CreateTempSubdirectory("consent-witnessed-").FullName;
    private readonly List<WitnessProcess> witnesses = [];
    private KeySet keys = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        keys = LogKeys.ReadOrCreate(LogServices.KeyFileIn(folder), Exports.Ed25519);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var witness in witnesses)
            await witness.DisposeAsync();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    // Too dependent on how busy the machine is for the shorter run: if the node that sequences changes, a witness that did
    // not answer is asked again only after an interval.
    [Fact]
    [Trait("Run", "Full")]
    public async Task Two_of_three_witnesses_are_enough_while_one_is_down_and_one_is_not()
    {
        await StartWitnessesAsync(3);
        var policy = Policy(Lines("group enough 2 w0 w1 w2", "quorum enough"));
        await using var app = await StartAsync(
            Lines("group enough 2 w0 w1 w2", "quorum enough"),
            database: null,
            EveryTenSeconds
        );
        await PublishedAsync(app, policy, cosigned: 3);

        // Growth is cosigned, by all three; then by the two that are left.
        await StopAsync(app, "ana");
        await PublishedAsync(app, policy, cosigned: 3);
        await witnesses[0].KillAsync();
        await StopAsync(app, "ben");
        var (note, head) = await PublishedAsync(app, policy, cosigned: 2);
        Assert.Equal(["w1", "w2"], policy.Judge(note).Counted.Select(one => one.Witness.Name));

        // With one of them nothing newer is published, and everything else goes on.
        await witnesses[1].KillAsync();
        await StopAsync(app, "cem");
        await Exports.CoveredAsync(app);
        Assert.Equal($"{note}", await Exports.CheckpointAsync(app));
        var newest = await app.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");
        Assert.True(newest > head.Size);
        await ProofsWorkAsync(app, head.Size, newest);

        // An export and a bundle end with what is published, and meet the policy.
        var request = new VerificationRequest { Policy = policy, PinnedSet = await Exports.KeysAsync(app) };
        var export = await Exports.OfLogAsync(app);
        var verdict = Exports.Verify(export, request);
        Assert.True(verdict.Verdict == Verdict.Valid, $"{verdict.Failure}");
        Assert.Equal(head.Size, verdict.Proven.Entries);
        var bundle = Exports.Verify(await Exports.OfCreatorAsync(app, "ben"), request);
        Assert.True(bundle.Verdict == Verdict.Valid, $"{bundle.Failure}");
        var beyond = Exports.Verify(await Exports.OfLogAsync(app, $"?to={newest}"), request);
        Assert.Equal(Verdict.Unusable, beyond.Verdict);
        await CommandAgreesAsync(policyOf: Lines("group enough 2 w0 w1 w2", "quorum enough"), export, expected: 0);
        await CommandAgreesAsync(policyOf: Lines("group enough all w0 w1 w2", "quorum enough"), export, expected: 2);

        // An erasure takes bodies of what is published: then the export goes further, and says that it is not witnessed.
        (await app.Admin().PostAsync("/v1/creators/ana/erasure", new { reason = "asked for" })).Is(200);
        await Exports.CoveredAsync(app);
        Assert.Equal(Verdict.Valid, Exports.Verify(await Exports.OfLogAsync(app)).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify(await Exports.OfLogAsync(app), request).Verdict);
        Assert.Equal(Verdict.Valid, Exports.Verify(await Exports.OfCreatorAsync(app, "ana")).Verdict);

        // It comes back with what it saw before.
        await witnesses[1].StartAsync();
        await PublishedAsync(app, policy, cosigned: 2);
        await AuditAsync(app);
        Assert.Empty(app.Log.Errors);
        Assert.Contains(app.Log.Lines, line => line.Contains("WitnessFailed", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Run", "Full")]
    public async Task Cosignatures_are_renewed_without_growth_also_when_the_node_that_asks_ends()
    {
        await StartWitnessesAsync(2);
        var lines = Lines("group enough all w0 w1", "quorum enough");
        var policy = Policy(lines);
        var database = await postgres.CreateDatabaseAsync();
        var first = await StartAsync(lines, database, EveryTenSeconds);
        await using var second = await RegistryApplication.StartAsync(
            database,
            Setting(lines),
            EveryTenSeconds,
            $"Log:KeyFile={LogServices.KeyFileIn(folder)}"
        );
        var (note, head) = await PublishedAsync(second, policy, cosigned: 2);
        var since = policy.Judge(note).Since;

        var renewed = await RenewedAsync(second, policy, since);
        await first.StopAsync();
        var epoch = await second.ScalarAsync<long>("SELECT epoch FROM consent.sequencer");
        // Whoever takes over knows nothing of what the witnesses saw last: they tell.
        await RenewedAsync(second, policy, renewed);
        Assert.Equal(epoch + 1, await second.ScalarAsync<long>("SELECT epoch FROM consent.sequencer"));
        Assert.Equal(head.Size, await second.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head"));
        Assert.Equal(
            1,
            await second.ScalarAsync<long>("SELECT count(*) FROM consent.cosigned_head WHERE size = $1", head.Size)
        );

        // And goes on where the log grows.
        await StopAsync(second, "ana");
        await PublishedAsync(second, policy, cosigned: 2);
        await AuditAsync(second);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_a_witness_says_is_stored_only_if_it_is_its_cosignature_of_that_checkpoint()
    {
        await StartWitnessesAsync(1);
        await using var server = LoopbackServer.Build();
        server.Run(WrongWitnesses.AnswerAsync);
        await server.StartAsync(Cancellation);
        var url = LoopbackServer.UrlOf(server);
        string[] lines =
        [
            .. Lines(),
            .. WrongWitnesses.Names.Select(name => $"witness {name} {WrongWitnesses.KeyOf(name)} {url}/{name}"),
            "witness nobody " + $"{WrongWitnesses.KeyOf("nobody")} http://127.0.0.1:{LoopbackPort.Free()}/",
            $"group enough any w0 nobody {string.Join(' ', WrongWitnesses.Names)}",
            "quorum enough",
        ];
        var policy = Policy(lines);
        await using var app = await StartAsync(lines);
        var expected = WrongWitnesses
            .Names.Select(name => (name, WrongWitnesses.OutcomeOf(name)))
            .Append(("nobody", "Unreachable"))
            .ToList();
        await Eventually.HoldsAsync(
            "each is told of",
            () => Task.FromResult(expected.TrueForAll(one => IsTold(app, one.Item1, one.Item2))),
            () => string.Join('\n', app.Log.Lines.Where(line => line.Contains("Witness", StringComparison.Ordinal)))
        );

        await StopAsync(app, "ana");
        var (note, _) = await PublishedAsync(app, policy, cosigned: 1);
        Assert.Equal(
            [RegistryOptions.DevelopmentOrigin, "w0.example/witness"],
            note.Signatures.Select(line => line.Name)
        );
        foreach (var stored in await app.QueryAsync<string>("SELECT note FROM consent.cosigned_head"))
        {
            Assert.True(SignedNote.TryParse(stored, out var cosigned));
            Assert.Equal(2, cosigned.Signatures.Count);
            Assert.True(policy.IsMetBy(cosigned));
        }
        Assert.Empty(app.Log.Errors);
    }

    [Fact]
    public async Task A_witness_is_asked_about_once_a_second_while_the_log_grows_and_never_backwards()
    {
        var asked = new ConcurrentQueue<(long At, long Size, int Status)>();
        await using var server = LoopbackServer.Build();
        var right = new Witness(keys.LogKeys(RegistryOptions.DevelopmentOrigin), WrongWitnesses.SignerOf("right"));
        Checkpoint? last = null;
        server.Run(async http =>
        {
            var request = await WrongWitnesses.ReadAsync(http);
            var answer = right.Judge(request, last, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
            Assert.True(Checkpoint.TryParse(request.Note.Text, out var shown));
            last = answer.IsCosigned ? shown : last;
            asked.Enqueue((TimeProvider.System.GetTimestamp(), shown.Size, answer.Status));
            http.Response.StatusCode = answer.Status;
            await http.Response.WriteAsync(answer.Body, http.RequestAborted);
        });
        await server.StartAsync(Cancellation);
        string[] lines = [$"witness right {right.Key} {LoopbackServer.UrlOf(server)}", "quorum right"];
        var policy = Policy(lines);
        var database = await postgres.CreateDatabaseAsync();
        var first = await StartAsync(lines, database);
        for (var change = 0; asked.Count < 4; change++)
            await StopAsync(first, $"c{change}");
        await PublishedAsync(first, policy, cosigned: 1);
        await first.StopAsync();

        // A node that starts again knows nothing of what the witness saw last: the witness tells.
        var before = asked.Count;
        await using var second = await StartAsync(lines, database);
        await StopAsync(second, "ana");
        await PublishedAsync(second, policy, cosigned: 1);

        var requests = asked.ToList();
        Assert.Equal(requests.Select(one => one.Size).Order(), requests.Select(one => one.Size));
        Assert.Equal(409, requests[before].Status);
        Assert.All(requests.Where((_, at) => at != before), one => Assert.Equal(200, one.Status));
        var ofFirst = requests.Take(before).ToList();
        Assert.All(
            ofFirst.Zip(ofFirst.Skip(1)),
            pair => Assert.True(TimeProvider.System.GetElapsedTime(pair.First.At, pair.Second.At).TotalSeconds > 0.5)
        );
    }

    [Theory]
    [InlineData(3L, "Refused")]
    [InlineData(1_000L, "Ahead")]
    public async Task A_witness_that_has_seen_another_history_never_cosigns_and_nothing_is_published(
        long size,
        string outcome
    )
    {
        await StartWitnessesAsync(2);
        var fork = new Checkpoint(RegistryOptions.DevelopmentOrigin, size, MerkleTree.LeafHash("another history"u8));
        var signers = keys.LogSigners(RegistryOptions.DevelopmentOrigin);
        Assert.Equal(200, await witnesses[1].ShowAsync(SignedNote.Sign(fork.ToString(), signers)));
        var lines = Lines("group enough all w0 w1", "quorum enough");
        var policy = Policy(lines);
        await using var app = await StartAsync(lines);
        await Eventually.HoldsAsync("it is told of", () => Task.FromResult(IsTold(app, "w1", outcome)));

        await StopAsync(app, "ana");
        await Exports.CoveredAsync(app);
        // Whoever has the policy refuses what is shown; whoever has none goes on as before.
        Assert.True(SignedNote.TryParse(await Exports.CheckpointAsync(app), out var shown));
        Assert.False(policy.IsMetBy(shown));
        Assert.Single(shown.Signatures);
        Assert.Equal(0, await app.ScalarAsync<long>("SELECT count(*) FROM consent.cosigned_head"));
        Assert.Equal(
            Verdict.Unusable,
            Exports.Verify(await Exports.OfLogAsync(app), new() { Policy = policy }).Verdict
        );
    }

    [Theory]
    [InlineData("quorum none", "asks for no witness")]
    [InlineData("witness a KEY|quorum a", "cannot be met")]
    [InlineData("witness a KEY http://w.example/|witness b OTHER|group g all a b|quorum g", "cannot be met")]
    [InlineData("log LOG|witness a KEY http://w.example/|quorum a", "no key of this one")]
    [InlineData("witness a KEY ftp://w.example/|quorum a", "gives the witness 'a' an address")]
    [InlineData("witness a KEY http://me@w.example/|quorum a", "gives the witness 'a' an address")]
    [InlineData("witness a KEY http://w.example/?a|quorum a", "gives the witness 'a' an address")]
    [InlineData("witness a KEY http://w.example/|quorum b", "Line 2:")]
    [InlineData(null, "cannot be read")]
    public async Task A_host_that_could_never_meet_its_policy_does_not_start(string? policy, string why)
    {
        var path = Path.Combine(folder, "policy");
        if (policy is not null)
            await File.WriteAllTextAsync(
                path,
                policy
                    .Replace("KEY", $"{WrongWitnesses.KeyOf("a")}", StringComparison.Ordinal)
                    .Replace("OTHER", $"{WrongWitnesses.KeyOf("b")}", StringComparison.Ordinal)
                    .Replace(
                        "LOG",
                        $"{WrongWitnesses.SignerOf("c").Key(NoteKeyType.Ed25519)}",
                        StringComparison.Ordinal
                    )
                    .Replace('|', '\n'),
                Cancellation
            );
        var database = await postgres.CreateDatabaseAsync();
        var refusal = await Assert.ThrowsAsync<StartupException>(() =>
            RegistryApplication.StartAsync(database, $"Log:WitnessPolicyFile={path}")
        );
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private async Task StartWitnessesAsync(int count)
    {
        var log = keys.LogKeys(RegistryOptions.DevelopmentOrigin);
        witnesses.AddRange(Enumerable.Range(0, count).Select(i => new WitnessProcess($"w{i}.example/witness", log)));
        await Task.WhenAll(witnesses.Select(witness => witness.StartAsync()));
    }

    private string[] Lines(params string[] quorum) =>
        [
            $"log {keys.LogKeys(RegistryOptions.DevelopmentOrigin)[0]}",
            .. witnesses.Select((witness, i) => $"witness w{i} {witness.Key} {witness.Url}"),
            .. quorum,
        ];

    private static WitnessPolicy Policy(string[] lines) =>
        WitnessPolicy.Parse(Encoding.UTF8.GetBytes(string.Join('\n', lines)), Exports.Ed25519).Value;

    private string Setting(string[] lines)
    {
        var path = Path.Combine(folder, $"policy-{Guid.NewGuid():N}");
        File.WriteAllText(path, string.Join('\n', lines));
        return $"Log:WitnessPolicyFile={path}";
    }

    private async Task<RegistryApplication> StartAsync(
        string[] lines,
        string? database = null,
        params string[] settings
    ) =>
        await RegistryApplication.StartInAsync(
            folder,
            database ?? await postgres.CreateDatabaseAsync(),
            [Setting(lines), .. settings]
        );

    private static async Task StopAsync(RegistryApplication app, string creator) =>
        (await app.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);

    /// <summary>Waits until what is published covers the whole log and is cosigned by so many.</summary>
    private static async Task<(SignedNote Note, Checkpoint Head)> PublishedAsync(
        RegistryApplication app,
        WitnessPolicy policy,
        int cosigned
    )
    {
        SignedNote? note = null;
        Checkpoint? head = null;
        await Eventually.HoldsAsync(
            "the whole log is published with its cosignatures",
            async () =>
                SignedNote.TryParse(await Exports.CheckpointAsync(app), out note)
                && Checkpoint.TryParse(note.Text, out head)
                && policy.IsMetBy(note)
                && policy.Judge(note).Counted.Length == cosigned
                && await app.ScalarAsync<bool>(
                    "SELECT max(seq) + 1 = $1 AND NOT EXISTS (SELECT FROM consent.inbox) FROM consent.history",
                    head.Size
                ),
            () =>
                $"{note}\n"
                + string.Join('\n', app.Log.Lines.Where(line => line.Contains("itness", StringComparison.Ordinal)))
        );
        return (note!, head!);
    }

    private static async Task<long?> RenewedAsync(RegistryApplication app, WitnessPolicy policy, long? since)
    {
        long? renewed = null;
        await Eventually.HoldsAsync(
            "the cosignatures are renewed",
            async () =>
                SignedNote.TryParse(await Exports.CheckpointAsync(app), out var note)
                && (renewed = policy.Judge(note).Since) > since
        );
        return renewed;
    }

    // At every size up to the newest one that is signed.
    private static async Task ProofsWorkAsync(RegistryApplication app, long published, long newest)
    {
        var proof = (await app.Anonymous().GetAsync($"/v1/log/consistency?from={published}")).Is(200);
        Assert.Equal(published, (long)proof["to"]!);
        (await app.Anonymous().GetAsync($"/v1/log/consistency?from={published}&to={newest}")).Is(200);
        var proofless = (await app.Anonymous().GetAsync($"/v1/log/consistency?from={newest}")).Is(200);
        Assert.Equal(newest, (long)proofless["to"]!);
        var events = await app.QueryAsync<Guid>("SELECT event_id FROM consent.history ORDER BY seq");
        var older = (await app.Anonymous().GetAsync($"/v1/log/proof/{events[0]}")).Is(200);
        Assert.Equal(published, (long)older["size"]!);
        Assert.Equal(await Exports.CheckpointAsync(app), (string?)older["checkpoint"]);
        var newer = (await app.Anonymous().GetAsync($"/v1/log/proof/{events[^1]}")).Is(200);
        Assert.Equal(newest, (long)newer["size"]!);
        Assert.NotNull(newer["checkpoint"]);
        (await app.Anonymous().GetAsync($"/log/tile/0/000.p/{newest}")).Is(200);
    }

    private async Task CommandAgreesAsync(string[] policyOf, byte[] export, int expected)
    {
        var (log, policy) = (Path.Combine(folder, "log.ndjson"), Path.Combine(folder, "policy.txt"));
        await File.WriteAllBytesAsync(log, export, Cancellation);
        await File.WriteAllLinesAsync(policy, policyOf, Cancellation);
        var result = await ConsentCommand.RunAsync(
            ["verify", log, "--policy", policy, "--max-age", "1h"],
            token: "",
            Cancellation
        );
        Assert.True(result.Code == expected, result.Told);
        Assert.Contains("Cosigned by w1", result.Told, StringComparison.Ordinal);
    }

    private static async Task AuditAsync(RegistryApplication app)
    {
        await Exports.CoveredAsync(app);
        await using var connection = await app.Database.OpenConnectionAsync(Cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, Cancellation);
        var report = await DatabaseAudit.RunAsync(
            connection,
            app.Services.GetRequiredService<IntegrityKeys>(),
            app.Services.GetRequiredService<LogSigner>(),
            new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            AuditSizes.Usual,
            AuditPace.OneMoment,
            Cancellation
        );
        Assert.True(report.Agrees, AuditText.For(report));
    }

    private static bool IsTold(RegistryApplication app, string witness, string outcome) =>
        app.Log.Lines.Any(line =>
            line.Contains("WitnessFailed", StringComparison.Ordinal)
            && line.Contains($"\"Witness\":\"{witness}\"", StringComparison.Ordinal)
            && line.Contains(outcome, StringComparison.Ordinal)
        );

    /// <summary>Witnesses that answer what no witness does, each at a path of its name.</summary>
    private static class WrongWitnesses
    {
        public static readonly IReadOnlyList<string> Names =
        [
            "garbage",
            "long",
            "stranger",
            "foreign",
            "future",
            "silent",
            "broken",
            "redirect",
            "unknown",
            "backwards",
        ];

        public static string OutcomeOf(string name) =>
            name switch
            {
                "silent" => "TimedOut",
                "broken" or "redirect" => "Failed",
                "unknown" or "backwards" => "Refused",
                _ => "Unusable",
            };

        public static NoteSigner SignerOf(string name) => new($"{name}.example/witness", KeyFrom(name));

        private static Ed25519PrivateKey KeyFrom(string name) =>
            Exports.Ed25519.ImportPrivateKey(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

        public static NoteKey KeyOf(string name) => SignerOf(name).Key(NoteKeyType.Cosignature);

        public static async Task<AddCheckpoint> ReadAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            Assert.True(AddCheckpoint.TryParse(body.ToArray(), out var request));
            return request;
        }

        public static async Task AnswerAsync(HttpContext http)
        {
            var name = http.Request.Path.Value!.Split('/')[1];
            var request = await ReadAsync(http);
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            var right = $"{Cosignature.Sign(request.Note.Text, now, SignerOf(name))}\n";
            var other = new Checkpoint(RegistryOptions.DevelopmentOrigin, 7, MerkleTree.EmptyRoot).ToString();
            var (status, answer) = name switch
            {
                "garbage" => (200, "<html>Please sign in.</html>"),
                // More lines than a note has, the right one among them, and more bytes than are read.
                "long" => (200, string.Concat(Enumerable.Repeat(right, 800))),
                // A key that the policy does not name, under the name of the one that it does.
                "stranger" => (
                    200,
                    $"{Cosignature.Sign(request.Note.Text, now, new(SignerOf(name).Name, KeyFrom("somebody else")))}\n"
                ),
                "foreign" => (200, $"{Cosignature.Sign(other, now, SignerOf(name))}\n"),
                "future" => (200, $"{Cosignature.Sign(request.Note.Text, now + 3_600, SignerOf(name))}\n"),
                "broken" => (503, right),
                "redirect" => (307, right),
                "unknown" => (404, right),
                // It asks for one proof after the other.
                "backwards" => (409, request.OldSize == 3 ? "4\n" : "3\n"),
                _ => (0, ""),
            };
            if (status == 0)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                return;
            }
            http.Response.StatusCode = status;
            if (status == 307)
                http.Response.Headers.Location = "/garbage/add-checkpoint";
            await http.Response.WriteAsync(answer, http.RequestAborted);
        }
    }
}
