using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>
/// Somebody who may do everything in the database rewrites history, and an auditor who kept a checkpoint finds out.
/// </summary>
public sealed class TamperingTests(PostgresFixture postgres)
{
    private static readonly string Owner = RegistryApplication.NewId("owner");
    private static readonly string Other = RegistryApplication.NewId("other");
    private static readonly string Erased = RegistryApplication.NewId("gone");

    public static IEnumerable<TheoryDataRow<string, string>> Tamperings() =>
        [
            Row(
                "A leaf is edited",
                "UPDATE consent.history SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '\"ver\":2', "
                    + "'\"ver\":3'), 'UTF8') WHERE creator = '{owner}' AND version = 2",
                "missing"
            ),
            Row(
                "A change is dated back in its leaf",
                "UPDATE consent.history SET tx = tx - 60000000, leaf = convert_to(replace(convert_from(leaf, 'UTF8'), "
                    + "tx::text, (tx - 60000000)::text), 'UTF8') WHERE creator = '{owner}' AND version = 3",
                "not later"
            ),
            Row(
                "A body is edited",
                "UPDATE consent.history SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"deny\"', "
                    + "'\"allow\"'), 'UTF8') WHERE creator = '{other}' "
                    + "AND position('\"deny\"' IN convert_from(body, 'UTF8')) > 0",
                "leaf commits to"
            ),
            Row(
                "A salt is swapped",
                "UPDATE consent.history SET salt = sha256('another') WHERE creator = '{owner}' AND version = 1",
                "leaf commits to"
            ),
            Row(
                "Two salts are exchanged",
                "UPDATE consent.history h SET salt = o.salt FROM consent.history o WHERE h.creator = '{owner}' "
                    + "AND o.creator = '{owner}' AND (h.version, o.version) IN ((1, 2), (2, 1))",
                "leaf commits to"
            ),
            Row(
                "Two entries are exchanged",
                "UPDATE consent.history SET seq = seq + 1000 WHERE seq IN (12, 13); UPDATE consent.history "
                    + "SET seq = CASE seq WHEN 1012 THEN 13 ELSE 12 END WHERE seq > 1000",
                "missing"
            ),
            Row(
                "An entry is deleted and the rest moved up",
                "DELETE FROM consent.history WHERE creator = '{owner}' AND version = 2; UPDATE consent.history h "
                    + "SET seq = n.r FROM (SELECT event_id, row_number() OVER (ORDER BY seq) - 1 AS r "
                    + "FROM consent.history) n WHERE n.event_id = h.event_id",
                "missing"
            ),
            Row(
                "An entry is deleted",
                "DELETE FROM consent.history WHERE creator = '{owner}' AND version = 2",
                "stands where"
            ),
            Row(
                "The newest entries and their checkpoints are cut off",
                "DELETE FROM consent.history WHERE seq >= (SELECT min(size) FROM consent.tree_head); DELETE "
                    + "FROM consent.tree_head WHERE size > (SELECT min(size) FROM consent.tree_head)",
                "truncated"
            ),
            Row(
                "A body is cleared without an erasure",
                "UPDATE consent.history SET body = NULL, salt = NULL WHERE creator = '{other}' "
                    + "AND version = (SELECT max(version) FROM consent.history WHERE creator = '{other}')",
                "no erasure covers it"
            ),
            Row(
                "A body in the middle is cleared without an erasure",
                "UPDATE consent.history SET body = NULL, salt = NULL WHERE creator = '{other}' AND version = 1",
                "missing"
            ),
            Row(
                "An erasure's own body is cleared",
                "UPDATE consent.history SET body = NULL, salt = NULL WHERE type = 'creatorErased'",
                "no erasure takes"
            ),
            Row(
                "The leaf of an erasure is made to cover more",
                "UPDATE consent.history SET leaf = convert_to(regexp_replace(convert_from(leaf, 'UTF8'), "
                    + "'\"ranges\":\\[\\[[0-9]+', '\"ranges\":[[10'), 'UTF8') WHERE type = 'creatorErased'",
                "not of the erased"
            ),
            Row(
                "A checkpoint's root is edited",
                "UPDATE consent.tree_head SET note = translate(note, 'ABCDEFG', 'BCDEFGA') "
                    + "WHERE size = (SELECT max(size) FROM consent.tree_head)",
                "log's keys|the registry writes"
            ),
            Row(
                "A checkpoint is put under another size",
                "UPDATE consent.tree_head SET size = size - 1 WHERE size = (SELECT max(size) FROM consent.tree_head)",
                "stands after"
            ),
        ];

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task What_a_superuser_rewrites_is_found_out_against_a_kept_checkpoint(string sql, string expected)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        var input = await KeepAsync(app);
        Assert.Equal(Verdict.Valid, Exports.Verify(await Exports.OfLogAsync(app), input).Verdict);

