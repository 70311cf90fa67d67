using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>What the log shows to everybody proves itself.</summary>
public sealed class LogTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Checkpoints_proofs_and_tiles_agree_beyond_the_size_of_a_tile()
    {
        var keys = await Exports.KeysAsync(App);
        var kept = new List<Checkpoint>();
        foreach (var videos in new[] { 1, 3, 240, 300, 700 })
        {
            var creator = RegistryApplication.NewId();
            (
                await App.Platform()
                    .PostAsync(
                        "/v1/videos/batch",
                        new
                        {
                            videos = Enumerable
                                .Range(0, videos)
                                .Select(i => new { creatorId = creator, videoId = $"v{i}" }),
                        }
                    )
            ).Is(200);
            await Exports.CoveredAsync(App);
            Assert.True(SignedNote.TryParse(await Exports.CheckpointAsync(App), out var note));
            Assert.True(note.IsSignedOnlyBy(keys.LogKeys("development.invalid/consent-registry")));
            Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
            kept.Add(checkpoint);
        }
        var newest = kept[^1];

        // Every leaf from the entry tiles, hashed to the root that was signed; hash tiles say the same.
        var tree = new TreeBuilder();
        var tiles = new List<Tile>();
        for (var tile = 0L; tile * 256 < newest.Size; tile++)
        {
            var width = (int)Math.Min(256, newest.Size - (tile * 256));
            var suffix = width < 256 ? $".p/{width}" : "";
            var hashes = await BytesAsync($"/log/tile/0/{TileId.PathOf(tile)}{suffix}");
            Assert.Equal(width * 32, hashes.Length);
            var at = 0;
            foreach (var leaf in Split(await BytesAsync($"/log/tile/entries/{TileId.PathOf(tile)}{suffix}")))
            {
                Assert.Equal(hashes[(at * 32)..((at + 1) * 32)], MerkleTree.LeafHash(leaf));
                tree.Append(MerkleTree.LeafHash(leaf), tiles);
                at++;
                if (kept.Find(one => one.Size == tree.Size) is { } checkpoint)
                    Assert.Equal(checkpoint.Root, tree.Root());
            }
        }
        Assert.Equal(newest.Size, tree.Size);
        Assert.Equal(tiles.SelectMany(tile => tile.Root), await BytesAsync($"/log/tile/1/000.p/{tiles.Count}"));

        foreach (var earlier in kept)
        {
            foreach (var later in kept.Where(one => one.Size >= earlier.Size))
            {
                var proof = (
                    await App.Anonymous().GetAsync($"/v1/log/consistency?from={earlier.Size}&to={later.Size}")
                ).Is(200);
                Assert.True(
                    MerkleTree.VerifyConsistency(
                        earlier.Size,
                        later.Size,
                        Hashes(proof["proof"]!),
                        earlier.Root,
                        later.Root
                    )
                );
                Assert.Equal(Convert.ToBase64String(earlier.Root), (string)proof["fromRoot"]!);
            }
        }
        foreach (
            var id in await App.QueryAsync<Guid>("SELECT event_id FROM consent.history WHERE seq % 97 = 0 ORDER BY seq")
        )
        {
            var any = (await App.Anonymous().GetAsync($"/v1/log/proof/{id}")).Is(200);
            var seq = (long)any["seq"]!;
            foreach (var checkpoint in kept.Where(one => one.Size > seq))
            {
                var proof = (await App.Anonymous().GetAsync($"/v1/log/proof/{id}?size={checkpoint.Size}")).Is(200);
                Assert.True(
                    MerkleTree.VerifyInclusion(
                        seq,
                        checkpoint.Size,
                        MerkleTree.LeafHash(Encoding.UTF8.GetBytes((string)proof["leaf"]!)),
                        Hashes(proof["proof"]!),
                        checkpoint.Root
                    )
                );
                Assert.NotNull((string?)proof["checkpoint"]);
            }
        }
    }

    [Theory]
    [InlineData("/v1/log/proof/00000000-0000-0000-0000-000000000000", 404, null)]
    [InlineData("/v1/log/proof/nothing", 422, "eventId")]
    [InlineData("/v1/log/proof/{event}?size=0", 422, "size")]
    [InlineData("/v1/log/proof/{event}?size=999999999", 422, "size")]
    [InlineData("/v1/log/proof/{event}?size=x", 422, "size")]
    [InlineData("/v1/log/consistency", 422, "from")]
    [InlineData("/v1/log/consistency?from=0", 422, "from")]
    [InlineData("/v1/log/consistency?from=3&to=2", 422, "from")]
    [InlineData("/v1/log/consistency?from=1&to=999999999", 422, "to")]
    [InlineData("/v1/log/consistency?from=999999999", 422, "from")]
    [InlineData("/v1/log/export?from=2&to=1", 422, "from")]
    [InlineData("/v1/log/export?to=999999999", 422, "to")]
    [InlineData("/v1/log/export?from=1.5", 422, "from")]
    [InlineData("/log/tile/0/999", 404, null)]
    [InlineData("/log/tile/0/000", 404, null)]
    [InlineData("/log/tile/0/0", 404, null)]
    [InlineData("/log/tile/8/000", 404, null)]
    [InlineData("/log/tile/0/000.p/0", 404, null)]
    [InlineData("/log/tile/entries/x000/000", 404, null)]
    public async Task What_is_not_there_is_said_so(string path, int status, string? field)
    {
        await Exports.CoveredAsync(App);
        path = path.Replace(
            "{event}",
            $"{await App.ScalarAsync<Guid>("SELECT event_id FROM consent.history WHERE seq = 0")}",
            StringComparison.Ordinal
        );
        // Other tests of the class fill the first tile.
        if (
            path.EndsWith("/000", StringComparison.Ordinal)
            && await App.ScalarAsync<long>("SELECT count(*) FROM consent.history") >= 256
        )
            return;
        var problem = (await App.Auditor().GetAsync(path)).IsProblem(status, status == 404 ? "notFound" : "invalid");
        if (field is not null)
            Assert.Equal([field], problem.Fields);
    }

    [Theory]
    [InlineData("/log/tile/00/000.p/1")]
    [InlineData("/log/tile/+0/000.p/1")]
    [InlineData("/log/tile/-0/000.p/1")]
    [InlineData("/log/tile/%200/000.p/1")]
    [InlineData("/log/tile/0%20/000.p/1")]
    [InlineData("/log/tile/%090/000.p/1")]
    [InlineData("/log/tile/0x0/000.p/1")]
    [InlineData("/log/tile/%D9%A0/000.p/1")]
    [InlineData("/log/tile/0/000.p/01")]
    [InlineData("/log/tile/0/000.p/+1")]
    [InlineData("/log/tile/0/000.P/1")]
    [InlineData("/log/tile/0/000.p/1/")]
    [InlineData("/log/tile/0/x000/000.p/1")]
    [InlineData("/log/tile/0/0.p/1")]
    [InlineData("/log/tile/0%2F000.p%2F1")]
    [InlineData("/log/tile/0/000.p%252F1")]
    [InlineData("/log/TILE/0/000.p/1")]
    [InlineData("/LOG/tile/0/000.p/1")]
    [InlineData("/log/tile/Entries/000.p/1")]
    [InlineData("/log/tile/entries/000.p/01")]
    [InlineData("/log/tile/entries/000.p/1/")]
    [InlineData("/log/Checkpoint")]
    [InlineData("/log/checkpoint/")]
    public async Task A_tile_has_one_spelling(string path)
    {
        await Exports.CoveredAsync(App);
        (await App.Anonymous().GetAsync(path)).IsProblem(404, "notFound");
    }

    [Fact]
    public async Task A_slash_in_a_tiles_place_may_be_sent_as_itself_or_encoded()
    {
        await Exports.CoveredAsync(App);
        foreach (var tile in new[] { "0", "entries" })
        {
            var plain = await BytesAsync($"/log/tile/{tile}/000.p/1");
            Assert.NotEmpty(plain);
            Assert.Equal(plain, await BytesAsync($"/log/tile/{tile}/000.p%2F1"));
            Assert.Equal(plain, await BytesAsync($"/log/tile/{tile}/000.p%2f1"));
        }
    }

    [Fact]
    public async Task No_private_key_is_ever_shown_or_logged()
    {
        var secret = JsonNode.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(App.DataFolder, "log-keys.json"),
                TestContext.Current.CancellationToken
            )
        )!["keys"]!
            .AsArray()
            .Select(key => (string)key!["d"]!)
            .ToList();
        var keys = (await App.Anonymous().GetAsync("/v1/log/keys")).Is(200);
        Assert.All(keys["keys"]!.AsArray(), key => Assert.Null(key!["d"]));
        Assert.All(
            secret,
            part =>
                Assert.DoesNotContain(
                    App.Log.Lines.Append(keys.Text),
                    line => line.Contains(part, StringComparison.Ordinal)
                )
        );
        var made = Path.Combine(Directory.CreateTempSubdirectory("consent-keys-").FullName, "log-keys.json");
        LogKeys.ReadOrCreate(made, Exports.Ed25519);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made));
    }

    [Theory]
    [InlineData("consent_application", "INSERT INTO consent.history SELECT * FROM consent.history")]
    [InlineData("consent_application", "UPDATE consent.history SET body = NULL, salt = NULL")]
    [InlineData("consent_application", "DELETE FROM consent.history")]
    [InlineData("consent_application", "TRUNCATE consent.history")]
    [InlineData("consent_application", "INSERT INTO consent.tree_head VALUES (1, sha256('x'), 'x')")]
    [InlineData("consent_application", "DELETE FROM consent.tree_head")]
    [InlineData("consent_application", "INSERT INTO consent.cosigned_head VALUES (1, 'x')")]
    [InlineData("consent_application", "UPDATE consent.witness_round SET asked_at = now()")]
    [InlineData("consent_sequencer", "UPDATE consent.cosigned_head SET size = 1")]
    [InlineData("consent_sequencer", "DELETE FROM consent.cosigned_head")]
    [InlineData("consent_application", "DELETE FROM consent.inbox")]
    [InlineData("consent_application", "UPDATE consent.inbox SET tx = 0")]
    [InlineData("consent_application", "UPDATE consent.sequencer SET epoch = 0")]
    [InlineData("consent_application", "DELETE FROM consent.creator")]
    [InlineData("consent_application", "SELECT consent.erase('x', 0)")]
    [InlineData("consent_application", "ALTER TABLE consent.history DISABLE TRIGGER ALL")]
    [InlineData("consent_sequencer", "UPDATE consent.history SET body = NULL, salt = NULL")]
    [InlineData("consent_sequencer", "DELETE FROM consent.history")]
    [InlineData("consent_sequencer", "TRUNCATE consent.tree_head")]
    [InlineData("consent_sequencer", "UPDATE consent.creator SET version = 0")]
    [InlineData("consent_sequencer", "INSERT INTO consent.inbox SELECT * FROM consent.inbox")]
    [InlineData("consent_sequencer", "SELECT * FROM consent.creator_default")]
    [InlineData("consent_auditor", "SELECT * FROM consent.idempotency_key")]
    [InlineData("consent_auditor", "SELECT secret FROM consent.webhook")]
    [InlineData("consent_auditor", "SELECT url FROM consent.webhook")]
    [InlineData("consent_sequencer", "SELECT id FROM consent.webhook")]
    [InlineData(
        "consent_sequencer",
        "INSERT INTO consent.outbox (id, kind, to_platforms, data) VALUES (gen_random_uuid(), 'x', true, '{}')"
    )]
    [InlineData("consent_auditor", "UPDATE consent.creator SET version = 0")]
    [InlineData("consent_auditor", "DELETE FROM consent.history")]
    [InlineData("consent_auditor", "SELECT consent.erase('x', 0)")]
    public async Task A_role_can_do_its_work_and_nothing_else(string role, string sql)
    {
        await Exports.CoveredAsync(App);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() =>
            App.QueryAsync<object>($"SET LOCAL ROLE {role}; {sql}")
        );
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
    }

    [Theory]
    [InlineData("UPDATE consent.history SET tx = 0")]
    [InlineData("UPDATE consent.history SET salt = NULL")]
    [InlineData("DELETE FROM consent.history")]
    [InlineData("TRUNCATE consent.history")]
    [InlineData("UPDATE consent.tree_head SET note = ''")]
    [InlineData("DELETE FROM consent.tree_head")]
    [InlineData("TRUNCATE consent.tree_head")]
    [InlineData("TRUNCATE consent.cosigned_head")]
    [InlineData("INSERT INTO consent.cosigned_head SELECT size + 1000000, note FROM consent.tree_head")]
    [InlineData("INSERT INTO consent.cosigned_head SELECT size, 'x' || note FROM consent.tree_head")]
    [InlineData("SELECT consent.erase('$vocabulary', 0)")]
    public async Task A_guard_stops_the_owners_own_mistakes(string sql)
    {
        await Exports.CoveredAsync(App);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => App.QueryAsync<object>(sql));
        Assert.Equal(PostgresErrorCodes.IntegrityConstraintViolation, refusal.SqlState);
    }

    [Fact]
    public async Task An_auditor_reads_the_log_in_the_database_too() =>
        Assert.True(
            (await App.QueryAsync<bool>("SET LOCAL ROLE consent_auditor; SELECT true FROM consent.event LIMIT 1")).Count
                <= 1
        );

    private async Task<byte[]> BytesAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = App.Address };
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, path);
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static IEnumerable<byte[]> Split(byte[] bundle)
    {
        for (var at = 0; at < bundle.Length; )
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.AsSpan(at));
            yield return bundle[(at + 2)..(at + 2 + length)];
            at += 2 + length;
        }
    }

    private static byte[][] Hashes(JsonNode proof) =>
        [.. proof.AsArray().Select(hash => Convert.FromBase64String((string)hash!))];
}
