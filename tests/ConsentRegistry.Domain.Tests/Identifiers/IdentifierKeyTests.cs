using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Domain.Tests.Identifiers;

/// <summary>What an erasure keeps of identifiers.</summary>
public sealed class IdentifierKeyTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly ContentIdentifier Page = ContentIdentifier.ParseNormal("url:https://example.com/");

    [Fact]
    public void A_hash_is_of_scheme_and_value_and_can_be_made_by_others()
    {
        var key = new IdentifierKey(Secret);
        // printf 'url:https://example.com/' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f
        Assert.Equal(HashByOpenSsl, Convert.ToHexStringLower(key.HashOf(Page).ToBytes()));
        Assert.Equal(KidByOpenSsl, key.Kid);
    }

    [Fact]
    public void Another_key_and_another_identifier_have_another_hash()
    {
        var key = new IdentifierKey(Secret);
        var other = new IdentifierKey([.. Secret.Reverse()]);
        Assert.NotEqual(key.HashOf(Page), other.HashOf(Page));
        Assert.NotEqual(key.Kid, other.Kid);
        Assert.NotEqual(key.HashOf(Page), key.HashOf(ContentIdentifier.ParseNormal("url:http://example.com/")));
    }

    [Fact]
    public void A_hash_is_written_and_read_in_one_way()
    {
        var hash = new IdentifierKey(Secret).HashOf(Page);
        Assert.Equal(22, hash.ToString().Length);
        Assert.Equal(hash, IdentifierHash.Parse(hash.ToString()));
        Assert.Equal(hash, IdentifierHash.From(hash.ToBytes()));
        foreach (
            var text in (string[])
                [
                    "",
                    "AAAA",
                    hash + "=",
                    hash + "==",
                    hash + "A",
                    "!" + hash.ToString()[1..],
                    hash.ToString()[..^1] + "B",
                ]
        )
            Assert.Throws<FormatException>(() => IdentifierHash.Parse(text));
    }

    [Fact]
    public void A_file_holds_keys_the_newest_first()
    {
        var (one, two) = (Convert.ToHexString(Secret), new string('a', 64));
        Assert.Equal([new IdentifierKey(Secret).Kid], IdentifierKey.ReadAll($"  {one}\r\n")!.Select(key => key.Kid));
        Assert.Equal(2, IdentifierKey.ReadAll($"{two}\n\n{one}\n")!.Count);
        foreach (
            var text in (string[])
                ["", "\n", one[1..], one + "00", $"{one}\n{one}", $"{one} {two}", $"kid {one}", "g" + one[1..]]
        )
            Assert.Null(IdentifierKey.ReadAll(text));
    }

    [Fact]
    public void An_erasure_keeps_each_hash_once_in_parts_of_a_thousand()
    {
        var key = new IdentifierKey(Secret);
        var identifiers = Enumerable
            .Range(0, 2_001)
            .Select(i => ContentIdentifier.ParseNormal($"platform:a:{i}"))
            .ToList();
        var parts = ErasedIdentifiers.Hash(key, identifiers.Concat(identifiers));
        Assert.Equal([1_000, 1_000, 1], parts.Select(part => part.Hashes.Count));
        var all = parts.SelectMany(part => part.Hashes).ToList();
        Assert.Equal(all.Order(), all);
        Assert.Equal(identifiers.Select(key.HashOf).ToHashSet(), [.. all]);
        Assert.Empty(ErasedIdentifiers.Hash(key, []));
    }

    private const string HashByOpenSsl = "c0fd5e201d020266a67c0325c422b911";

    private const string KidByOpenSsl = "kzAHpTFMlTQ";
}
