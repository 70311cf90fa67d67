using System.Buffers.Text;
using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>RFC 7515, compact, by ES256 alone.</summary>
public sealed class JwsTests
{
    private const string Type = "example+jws";

    private static readonly KeySet keys = LogFixtures.Keys(1);
    private static readonly string kid = keys.TokenSigner!.Kid;
    private static readonly string token = Jws.Sign(new() { ["b"] = 1, ["a"] = "ä" }, Type, keys.TokenSigner!);

    /// <summary>Headers and payloads that are signed by the right key, and still no token.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> SignedAndStillRefused() =>
        [
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"b":1,"a":2}""")
            {
                TestDisplayName = "A payload in another order",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"a": 2}""")
            {
                TestDisplayName = "White space in the payload",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"a":1,"a":2}""")
            {
                TestDisplayName = "A member twice",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"a":1.5}""")
            {
                TestDisplayName = "A fraction",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"a":"\u0041"}""")
            {
                TestDisplayName = "An escape that is not needed",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", """{"a":"\ud800"}""")
            {
                TestDisplayName = "Half a surrogate pair",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", "[]")
            {
                TestDisplayName = "A payload that is a list",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", "null")
            {
                TestDisplayName = "A payload that is null",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", "") { TestDisplayName = "No payload" },
            new(
                $$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""",
                $"{string.Concat(Enumerable.Repeat("""{"a":""", 70))}1{new string('}', 70)}"
            )
            {
                TestDisplayName = "A payload too deep",
            },
            new($$"""{"kid":"{{kid}}","alg":"ES256","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "A header in another order",
            },
            new($$"""{"alg":"ES256", "kid":"{{kid}}","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "White space in the header",
            },
            new($$"""{"alg":"ES256","crit":[],"kid":"{{kid}}","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "A member more in the header",
            },
            new($$"""{"alg":"ES256","alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "A member of the header twice",
            },
            new($$"""{"alg":"none","kid":"{{kid}}","typ":"{{Type}}"}""", "{}") { TestDisplayName = "No algorithm" },
            new($$"""{"alg":"HS256","kid":"{{kid}}","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "Another algorithm",
            },
            new($$"""{"alg":null,"kid":"{{kid}}","typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "An algorithm that is null",
            },
            new($$"""{"alg":"ES256","typ":"{{Type}}"}""", "{}") { TestDisplayName = "No key id" },
            new($$"""{"alg":"ES256","kid":1,"typ":"{{Type}}"}""", "{}")
            {
                TestDisplayName = "A key id that is a number",
            },
            new($$"""{"alg":"ES256","kid":"{{kid}}"}""", "{}") { TestDisplayName = "No type" },
            new($$"""{"alg":"ES256","kid":"{{kid}}","typ":""}""", "{}") { TestDisplayName = "An empty type" },
            new("{}", "{}") { TestDisplayName = "An empty header" },
            new("", "{}") { TestDisplayName = "No header" },
        ];

    public static IEnumerable<TheoryDataRow<string?>> NoTokens() =>
        [
            new(null),
            new(""),
            new("."),
            new(".."),
            new("..."),
            new("a.b.c"),
            new(token + "."),
            new(token + "=") { TestDisplayName = "Padding" },
            new(token + "A") { TestDisplayName = "A letter more" },
            new(token[..^1]) { TestDisplayName = "A letter less" },
            new(" " + token) { TestDisplayName = "A space before it" },
            new(token + "\n") { TestDisplayName = "A newline after it" },
            new(token[..(token.LastIndexOf('.') + 1)]) { TestDisplayName = "No signature" },
            new($"{token[..token.LastIndexOf('.')]}.{Base64Url.EncodeToString(new byte[63])}")
            {
                TestDisplayName = "A signature too short",
            },
            new($"{token[..token.LastIndexOf('.')]}.{Base64Url.EncodeToString(new byte[72])}")
            {
                TestDisplayName = "A signature too long",
            },
            new(token.Replace(".", "..", StringComparison.Ordinal)) { TestDisplayName = "Five parts" },
            new(new string('a', Jws.MaxLength + 1)) { TestDisplayName = "Too long" },
        ];

    [Fact]
    public void A_token_is_verified_and_tells_its_payload_and_key()
    {
        Assert.True(Jws.Verify(token, Type, keys).Succeeded(out var jws, out _));
        Assert.Equal((kid, Type, """{"a":"ä","b":1}"""), (jws.Kid, jws.Type, Encoding.UTF8.GetString(jws.Payload)));
        Assert.Equal(
            $$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""",
            Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[0]))
        );
    }

    [Fact]
    public void Everyone_who_has_the_public_keys_can_verify_it() =>
        Assert.Null(
            Jws.Verify(
                token,
                Type,
                KeySet.Parse(Encoding.UTF8.GetBytes(keys.Public(LogFixtures.Origin)), LogFixtures.Ed25519).Value
            ).Failure
        );

    [Fact]
    public void What_is_built_in_the_one_form_is_accepted() =>
        Assert.Null(
            Jws.Verify(Built($$"""{"alg":"ES256","kid":"{{kid}}","typ":"{{Type}}"}""", "{}"), Type, keys).Failure
        );

    [Theory]
    [MemberData(nameof(SignedAndStillRefused))]
    public void A_signature_does_not_excuse_another_form(string header, string payload) =>
        Assert.Equal(JwsFailure.Malformed, Jws.Verify(Built(header, payload), Type, keys).Failure?.Code);

    [Theory]
    [MemberData(nameof(NoTokens))]
    public void Anything_else_is_no_token(string? text)
    {
        Assert.False(Jws.TryParse(text, out _));
        Assert.Equal(JwsFailure.Malformed, Jws.Verify(text, Type, keys).Failure?.Code);
    }

    [Fact]
    public void A_refusal_tells_why()
    {
        Assert.Equal(JwsFailure.WrongType, Jws.Verify(token, "other", keys).Failure?.Code);
        Assert.Equal(JwsFailure.WrongType, Jws.Verify(token, Type.ToUpperInvariant(), keys).Failure?.Code);
        Assert.Equal(JwsFailure.UnknownKey, Jws.Verify(token, Type, LogFixtures.Keys(2)).Failure?.Code);
        var another = Jws.Sign(new() { ["b"] = 2 }, Type, keys.TokenSigner!);
        Assert.Equal(
            JwsFailure.BadSignature,
            Jws.Verify(token[..token.LastIndexOf('.')] + another[another.LastIndexOf('.')..], Type, keys).Failure?.Code
        );
    }

    [Fact]
    public void The_id_of_a_key_that_signs_no_tokens_is_unknown()
    {
        var logKey = keys.Keys.OfType<Ed25519Jwk>().Single().Kid;
        Assert.Equal(
            JwsFailure.UnknownKey,
            Jws.Verify(
                Built($$"""{"alg":"ES256","kid":"{{logKey}}","typ":"{{Type}}"}""", "{}"),
                Type,
                keys
            ).Failure?.Code
        );
    }

    [Fact]
    public void A_flipped_bit_is_noticed()
    {
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(token))
            Assert.False(
                Jws.Verify(Encoding.Latin1.GetString(damaged), Type, keys).Succeeded(out _, out _),
                $"Bit {bit}"
            );
    }

    [Fact]
    public void Nonsense_is_refused_and_nothing_more()
    {
        foreach (var bytes in LogFixtures.Hostile(token))
            Assert.False(
                Jws.Verify(Encoding.Latin1.GetString(bytes), Type, keys).Succeeded(out _, out _)
                    && !bytes.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(token))
            );
    }

    [Fact]
    public void What_cannot_be_read_is_not_signed()
    {
        Assert.Throws<ArgumentException>(() => Jws.Sign([], "", keys.TokenSigner!));
        Assert.Throws<ArgumentException>(() =>
            Jws.Sign(new() { ["a"] = new string('x', Jws.MaxLength) }, Type, keys.TokenSigner!)
        );
        Assert.Throws<FormatException>(() => Jws.Sign(new() { ["a"] = 1.5 }, Type, keys.TokenSigner!));
    }

    private static string Built(string header, string payload)
    {
        var message =
            $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{message}.{Base64Url.EncodeToString(keys.TokenSigner!.Sign(Encoding.ASCII.GetBytes(message)))}";
    }
}
