using System.Globalization;
using System.Text;
using ConsentRegistry.Domain.Identifiers;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Identifiers;

/// <summary>URLs have one normal form, and to normalize it again changes nothing.</summary>
public sealed class UrlFormTests
{
    private const int Urls = 20_000;

    private static readonly string[] Pieces =
    [
        "http",
        "HTTPS",
        "https",
        "://",
        ":/",
        "//",
        "/",
        "\\",
        ".",
        "..",
        "...",
        "%2e",
        "%2E",
        "%2f",
        "%",
        "%2",
        "%25",
        "%252e",
        "%41",
        "%7e",
        "%c3%A9",
        "%00",
        "%zz",
        "?",
        "#",
        "@",
        ":",
        ":80",
        ":443",
        ":0",
        ":65535",
        ":65536",
        ":08",
        "a",
        "A",
        "z",
        "Example.COM",
        "a.example",
        "xn--bcher-kva.example",
        "[::1]",
        "[::FFFF:1.2.3.4]",
        "[::1%25eth0]",
        "[v1.a]",
        "127.0.0.1",
        "a_b",
        "-",
        "_",
        "~",
        "!$&'()*+,;=",
        "é",
        "日本",
        " ",
        "\t",
        "\n",
        "\0",
        "|",
        "\"",
        "<",
        "{",
        "^",
        "`",
        "\u202e",
        "\ud800",
    ];

