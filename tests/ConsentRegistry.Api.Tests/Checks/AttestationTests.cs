using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>What the registry signs about a whole stream: that these were the answers to those lines.</summary>
public sealed class AttestationTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task It_covers_every_byte_that_was_received_and_sent_and_counts_what_was_said()
    {
        await PrepareAsync();
        // More than one chunk, and of each kind of line that is answered in a way of its own.
        string[] kinds =
        [
            Check("a"),
            Check("b"),
            Check("unregistered"),
            "{\"creatorId\":\"x\",",
            "",
            Check("a", ",\"receipt\":true"),
            Check("a", ",\"consistency\":\"strong\""),
            """{"content":[{"scheme":"sha256","value":"00"}],"purpose":"remix"}""",
            Check("a", ",\"requester\":\"rival\""),
        ];
        var sent = string.Concat(Enumerable.Range(0, 3_000).Select(i => kinds[i % 50 % kinds.Length] + "\n"));
        var (answers, attestation) = await StreamAsync(App.With("consent:check", client: "acme"), sent);

        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(sent)), attestation.LinesHash);
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes(answers)), attestation.AnswersHash);
        var lines = answers.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(3_000, lines.Count);
        Assert.Equal(3_000, attestation.Lines);
        Assert.Equal("acme", attestation.Client?.Value);
        Assert.Equal(
            lines
                .Where(line => line["error"] is null)
                .GroupBy(line => ((string)line["effect"]!, (string)line["reason"]!))
                .ToDictionary(group => group.Key, group => (long)group.Count()),
            attestation.Counts.Decisions.ToDictionary(
                count => (Domain.Wording.Word(count.Key.Effect), Domain.Wording.Word(count.Key.Reason)),
                count => count.Value
            )
        );
        Assert.Equal(lines.Count(line => line["error"] is not null), attestation.Counts.Refused);
        Assert.Equal(lines.Count(line => (bool)line["allowed"]!), attestation.Counts.Allowed);
        var fresh = lines.Select(line => (string?)line["freshAt"]).Where(at => at is not null).ToList();
        Assert.Equal(fresh.Min(StringComparer.Ordinal), attestation.FirstFreshAt.ToString());
        Assert.Equal(fresh.Max(StringComparer.Ordinal), attestation.LastFreshAt.ToString());
    }

    [Fact]
    public async Task It_names_a_head_of_the_log()
    {
        await PrepareAsync();
        await Eventually.HoldsAsync(
            "the log has a head",
            async () => (await StreamAsync(App.Platform("acme"), $"{Check("a")}\n")).Attestation.Log is not null
        );
        var log = (await StreamAsync(App.Platform("acme"), $"{Check("a")}\n")).Attestation.Log!;
        Assert.True(log.Size > 0);
        Assert.Contains(log.Origin, (await App.Anonymous().GetAsync("/log/checkpoint")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_lines_is_attested_too_and_a_last_line_needs_no_newline()
    {
        await PrepareAsync();
        var none = (await StreamAsync(App.Platform("acme"), "")).Attestation;
        Assert.Equal((0, null), (none.Lines, none.FirstFreshAt));
        Assert.Equal(SHA256.HashData([]), none.LinesHash);

        var one = (await StreamAsync(App.Platform("acme"), Check("a"))).Attestation;
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(Check("a"))), one.LinesHash);
        Assert.Equal(1, one.Counts.Decisions[(Effect.Allow, Reason.CreatorDefault)]);
    }

    [Fact]
    public async Task A_stream_that_ended_early_and_one_that_nobody_wants_attested_have_none()
    {
        await PrepareAsync();
        var tooLong = $"{Check("a")}\n{new string(' ', 17 << 10)}\n";
        var ended = await SendAsync(App.Platform("acme"), tooLong, "?attest=true");
        Assert.Contains("tooLarge", ended.Split('\n')[^2], StringComparison.Ordinal);
        Assert.DoesNotContain("attestation", ended, StringComparison.Ordinal);

        foreach (var query in new[] { "", "?attest=false" })
            Assert.DoesNotContain(
                "attestation",
                await SendAsync(App.Platform("acme"), Check("a"), query),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Another_word_than_true_or_false_is_refused() =>
        (
            await App.Platform("acme")
                .SendAsync(HttpMethod.Post, "/v1/checks/stream?attest=yes", CheckLines.Body(Check("a")))
        ).IsProblem(422, "invalid");

    [Fact]
    public async Task No_bit_of_its_payload_can_change_unnoticed()
    {
        await PrepareAsync();
        var payload = Domain.History.CanonicalJson.Encode(
            (await StreamAsync(App.Platform("acme"), $"{Check("a")}\nx\n")).Attestation.ToJson()
        );
        Assert.True(Attestation.TryParse(payload, out var same));
        for (var bit = 0; bit < 8 * payload.Length; bit++)
        {
            var changed = payload.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            // What can be read is another attestation, and the signature is over its bytes.
            if (Attestation.TryParse(changed, out var read))
                Assert.Equal(changed, Domain.History.CanonicalJson.Encode(read.ToJson()));
        }
        Assert.Equal(payload, Domain.History.CanonicalJson.Encode(same.ToJson()));
    }

    private CheckLines Checks => new(App, creator);

    private Task PrepareAsync() => Checks.PrepareAsync();

    private string Check(string video, string more = "") => Checks.Check(video, more);

    private static async Task<string> SendAsync(RegistryClient client, string lines, string query) =>
        (await client.SendAsync(HttpMethod.Post, $"/v1/checks/stream{query}", CheckLines.Body(lines))).Is(200).Text;

    private async Task<(string Answers, Attestation Attestation)> StreamAsync(RegistryClient client, string lines)
    {
        var text = await SendAsync(client, lines, "?attest=true");
        var last = text.LastIndexOf('\n', text.Length - 2) + 1;
        var token = (string)JsonNode.Parse(text[last..])!["attestation"]!;
        var keys = KeySet.Parse(
            Encoding.UTF8.GetBytes((await App.Anonymous().GetAsync("/v1/log/keys")).Text),
            new Cryptography.NSecEd25519()
        );
        Assert.True(keys.Succeeded(out var set, out _));
        Assert.True(Jws.Verify(token, Attestation.Type, set).Succeeded(out var jws, out var failure), failure?.Detail);
        Assert.True(Attestation.TryParse(jws.Payload, out var attestation));
        return (text[..last], attestation);
    }
}
