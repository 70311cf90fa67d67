using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Tests.Identifiers;

/// <summary>Normal forms and grammars of identifiers, as docs/reference/identifiers.md has them.</summary>
public sealed class ContentIdentifierTests
{
    private const string Hash = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

    private const string Uuid = "F9168C5E-CEB2-4FAA-B6BF-329BF39FA1E4";

    private static readonly string LowerUuid = Uuid.ToLowerInvariant();

    public static TheoryData<IdentifierScheme, string, string> Forms { get; } =
        new()
        {
            { IdentifierScheme.Sha256, Hash, Hash.ToLowerInvariant() },
            { IdentifierScheme.Sha256, Hash.ToLowerInvariant(), Hash.ToLowerInvariant() },
            // Codes of ISO 24138 and of the ISCC Foundation's examples.
            {
                IdentifierScheme.Iscc,
                "ISCC:KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI",
                "ISCC:KACT4EBWK27737D2AYCJRAL5Z36G76RFRMO4554RU26HZ4ORJGIVHDI"
            },
            { IdentifierScheme.Iscc, "iscc:aaawkldtnb5a3c4d", "ISCC:AAAWKLDTNB5A3C4D" },
            { IdentifierScheme.Iscc, "Iscc:Maagztfqttvizpjr", "ISCC:MAAGZTFQTTVIZPJR" },
            { IdentifierScheme.Iscc, "ISCC:KUAG2PRCRS5LNVZVJKAFAVOJXLZZM", "ISCC:KUAG2PRCRS5LNVZVJKAFAVOJXLZZM" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}", $"urn:c2pa:{LowerUuid}" },
            { IdentifierScheme.C2pa, $"URN:C2PA:{LowerUuid}:Acme", $"urn:c2pa:{LowerUuid}:Acme" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:acme:2_1", $"urn:c2pa:{LowerUuid}:acme:2_1" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}::2_1", $"urn:c2pa:{LowerUuid}::2_1" },
            { IdentifierScheme.C2pa, $"urn:uuid:{Uuid}", $"urn:uuid:{LowerUuid}" },
            { IdentifierScheme.C2pa, $"Acme:urn:UUID:{Uuid}", $"Acme:urn:uuid:{LowerUuid}" },
            { IdentifierScheme.Platform, "example.com:v-1:A", "example.com:v-1:A" },
            { IdentifierScheme.Platform, "0:~", "0:~" },
        };