        await TamperAsync(connectionString, sql);
        var verdict = Exports.Verify(await Exports.OfLogAsync(app), input);
        Assert.Equal(Verdict.Tampered, verdict.Verdict);
        Assert.True(
            expected.Split('|').Any(part => verdict.Failure!.What.Contains(part, StringComparison.Ordinal)),
            verdict.Failure?.What
        );
    }

    [Fact]
    public async Task An_older_copy_of_the_database_is_found_out_although_it_is_whole()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await TellAsync(app);
        var olderCopy = await Exports.OfLogAsync(app);
        (
            await app.Creator(Owner).PutAsync($"/v1/creators/{Owner}/consent/defaults/mining", new { effect = "deny" })
        ).Is(200);
        await Exports.CoveredAsync(app);
        var input = await KeepAsync(app);

        Assert.Equal(Verdict.Valid, Exports.Verify(olderCopy, input with { KeptCheckpoints = [] }).Verdict);
        var verdict = Exports.Verify(olderCopy, input);
        Assert.Equal(Verdict.Tampered, verdict.Verdict);
        Assert.Contains("shorter", verdict.Failure?.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_was_made_anew_with_the_log_s_own_keys_is_found_out_by_the_kept_checkpoint_alone()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        var input = await KeepAsync(app);
        await app.StopAsync();

        // The operator drops one denial, moves all up, throws away what was signed, and lets the service sign the rest
        // again.
        await TamperAsync(
            connectionString,
            $"""
            DELETE FROM consent.history WHERE creator = '{Other}' AND version = (SELECT max(version)
                FROM consent.history WHERE creator = '{Other}');
            UPDATE consent.history h SET seq = n.r FROM (SELECT event_id, row_number() OVER (ORDER BY seq) - 1 AS r
                FROM consent.history) n WHERE n.event_id = h.event_id;
            DELETE FROM consent.tree_head;
            DELETE FROM consent.log_digest
            """
        );
        File.Delete(Path.Combine(app.DataFolder, "log-checkpoint"));
        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString);
        await Exports.CoveredAsync(again);
        var fork = await Exports.OfLogAsync(again);

        Assert.NotEqual(Verdict.Unusable, Exports.Verify(fork).Verdict);
        var verdict = Exports.Verify(fork, input);
        Assert.Equal(Verdict.Tampered, verdict.Verdict);
    }

    [Fact]
    public async Task A_log_signed_by_somebody_else_s_keys_is_not_this_log()
    {
        await using var one = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await using var other = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await Exports.CoveredAsync(one);
        await Exports.CoveredAsync(other);
        var export = await Exports.OfLogAsync(other);
        Assert.Equal(Verdict.Valid, Exports.Verify(export).Verdict);
        var verdict = Exports.Verify(export, new() { PinnedSet = await Exports.KeysAsync(one) });
        Assert.Equal(Verdict.Tampered, verdict.Verdict);
        Assert.Contains("not signed", verdict.Failure?.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_says_that_nothing_was_withheld_and_one_with_anything_missing_or_mixed_up_is_refused()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await TellAsync(app);
        var lines = Lines(await Exports.OfCreatorAsync(app, Owner));
        var others = Lines(await Exports.OfCreatorAsync(app, Other));
        var verdict = Exports.Verify(Joined(lines));
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
        Assert.Contains("was withheld", verdict.Proven.Completeness, StringComparison.Ordinal);

        // Header, keys, checkpoint, entries, statement, end. The last line is made anew each time, as somebody would
        // who tampers.
        var last = lines.Length - 3;
        Dictionary<string, string[]> forgeries = new()
        {
            ["the newest version withheld"] = [.. lines[..last], .. lines[(last + 1)..]],
            ["the first version withheld"] = [.. lines[..3], .. lines[4..]],
            ["all withheld"] = [.. lines[..3], .. lines[^2..]],
            ["two entries exchanged"] = [.. lines[..3], lines[4], lines[3], .. lines[5..]],
            ["an entry twice"] = [.. lines[..4], lines[3], .. lines[4..]],
            ["somebody else's entry"] = [.. lines[..4], others[3], .. lines[4..]],
            ["somebody else's statement"] = [.. lines[..^2], others[^2], lines[^1]],
            ["somebody else's header"] = [others[0], .. lines[1..]],
            ["no statement"] = [.. lines[..^2], lines[^1]],
            ["no checkpoint"] = [.. lines[..2], .. lines[3..]],
            ["no keys"] = [lines[0], .. lines[2..]],
            ["a body left out"] = [.. lines[..3], WithoutBody(lines[3]), .. lines[4..]],
        };
        foreach (var (what, forged) in forgeries)
        {
            var sealedAgain = Joined([.. forged[..^1], EndOf(forged[..^1])]);
            Assert.True(
                Exports.Verify(sealedAgain).Verdict == Verdict.Tampered,
                $"{what}: {Exports.Verify(sealedAgain)}"
            );
        }
        Assert.Equal(Verdict.Unusable, Exports.Verify(Joined(lines[..^1])).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify(Joined(lines)[..^10]).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify((byte[])[]).Verdict);

        var erased = Exports.Verify(await Exports.OfCreatorAsync(app, Erased));
        Assert.Equal((Verdict.Valid, null), (erased.Verdict, erased.Failure?.What));
        Assert.Contains("cannot be shown", erased.Proven.Completeness, StringComparison.Ordinal);
        var unknown = Exports.Verify(await Exports.OfCreatorAsync(app, RegistryApplication.NewId()));
        Assert.Equal((Verdict.Valid, 0), (unknown.Verdict, unknown.Proven.Entries));
    }

    [Fact]
    public async Task Parts_of_a_log_verify_together_and_only_in_order()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await TellAsync(app);
        byte[] first = await Exports.OfLogAsync(app, "?to=7"),
            second = await Exports.OfLogAsync(app, "?from=7&to=15"),
            third = await Exports.OfLogAsync(app, "?from=15");
        Assert.Equal(Verdict.Valid, Exports.Verify((byte[])[.. first, .. second, .. third]).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify(first).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify(third).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify((byte[])[.. first, .. third]).Verdict);
        Assert.Equal(Verdict.Unusable, Exports.Verify((byte[])[.. second, .. first, .. third]).Verdict);
        // A download that broke off after entry 4 goes on there.
        var broken = Joined(Lines(first)[..7]);
        Assert.Equal(
            Verdict.Valid,
            Exports.Verify((byte[])[.. broken, .. await Exports.OfLogAsync(app, "?from=5")]).Verdict
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Any_flipped_bit_of_an_export_a_bundle_or_a_receipt_is_refused()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await TellAsync(app);
        var keys = await Exports.KeysAsync(app);
        var receipt = (string)
            (
                await app.Admin()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = Owner,
                            videoId = "v",
                            purpose = "remix",
                            requester = "acme",
                            receipt = true,
                        }
                    )
            ).Is(200)["receipt"]!;
        Assert.True(Jws.Verify(receipt, Receipt.Type, keys).Succeeded(out _, out _));
        for (var bit = 0; bit < receipt.Length * 8; bit++)
            Assert.False(
                Jws.Verify(
                        new string(Flipped(receipt.Select(c => (byte)c).ToArray(), bit).Select(b => (char)b).ToArray()),
                        Receipt.Type,
                        keys
                    )
                    .Succeeded(out _, out _),
                $"bit {bit}"
            );

        // Each byte by one bit, another one from byte to byte: all bits of an export would take minutes.
        foreach (var export in new[] { await Exports.OfCreatorAsync(app, Owner), await Exports.OfLogAsync(app) })
        {
            Assert.Equal(Verdict.Valid, Exports.Verify(export).Verdict);
            Parallel.For(
                0,
                export.Length,
                at =>
                    Assert.True(
                        Exports.Verify(Flipped(export, (at * 8) + (at % 8))).Verdict != Verdict.Valid,
                        $"byte {at}"
                    )
            );
        }
    }

    [Fact]
    public async Task A_receipt_is_decided_again_from_the_log_whatever_changed_since()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await TellAsync(app);
        var receipts = new List<string>();
        async Task AskAsync()
        {
            foreach (var purpose in new[] { "remix", "remix.voice", "training", "mining" })
            {
                foreach (
                    var (creator, video) in new[]
                    {
                        (Owner, "v"),
                        (Other, "w"),
                        (Owner, "nobody-registered-this"),
                        (Erased, "x"),
                    }
                )
                {
                    var answer = (
                        await app.Admin()
                            .PostAsync(
                                "/v1/checks",
                                new
                                {
                                    creatorId = creator,
                                    videoId = video,
                                    purpose,
                                    requester = "acme",
                                    receipt = true,
                                }
                            )
                    ).Is(200);
                    receipts.Add((string)answer["receipt"]!);
                }
            }
            // A node's time may be some milliseconds ahead of the database's. A change that is dated before a receipt
            // which does not name it would leave open which was first.
            Assert.True(Jws.TryParse(receipts[^1], out var last));
            Assert.True(Receipt.TryParse(last.Payload, out var receipt));
            await Eventually.HoldsAsync(
                "the database's time is later than that of the receipts",
                async () => await app.ScalarAsync<bool>("SELECT clock_timestamp() > $1", receipt.At.ToDateTime())
            );
        }
        await AskAsync();
        foreach (var effect in new[] { "allow", "ask", "deny" })
        {
            (
                await app.Creator(Owner)
                    .PutAsync(
                        $"/v1/creators/{Owner}/consent/defaults/remix",
                        new { effect, appliesTo = effect == "allow" ? "all" : null }
                    )
            ).Is(200);
            (
                await app.Creator(Other)
                    .PutAsync(
                        $"/v1/creators/{Other}/appearances/{Owner}/v/consent/remix?requester=acme",
                        new { effect }
                    )
            ).Is(200);
            await AskAsync();
        }
        await Exports.CoveredAsync(app);
        var export = await Exports.OfLogAsync(app);
        var verdict = Exports.Verify(
            export,
            new() { Receipts = [.. receipts], PinnedSet = await Exports.KeysAsync(app) }
        );
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
        Assert.Equal(receipts.Count, verdict.Receipts.Length);
        Assert.All(verdict.Receipts, receipt => Assert.Equal(Verdict.Valid, receipt.Verdict));

        // A decision that was signed and is not what the log gives: signed again by the same key.
        Assert.True(Jws.TryParse(receipts[0], out var token));
        var forged = JsonNode.Parse(token.Payload.ToArray())!.AsObject();
        forged["decision"]!["reason"] = "hold";
        var signing = KeySet
            .Parse(
                await File.ReadAllBytesAsync(
                    Path.Combine(app.DataFolder, "log-keys.json"),
                    TestContext.Current.CancellationToken
                ),
                Exports.Ed25519
            )
            .Value;
        verdict = Exports.Verify(export, new() { Receipts = [Jws.Sign(forged, Receipt.Type, signing.TokenSigner!)] });
        Assert.Equal(Verdict.Tampered, verdict.Verdict);
    }

    /// <summary>
    /// Two creators who share a video, changes of all kinds, one creator who was erased, and changes after that.
    /// </summary>
    /// <remarks>
    /// In three parts, each of which one checkpoint covers: nothing is sequenced while a part is made. Where a
    /// checkpoint stands decides what is found first, so that no test may leave it to chance.
    /// </remarks>
    private static async Task TellAsync(RegistryApplication app)
    {
        var (owner, other) = (app.Creator(Owner), app.Creator(Other));
        await Exports.CoveredAsync(app);
        await using (await Exports.HoldSequencerAsync(app))
        {
            (
                await owner.PutAsync(
                    $"/v1/creators/{Owner}/consent/defaults/remix",
                    new
                    {
                        effect = "allow",
                        appliesTo = "all",
                        conditions = new[] { "attribution" },
                    }
                )
            ).Is(200);
            (
                await app.Platform()
                    .PutAsync(
                        $"/v1/creators/{Owner}/videos/v",
                        new { participants = new[] { new { creatorId = Other, role = "coCreator" } } }
                    )
            ).Is(200);
            (await other.PutAsync($"/v1/creators/{Other}/consent/defaults/training", new { effect = "ask" })).Is(200);
            (
                await other.PutAsync(
                    $"/v1/creators/{Other}/appearances/{Owner}/v/consent/remix",
                    new { effect = "allow" }
                )
            ).Is(200);
        }
        await Exports.CoveredAsync(app);
        await using (await Exports.HoldSequencerAsync(app))
        {
            (await owner.PutAsync($"/v1/creators/{Owner}/lockdown", null)).Is(200);
            (await owner.DeleteAsync($"/v1/creators/{Owner}/lockdown")).Is(200);
            (
                await app.Creator(Erased)
                    .PutAsync($"/v1/creators/{Erased}/consent/defaults/remix", new { effect = "allow" })
            ).Is(200);
        }
        await Exports.CoveredAsync(app);
        await using (await Exports.HoldSequencerAsync(app))
        {
            (
                await app.Creator(Erased)
                    .PutAsync($"/v1/creators/{Erased}/consent/defaults/mining", new { effect = "deny" })
            ).Is(200);
            (await app.Admin().PostAsync($"/v1/creators/{Erased}/erasure", new { reason = "asked for" })).Is(200);
            (await other.PutAsync($"/v1/creators/{Other}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        }
        await Exports.CoveredAsync(app);
    }

    // Until it is disposed of, events wait; then one batch takes all of them.
    private static async Task<VerificationRequest> KeepAsync(RegistryApplication app) =>
        new() { PinnedSet = await Exports.KeysAsync(app), KeptCheckpoints = [await Exports.CheckpointAsync(app)] };

    private async Task TamperAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var command = source.CreateCommand(
            $"SET session_replication_role = replica; {sql.Replace("{owner}", Owner, StringComparison.Ordinal).Replace("{other}", Other, StringComparison.Ordinal)}"
        );
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private static string[] Lines(byte[] export) =>
        System.Text.Encoding.UTF8.GetString(export).TrimEnd('\n').Split('\n');

    private static byte[] Joined(string[] lines) =>
        System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static string EndOf(string[] lines) =>
        $$"""{"kind":"end","sha256":"{{System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(Joined(lines)))}}"}""";

    private static string WithoutBody(string line)
    {
        var entry = JsonNode.Parse(line)!.AsObject();
        (entry["body"], entry["salt"]) = (null, null);
        return System.Text.Encoding.UTF8.GetString(Domain.History.CanonicalJson.Encode(entry));
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var flipped = bytes.ToArray();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static TheoryDataRow<string, string> Row(string what, string sql, string expected) =>
        new(sql, expected) { TestDisplayName = what };
}
