using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>The registry's keys: RFC 7517, 7638 and 8037.</summary>
public sealed class KeySetTests
{
    // RFC 8037, appendix A.1, and its thumbprint from A.3.
    private const string Ed25519Members =
        """ "kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" """;
    private const string Ed25519Private = """ "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" """;
    private const string Ed25519Kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    // RFC 7515, appendix A.3.
    private const string P256Members =
        """ "kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" """;
    private const string P256Private = """ "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" """;

    private static readonly IEd25519 ed25519 = LogFixtures.Ed25519;

    public static IEnumerable<TheoryDataRow<string, string?>> Refused() =>
        [
            new("", null),
            new("null", null),
            new("[]", null),
            new("1", null),
            new("{", null),
            new("{} {}", null),
            new("{/**/}", null),
            new("{}", "keys"),
            new("""{"keys":null}""", "keys"),
            new("""{"keys":{}}""", "keys"),
            new("""{"keys":[]}""", "keys"),
            new("""{"keys":[1]}""", "keys[0]"),
            new("""{"keys":[null]}""", "keys[0]"),
            new("""{"keys":[],"keys":[]}""", null) { TestDisplayName = "A member twice" },
            new($$"""{"keys":[{ {{Ed25519Members}},{{Ed25519Private}},{{Ed25519Private}} }]}""", null)
            {
                TestDisplayName = "A member of a key twice",
            },
            new("""{"keys":[{"kty":"\ud800"}]}""", null) { TestDisplayName = "Half a surrogate pair" },
            new("""{"keys":[{}]}""", "keys[0].kty"),
            new("""{"keys":[{"kty":1}]}""", "keys[0].kty"),
            new("""{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}""", "keys[0].kty"),
            new(
                """{"keys":[{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}""",
                "keys[0].kty"
            )
            {
                TestDisplayName = "A curve that does not sign",
            },
            new("""{"keys":[{"kty":"OKP","crv":"P-256"}]}""", "keys[0].kty"),
            Key("""{"kty":"OKP","crv":"Ed25519"}""", "x", "No public key"),
            Key("""{"kty":"OKP","crv":"Ed25519","x":null}""", "x", "A public key that is null"),
            Key(
                """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"}""",
                "x",
                "Bits set that the last letter does not need"
            ),
            Key("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="}""", "x", "Padding"),
            Key(
                """{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""",
                "x",
                "The other base64"
            ),
            Key("""{"kty":"OKP","crv":"Ed25519","x":"11qY"}""", "x", "A public key too short"),
            Key(
                """{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""",
                "x",
                "A public key of low order"
            ),
            Key($$"""{ {{Ed25519Members}},"d":null }""", "d", "A private part that is null"),
            Key($$"""{ {{Ed25519Members}},"d":"11qY" }""", "d", "A private part too short"),
            Key(
                $$"""{ {{Ed25519Members}},"d":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }""",
                "d",
                "Another's private part"
            ),
            Key($$"""{ {{Ed25519Members}},"kid":"another" }""", "kid", "An id that is not the thumbprint"),
            Key($$"""{ {{Ed25519Members}},"kid":1 }""", "kid", "An id that is a number"),
            Key($$"""{ {{Ed25519Members}},"use":"enc" }""", "use", "Another use"),
            Key($$"""{ {{Ed25519Members}},"key_ops":["encrypt"] }""", "key_ops", "Another operation"),
            Key($$"""{ {{Ed25519Members}},"key_ops":["sign"] }""", "key_ops", "A public key that signs"),
            Key($$"""{ {{Ed25519Members}},"key_ops":[] }""", "key_ops", "No operation"),
            Key($$"""{ {{Ed25519Members}},"key_ops":"verify" }""", "key_ops", "An operation that is no list"),
            Key($$"""{ {{Ed25519Members}},"key_ops":["verify","verify"] }""", "key_ops", "An operation twice"),
            Key($$"""{ {{Ed25519Members}},"key_ops":["verify",1] }""", "key_ops", "An operation that is a number"),
            Key($$"""{ {{P256Members}},"key_ops":["deriveKey"] }""", "key_ops", "Another operation, of P-256"),
            Key(
                $$"""{ {{P256Members}},{{P256Private}},"key_ops":["verify"] }""",
                "key_ops",
                "A private key that does not sign"
            ),
            Key($$"""{ {{Ed25519Members}},"alg":"ES256" }""", "alg", "The other type's algorithm"),
            Key($$"""{ {{P256Members}},"alg":"EdDSA" }""", "alg", "The other type's algorithm, turned round"),
            Key($$"""{ {{Ed25519Members}},"vkey":"nonsense" }""", "vkey", "A verifier key that is none"),
            Key($$"""{ {{Ed25519Members}},"vkey":"{{LogFixtures.Key(1)}}" }""", "vkey", "Another's verifier key"),
            Key($$"""{ {{P256Members}},"vkey":"{{LogFixtures.Key(1)}}" }""", "vkey", "A verifier key of P-256"),
            Key(
                """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}""",
                "y",
                "Half a point"
            ),
            Key(
                $$"""{"kty":"EC","crv":"P-256","x":"{{Part(1)}}","y":"{{Part(1)}}"}""",
                null,
                "A point beside the curve"
            ),
            Key($$"""{"kty":"EC","crv":"P-256","x":"{{Part(0)}}","y":"{{Part(0)}}"}""", null, "No point"),
            Key($$"""{ {{P256Members}},"d":"{{Part(1)}}" }""", null, "Another's private part, of P-256"),
            Key($$"""{ {{P256Members}},"d":"{{Part(0)}}" }""", null, "A private part of zero"),
            Key($$"""{ {{P256Members}},"d":"{{Part(255)}}" }""", null, "A private part out of range"),
            Key($$"""{ {{P256Members}},"d":"AAAA" }""", "d", "A private part too short, of P-256"),
            new($$"""{"keys":[{ {{Ed25519Members}} },{ {{Ed25519Members}},{{Ed25519Private}} }]}""", "keys")
            {
                TestDisplayName = "A key twice",
            },
            new($$"""{"keys":[{ {{Ed25519Members}} },{ {{P256Members}},"use":1 }]}""", "keys[1].use")
            {
                TestDisplayName = "The second key is at fault",
            },
        ];

    [Fact]
    public void The_examples_of_the_standards_are_read_and_have_their_thumbprint()
    {
        var keys = Parse(
            $$"""{"keys":[{ {{Ed25519Members}},{{Ed25519Private}} },{ {{P256Members}},{{P256Private}},"kid":"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U" }]}"""
        );
        Assert.Equal([Ed25519Kid, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"], keys.Keys.Select(k => k.Kid));
        Assert.All(keys.Keys, key => Assert.True(key.HasPrivatePart));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Anything_else_is_refused_with_the_member_at_fault(string json, string? field)
    {
        var failure = KeySet.Parse(Encoding.UTF8.GetBytes(json), ed25519).Failure;
        Assert.NotNull(failure);
        Assert.Equal(field, failure.Field);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_failure_quotes_nothing_of_the_file(string json, string? field)
    {
        var failure = KeySet.Parse(Encoding.UTF8.GetBytes(json), ed25519).Failure;
        Assert.NotNull(failure);
        foreach (var value in json.Split('"').Where(part => part.Length > 8))
            Assert.DoesNotContain(value, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(field, failure.Field);
    }

    [Fact]
    public void Members_that_are_not_known_are_ignored() =>
        Assert.Equal(
            Ed25519Kid,
            Parse(
                $$"""{"keys":[{ {{Ed25519Members}},"alg":"Ed25519","use":"sig","key_ops":["verify"],"x5c":[] }],"more":{} }"""
            )
                .Keys[0]
                .Kid
        );

    [Fact]
    public void New_keys_are_written_and_read_with_their_private_parts()
    {
        var keys = Fresh(1);
        var read = Parse(keys.ToJson(includePrivate: true));
        Assert.Equal(keys.ToJson(includePrivate: true), read.ToJson(includePrivate: true));
        var message = "message"u8.ToArray();
        Assert.True(keys.TokenSigner!.Verify(message, read.TokenSigner!.Sign(message)));
        Assert.Equal(LogFixtures.Key(1), Assert.Single(read.LogKeys(LogFixtures.Origin)));
        Assert.Equal(LogFixtures.Key(1), Assert.Single(read.LogSigners(LogFixtures.Origin)).Key(NoteKeyType.Ed25519));
    }

    [Fact]
    public void New_keys_need_a_whole_seed_and_a_private_part()
    {
        Assert.NotNull(KeySet.Create(new byte[31], LogFixtures.P256(1), ed25519).Failure);
        Assert.NotNull(KeySet.Create(new byte[32], LogFixtures.P256(1) with { D = null }, ed25519).Failure);
        Assert.NotNull(
            KeySet.Create(new byte[32], LogFixtures.P256(1) with { D = LogFixtures.P256(2).D }, ed25519).Failure
        );
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.NotNull(
            KeySet.Create(new byte[32], other.ExportParameters(includePrivateParameters: true), ed25519).Failure
        );
    }

    [Fact]
    public void What_everyone_may_see_has_no_private_part_and_the_verifier_key()
    {
        var keys = Fresh(1).Rotate(Fresh(2)).Value;
        var text = keys.Public(LogFixtures.Origin);
        AssertNothingPrivate(keys, text);
        var members = JsonNode.Parse(text)!["keys"]!.AsArray().Select(key => key!.AsObject()).ToList();
        Assert.Equal(["alg", "crv", "handover", "kid", "kty", "use", "vkey", "x"], NamesOf(members[0]));
        Assert.Equal(["alg", "crv", "handover", "kid", "kty", "use", "x", "y"], NamesOf(members[1]));
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "vkey", "x"], NamesOf(members[2]));
        Assert.Equal(LogFixtures.Key(2).ToString(), (string?)members[0]["vkey"]);
        Assert.Equal(LogFixtures.Key(1).ToString(), (string?)members[2]["vkey"]);
        Assert.Equal(4, Parse(text).Keys.Count);

        static IEnumerable<string> NamesOf(JsonObject key) => key.Select(member => member.Key).Order();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"by\"")]
    [InlineData("""{"by":"A","signature":"A"}""")]
    [InlineData("""{"by":"{kid}","signature":"{signature}","more":1}""")]
    [InlineData("""{"by":"{kid}","signature":"{other}"}""")]
    public void A_hand_over_that_is_none_is_refused(string member)
    {
        var keys = JsonNode.Parse(Fresh(1).Rotate(Fresh(2)).Value.ToJson(includePrivate: true))!;
        var fresh = keys["keys"]![0]!;
        var (good, other) = (fresh["handover"]!, keys["keys"]![1]!["handover"]!);
        fresh["handover"] = JsonNode.Parse(
            member
                .Replace("{kid}", (string)good["by"]!, StringComparison.Ordinal)
                .Replace("{signature}", (string)good["signature"]!, StringComparison.Ordinal)
                .Replace("{other}", (string)other["signature"]!, StringComparison.Ordinal)
        );

        Assert.Equal(
            FailureCode.Invalid,
            KeySet.Parse(Encoding.UTF8.GetBytes(keys.ToJsonString()), ed25519).Failure?.Code
        );
    }

    [Fact]
    public void Nothing_private_is_ever_printed()
    {
        var keys = Fresh(1);
        AssertNothingPrivate(keys, keys.ToJson(includePrivate: false));
        AssertNothingPrivate(keys, keys.ToString());
        AssertNothingPrivate(keys, string.Join('\n', keys.Keys));
        AssertNothingPrivate(
            keys,
            $"{keys.LogSigners(LogFixtures.Origin)[0]} {keys.TokenSigner} {keys.Rotate(keys).Failure}"
        );
        Assert.Contains(
            PrivateParts(keys),
            part => keys.ToJson(includePrivate: true).Contains(part, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_public_set_signs_nothing_and_verifies_all()
    {
        var keys = Fresh(1);
        var read = Parse(keys.Public(LogFixtures.Origin));
        Assert.Null(read.TokenSigner);
        Assert.Empty(read.LogSigners(LogFixtures.Origin));
        Assert.Equal(keys.LogKeys(LogFixtures.Origin), read.LogKeys(LogFixtures.Origin));
        var key = read.FindTokenKey(keys.TokenSigner!.Kid)!;
        Assert.True(key.Verify("message"u8, keys.TokenSigner.Sign("message"u8)));
        Assert.Throws<InvalidOperationException>(() => key.Sign("message"u8));
    }

    [Fact]
    public void While_keys_are_rotated_both_sign_checkpoints_and_the_fresh_one_signs_tokens()
    {
        var (old, fresh) = (Fresh(1), Fresh(2));
        var both = Parse(old.Rotate(fresh).Value.ToJson(includePrivate: true));
        Assert.Equal(fresh.TokenSigner!.Kid, both.TokenSigner!.Kid);
        Assert.True(both.FindTokenKey(old.TokenSigner!.Kid)!.HasPrivatePart);
        var note = SignedNote.Sign(LogFixtures.Text, both.LogSigners(LogFixtures.Origin));
        Assert.True(note.IsAccepted(old.LogKeys(LogFixtures.Origin)));
        Assert.True(note.IsAccepted(fresh.LogKeys(LogFixtures.Origin)));
        Assert.True(note.IsSignedOnlyBy(both.LogKeys(LogFixtures.Origin)));
        Assert.Equal(fresh.LogKeys(LogFixtures.Origin)[0].Id, note.Signatures[0].KeyId);
    }

    [Fact]
    public void Retired_keys_sign_no_longer_and_still_verify()
    {
        var (old, fresh) = (Fresh(1), Fresh(2));
        var token = old.TokenSigner!.Sign("message"u8);
        var note = SignedNote.Sign(LogFixtures.Text, old.LogSigners(LogFixtures.Origin));
        var retired = Parse(old.Rotate(fresh).Value.Retire().ToJson(includePrivate: true));
        Assert.Equal([true, true, false, false], retired.Keys.Select(key => key.HasPrivatePart));
        Assert.Equal(fresh.TokenSigner!.Kid, retired.TokenSigner!.Kid);
        Assert.Equal(
            LogFixtures.Key(2),
            Assert.Single(retired.LogSigners(LogFixtures.Origin)).Key(NoteKeyType.Ed25519)
        );
        Assert.True(note.IsAccepted(retired.LogKeys(LogFixtures.Origin)));
        Assert.True(retired.FindTokenKey(old.TokenSigner.Kid)!.Verify("message"u8, token));
        Assert.All(
            PrivateParts(old),
            part => Assert.DoesNotContain(part, retired.ToJson(includePrivate: true), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_first_key_with_a_private_part_signs_wherever_it_stands()
    {
        var (old, fresh) = (Fresh(1), Fresh(2));
        var set = Parse(old.Public(LogFixtures.Origin)).Rotate(fresh).Value;
        var turned = fresh.Rotate(Parse(old.Public(LogFixtures.Origin))).Value;
        Assert.Equal(set.TokenSigner!.Kid, turned.TokenSigner!.Kid);
        Assert.Equal(2, turned.Retire().Keys.Count(key => key.HasPrivatePart));
    }

    [Fact]
    public void Too_many_keys_and_too_many_signers_are_refused()
    {
        var keys = Enumerable.Range(2, 7).Aggregate(Fresh(1), (set, i) => set.Rotate(Fresh((byte)i)).Value);
        Assert.Equal(KeySet.MaxLogSigners, keys.LogSigners(LogFixtures.Origin).Count);
        Assert.Equal(FailureCode.TooMany, keys.Rotate(Fresh(9)).Failure?.Code);
        Assert.Null(keys.Retire().Rotate(Fresh(9)).Failure);
        Assert.NotNull(keys.Rotate(keys).Failure);
        var many = $$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", KeySet.MaxKeys + 1))}}]}""";
        Assert.Equal("keys", KeySet.Parse(Encoding.UTF8.GetBytes(many), ed25519).Failure?.Field);
        Assert.Equal(FailureCode.TooMany, KeySet.Parse(new byte[(256 * 1024) + 1], ed25519).Failure?.Code);
    }

    [Fact]
    public void Nonsense_is_refused_and_nothing_more()
    {
        foreach (var bytes in LogFixtures.Hostile(Fresh(1).ToJson(includePrivate: true)))
        {
            if (KeySet.Parse(bytes, ed25519).Succeeded(out var keys, out _))
                Assert.Equal(
                    keys.ToJson(includePrivate: true),
                    Parse(keys.ToJson(includePrivate: true)).ToJson(includePrivate: true)
                );
        }
    }

    [Fact]
    public void The_signature_of_the_standards_example_is_verified()
    {
        var key = Parse($$"""{"keys":[{ {{P256Members}} }]}""").Keys.OfType<P256Jwk>().Single();
        var message =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"u8;
        var signature = System.Buffers.Text.Base64Url.DecodeFromChars(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        );
        Assert.True(key.Verify(message, signature));
        Assert.False(key.Verify("another message"u8, signature));
        Assert.False(key.Verify(message, signature.AsSpan(1)));
        Assert.False(key.Verify(message, new byte[64]));
        Assert.False(key.Verify(message, Enumerable.Repeat((byte)255, 64).ToArray()));
    }

    private static TheoryDataRow<string, string?> Key(string key, string? member, string name) =>
        new($$"""{"keys":[{{key}}]}""", member is null ? "keys[0]" : $"keys[0].{member}") { TestDisplayName = name };

    private static string Part(byte value) =>
        System.Buffers.Text.Base64Url.EncodeToString(Enumerable.Repeat(value, 32).ToArray());

    private static KeySet Parse(string json) => KeySet.Parse(Encoding.UTF8.GetBytes(json), ed25519).Value;

    private static KeySet Fresh(byte first) => LogFixtures.Keys(first);

    private static List<string> PrivateParts(KeySet keys) =>
        [
            .. JsonNode.Parse(keys.ToJson(includePrivate: true))!["keys"]!
                .AsArray()
                .Select(key => (string?)key!["d"])
                .OfType<string>(),
        ];

    private static void AssertNothingPrivate(KeySet keys, string text)
    {
        var parts = PrivateParts(keys);
        Assert.NotEmpty(parts);
        foreach (var part in parts)
        {
            Assert.DoesNotContain(part, text, StringComparison.Ordinal);
            Assert.DoesNotContain(
                Convert.ToHexString(System.Buffers.Text.Base64Url.DecodeFromChars(part)),
                text,
                StringComparison.OrdinalIgnoreCase
            );
        }
        Assert.DoesNotContain("\"d\"", text, StringComparison.Ordinal);
    }
}