    public static TheoryData<IdentifierScheme, string> Refused { get; } =
        new()
        {
            { IdentifierScheme.Sha256, "" },
            { IdentifierScheme.Sha256, Hash[1..] },
            { IdentifierScheme.Sha256, Hash + "0" },
            { IdentifierScheme.Sha256, "G" + Hash[1..] },
            { IdentifierScheme.Sha256, "٣" + Hash[1..] },
            { IdentifierScheme.Sha256, " " + Hash[1..] },
            { IdentifierScheme.Iscc, "" },
            { IdentifierScheme.Iscc, "ISCC:" },
            { IdentifierScheme.Iscc, "ISCC:AAAA" },
            { IdentifierScheme.Iscc, "AAAWKLDTNB5A3C4D" },
            { IdentifierScheme.Iscc, "ISCC: AAAWKLDTNB5A3C4D" },
            { IdentifierScheme.Iscc, "ISCC:AAAWKLDT-NB5A3C4D" },
            { IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C4D====" },
            { IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C41" },
            // A body that is shorter, or longer, than its header says.
            { IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C" },
            { IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C4DAA" },
            // Bits that are left over are not zero.
            { IdentifierScheme.Iscc, "ISCC:KUAG2PRCRS5LNVZVJKAFAVOJXLZZN" },
            // A main type, a subtype and a version that do not exist.
            { IdentifierScheme.Iscc, "ISCC:OAAWKLDTNB5A3C4D" },
            { IdentifierScheme.Iscc, "ISCC:AEAWKLDTNB5A3C4D" },
            { IdentifierScheme.Iscc, "ISCC:AAIWKLDTNB5A3C4D" },
            { IdentifierScheme.C2pa, "" },
            { IdentifierScheme.C2pa, Uuid },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid[1..]}" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}\n" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:a b" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:é" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:acme:2" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:acme:2_1:x" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}:{new string('a', 33)}" },
            { IdentifierScheme.C2pa, $"urn:c2pa:{Uuid.Replace("-", "")}" },
            { IdentifierScheme.C2pa, $"a:b:urn:uuid:{Uuid}" },
            { IdentifierScheme.C2pa, $":urn:uuid:{Uuid}" },
            { IdentifierScheme.C2pa, $"urn:uuid:{Uuid}:acme" },
            { IdentifierScheme.Platform, "" },
            { IdentifierScheme.Platform, "example.com" },
            { IdentifierScheme.Platform, ":id" },
            { IdentifierScheme.Platform, "example.com:" },
            { IdentifierScheme.Platform, "Example.com:id" },
            { IdentifierScheme.Platform, "-example:id" },
            { IdentifierScheme.Platform, "example.:id" },
            { IdentifierScheme.Platform, "exa_mple:id" },
            { IdentifierScheme.Platform, "example:.." },
            { IdentifierScheme.Platform, "example:a/b" },
            { IdentifierScheme.Platform, $"{new string('a', 65)}:id" },
            { IdentifierScheme.Platform, $"a:{new string('a', 129)}" },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_value_has_one_normal_form(IdentifierScheme scheme, string text, string normal)
    {
        var identifier = ContentIdentifier.Parse(scheme, text).Value;
        Assert.Equal((scheme, normal), (identifier.Scheme, identifier.Value));
        Assert.Equal(identifier, ContentIdentifier.ParseNormal(scheme, normal));
        Assert.Equal(identifier, ContentIdentifier.ParseNormal(identifier.ToString()));
        if (text != normal)
            Assert.Throws<FormatException>(() => ContentIdentifier.ParseNormal(scheme, text));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_identifier_is_refused_and_not_repeated(IdentifierScheme scheme, string text)
    {
        Assert.False(ContentIdentifier.Parse(scheme, text).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.Invalid, "value"), (failure.Code, failure.Field));
        Assert.StartsWith("value ", failure.Detail);
        Assert.Contains("; send ", failure.Detail);
        if (text.Length > 8)
            Assert.DoesNotContain(text, failure.Detail);
        Assert.Throws<FormatException>(() => ContentIdentifier.ParseNormal(scheme, text));
    }

    [Fact]
    public void Every_scheme_refuses_what_is_too_long()
    {
        foreach (var scheme in Enum.GetValues<IdentifierScheme>())
        {
            Assert.False(ContentIdentifier.Parse(scheme, new string('a', 1_000_000)).Succeeded(out _, out var failure));
            Assert.Contains("2048", failure.Detail);
        }
    }

    [Fact]
    public void Identifiers_are_ordered_by_scheme_and_then_byte_by_byte()
    {
        ContentIdentifier[] ordered =
        [
            Of(IdentifierScheme.Url, "https://a.example/Z"),
            Of(IdentifierScheme.Url, "https://a.example/a"),
            Of(IdentifierScheme.Sha256, Hash),
            Of(IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C4D"),
            Of(IdentifierScheme.C2pa, $"urn:c2pa:{Uuid}"),
            Of(IdentifierScheme.Platform, "a:b"),
        ];
        Assert.Equal(ordered, ordered.Reverse().Order());
    }

    [Theory]
    [InlineData(IdentifierScheme.Url, "https://Videos.Example.com:8443/v", "videos.example.com:8443")]
    [InlineData(IdentifierScheme.Url, "https://videos.example.com:443/v", "videos.example.com")]
    [InlineData(IdentifierScheme.Url, "http://[2001:DB8::1]:443/", "[2001:db8::1]:443")]
    [InlineData(IdentifierScheme.Platform, "example.com:a:b", "example.com")]
    [InlineData(IdentifierScheme.Iscc, "ISCC:AAAWKLDTNB5A3C4D", null)]
    public void Whose_it_is_can_be_told_of_urls_and_platforms(IdentifierScheme scheme, string text, string? authority)
    {
        Assert.Equal(authority, Of(scheme, text).Authority);
        if (scheme == IdentifierScheme.Url)
            Assert.True(ContentIdentifier.IsHost(authority!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Example.com")]
    [InlineData("example.com/")]
    [InlineData("example.com/path")]
    [InlineData("user@example.com")]
    [InlineData("example.com:")]
    [InlineData("example.com:0")]
    [InlineData("*.example.com")]
    public void What_no_url_has_for_a_host_is_none(string text) => Assert.False(ContentIdentifier.IsHost(text));

    [Fact]
    public void An_identifier_that_was_never_given_a_value_throws() =>
        Assert.Throws<InvalidOperationException>(() => default(ContentIdentifier).Value);

    private static ContentIdentifier Of(IdentifierScheme scheme, string text) =>
        ContentIdentifier.Parse(scheme, text).Value;
}