    [Theory]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("HTTP://EXAMPLE.com:80", "http://example.com/")]
    [InlineData("https://example.com:443/", "https://example.com/")]
    [InlineData("https://example.com:/", "https://example.com/")]
    [InlineData("http://example.com:443/", "http://example.com:443/")]
    [InlineData("https://example.com:80/", "https://example.com:80/")]
    [InlineData("https://example.com#fragment", "https://example.com/")]
    [InlineData("https://example.com/#", "https://example.com/")]
    [InlineData("https://example.com?", "https://example.com/?")]
    [InlineData("https://example.com?a=%2f%7E#x?y", "https://example.com/?a=%2F~")]
    [InlineData("https://example.com/a?b/../c", "https://example.com/a?b/../c")]
    [InlineData("https://example.com/%7Euser/%c3%a9", "https://example.com/~user/%C3%A9")]
    [InlineData("https://example.com/%2525", "https://example.com/%2525")]
    [InlineData("https://example.com/%252e%252e/a", "https://example.com/%252e%252e/a")]
    [InlineData("https://example.com/a/%2e%2E/b", "https://example.com/b")]
    [InlineData("https://example.com/a/b/c/./../../g", "https://example.com/a/g")]
    [InlineData("https://example.com/../../a", "https://example.com/a")]
    [InlineData("https://example.com/a/..", "https://example.com/")]
    [InlineData("https://example.com/a/.", "https://example.com/a/")]
    [InlineData("https://example.com/a//../b", "https://example.com/a/b")]
    [InlineData("https://example.com//", "https://example.com//")]
    [InlineData("https://example.com/a%2Fb", "https://example.com/a%2Fb")]
    [InlineData("https://example.com/...", "https://example.com/...")]
    [InlineData("https://Example.com./", "https://example.com./")]
    [InlineData("https://xn--BCHER-kva.example/", "https://xn--bcher-kva.example/")]
    [InlineData("http://[2001:DB8::A]:80/", "http://[2001:db8::a]/")]
    [InlineData("http://127.0.0.1:8080/A", "http://127.0.0.1:8080/A")]
    [InlineData("https://my_host.example/", "https://my_host.example/")]
    public void Equivalent_urls_have_one_form(string text, string normal)
    {
        Assert.Equal(normal, Normalize(text));
        Assert.Equal(normal, Normalize(normal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com/v")]
    [InlineData("//example.com/v")]
    [InlineData("/v")]
    [InlineData("ftp://example.com/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/plain,a")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http:example.com")]
    [InlineData("http:/example.com")]
    [InlineData("http://")]
    [InlineData("http:///v")]
    [InlineData("http://?a")]
    [InlineData("http://#a")]
    [InlineData("http://:80/")]
    [InlineData(" http://example.com/")]
    [InlineData("http://example.com/ ")]
    [InlineData("http://example.com/a b")]
    [InlineData("http://example.com/a\tb")]
    [InlineData("http://example.com/a\nb")]
    [InlineData("http://example.com/a\\b")]
    [InlineData("http://example.com\\@evil.example/")]
    [InlineData("http://user@example.com/")]
    [InlineData("http://user:password@example.com/")]
    [InlineData("http://@example.com/")]
    [InlineData("http://example.com/é")]
    [InlineData("http://bücher.example/")]
    [InlineData("http://ex%61mple.com/")]
    [InlineData("http://a..b/")]
    [InlineData("http://.example.com/")]
    [InlineData("http://./")]
    [InlineData("http://exa mple.com/")]
    [InlineData("http://example.com:port/")]
    [InlineData("http://example.com:+80/")]
    [InlineData("http://example.com:080/")]
    [InlineData("http://example.com:0/")]
    [InlineData("http://example.com:65536/")]
    [InlineData("http://example.com:80:80/")]
    [InlineData("http://[::1/")]
    [InlineData("http://::1/")]
    [InlineData("http://[]/")]
    [InlineData("http://[example.com]/")]
    [InlineData("http://[::1%25eth0]/")]
    [InlineData("http://[v1.a]/")]
    [InlineData("http://[::1]x/")]
    [InlineData("http://example.com/%")]
    [InlineData("http://example.com/%4")]
    [InlineData("http://example.com/%zz")]
    [InlineData("http://example.com/?%")]
    [InlineData("http://example.com/#%")]
    [InlineData("http://example.com/#a#b")]
    [InlineData("http://example.com/[a]")]
    [InlineData("http://example.com/?a|b")]
    [InlineData("http://example.com/\0")]
    public void What_is_no_such_url_is_refused(string text) =>
        Assert.False(ContentIdentifier.Parse(IdentifierScheme.Url, text).Succeeded(out _, out _));

    [Fact]
    public void A_url_has_2048_bytes_and_no_more()
    {
        var longest = "https://example.com/".PadRight(2_048, 'a');
        Assert.Equal(longest, Normalize(longest));
        Assert.False(ContentIdentifier.Parse(IdentifierScheme.Url, longest + "a").Succeeded(out _, out _));
        // The slash of an empty path counts.
        var query = "https://example.com?".PadRight(2_048, 'a');
        Assert.False(ContentIdentifier.Parse(IdentifierScheme.Url, query).Succeeded(out _, out _));
        Assert.Equal(2_048, Normalize(query[..^1]).Length);
    }

    [Fact]
    public void Whatever_is_accepted_is_normal_the_second_time() =>
        Check(
            from start in Gen.Elements("", "http://", "HTTPS://", "https://a.example", "https://a.example/")
            from rest in Gen.Elements(Pieces).ListOf()
            select start + string.Concat(rest),
            text =>
            {
                if (!ContentIdentifier.Parse(IdentifierScheme.Url, text).Succeeded(out var url, out _))
                    return;
                var normal = url.Value;
                Assert.Equal(normal, Normalize(normal));
                Assert.True(normal.All(character => character is > ' ' and <= '~'), normal);
                Assert.DoesNotContain('#', normal);
                var authority = url.Authority!;
                Assert.DoesNotContain('@', authority);
                Assert.Equal(authority, authority.ToLowerInvariant());
                var afterScheme = normal[(normal.IndexOf("://", StringComparison.Ordinal) + 3)..];
                Assert.StartsWith(authority, afterScheme);
                var path = afterScheme[authority.Length..].Split('?')[0];
                Assert.StartsWith("/", path);
                Assert.DoesNotContain(path.Split('/'), segment => segment is "." or "..");
            }
        );

    [Fact]
    public void Every_spelling_of_a_url_has_its_form() =>
        Check(
            from segments in Gen.Elements("a", "B", "~", "v-1", "%2F", "%C3%A9", "...", "").NonEmptyListOf()
            from query in Gen.Elements("", "?", "?a=b", "?%2F.")
            from seed in Gen.Choose(1, int.MaxValue)
            select (Normal: $"https://a.example/{string.Join('/', segments)}{query}", Seed: seed),
            one => Assert.Equal(one.Normal, Normalize(Respell(one.Normal, new Random(one.Seed))))
        );

    [Fact]
    public void Dot_segments_are_removed_as_the_specification_removes_them() =>
        Check(
            from segments in Gen.Elements("a", "b", ".", "..", "...", "", ".a", "a.").ListOf()
            select "/" + string.Join('/', segments),
            path => Assert.Equal($"https://a.example{ByTheBook(path)}", Normalize($"https://a.example{path}"))
        );

    /// <summary>Spells a URL in its normal form in another way that RFC 3986 calls equivalent.</summary>
    private static string Respell(string normal, Random random)
    {
        var path = normal["https://a.example".Length..].Split('?');
        var spelled = new StringBuilder();
        spelled.Append(random.Next(2) == 0 ? "https://a.example" : "HttpS://A.EXAMPLE");
        spelled.Append(
            random.Next(3) switch
            {
                0 => "",
                1 => ":",
                _ => ":443",
            }
        );
        for (var part = 0; part < path.Length; part++)
        {
            if (part > 0)
                spelled.Append('?');
            for (var at = 0; at < path[part].Length; at++)
            {
                var character = path[part][at];
                if (part == 0 && character == '/' && random.Next(3) == 0)
                    spelled.Append(
                        random.Next(3) switch
                        {
                            0 => "/.",
                            1 => "/x/..",
                            _ => "/%2e",
                        }
                    );
                var isEncoded = character == '%';
                if (isEncoded)
                {
                    var code = path[part].Substring(at, 3);
                    spelled.Append(random.Next(2) == 0 ? code : code.ToLowerInvariant());
                    at += 2;
                }
                else if (
                    (char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~')
                    && random.Next(2) == 0
                )
                    spelled
                        .Append('%')
                        .Append(
                            ((int)character).ToString(random.Next(2) == 0 ? "x2" : "X2", CultureInfo.InvariantCulture)
                        );
                else
                    spelled.Append(character);
            }
        }
        return spelled.Append(random.Next(2) == 0 ? "" : "#part").ToString();
    }

    /// <summary>RFC 3986, section 5.2.4, step by step.</summary>
    private static string ByTheBook(string input)
    {
        var output = "";
        while (input.Length > 0)
        {
            if (input.StartsWith("../", StringComparison.Ordinal))
                input = input[3..];
            else if (input.StartsWith("./", StringComparison.Ordinal))
                input = input[2..];
            else if (input.StartsWith("/./", StringComparison.Ordinal))
                input = input[2..];
            else if (input == "/.")
                input = "/";
            else if (input.StartsWith("/../", StringComparison.Ordinal) || input == "/..")
            {
                input = input == "/.." ? "/" : input[3..];
                output = output[..Math.Max(0, output.LastIndexOf('/'))];
            }
            else if (input is "." or "..")
                input = "";
            else
            {
                var end = input.IndexOf('/', 1);
                var segment = end < 0 ? input : input[..end];
                output += segment;
                input = input[segment.Length..];
            }
        }
        return output;
    }

    private static void Check<T>(Gen<T> generator, Action<T> check) =>
        FsCheck
            .Fluent.Prop.ForAll(generator.ToArbitrary(), check)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Urls).WithQuietOnSuccess(true));

    private static string Normalize(string text) => ContentIdentifier.Parse(IdentifierScheme.Url, text).Value.Value;
}
