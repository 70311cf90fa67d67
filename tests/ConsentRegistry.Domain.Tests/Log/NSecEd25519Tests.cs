using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>RFC 8032 by NSec, and what it refuses of odd keys and signatures.</summary>
public sealed class NSecEd25519Tests
{
    /// <summary>
    /// RFC 8032, section 5.1: the order of the group, in which the second half of a signature is a number.
    /// </summary>
    private static readonly BigInteger order =
        BigInteger.Pow(2, 252)
        + BigInteger.Parse("27742317777372353535851937790883648493", CultureInfo.InvariantCulture);

    private static readonly NSecEd25519 ed25519 = new();

    /// <summary>RFC 8032, section 7.1: TEST 1 to TEST 3.</summary>
    public static TheoryData<string, string, string, string> Rfc { get; } =
        new()
        {
            {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            },
            {
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            },
            {
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            },
        };

    /// <summary>
    /// Public keys that no seed has. The eight points of low order are public knowledge, such as in libsodium's own
    /// list.
    /// </summary>
    public static IEnumerable<TheoryDataRow<string>> OddKeys()
    {
        yield return Named(
            "0100000000000000000000000000000000000000000000000000000000000000",
            "Order 1: the neutral element"
        );
        yield return Named("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "Order 2");
        yield return Named("0000000000000000000000000000000000000000000000000000000000000000", "Order 4");
        yield return Named(
            "0000000000000000000000000000000000000000000000000000000000000080",
            "Order 4, the other sign"
        );
        yield return Named("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "Order 8");
        yield return Named(
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "Order 8, the other sign"
        );
        yield return Named("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "Order 8, another");
        yield return Named(
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "Order 8, another, the other sign"
        );
        yield return Named(
            "0100000000000000000000000000000000000000000000000000000000000080",
            "Order 1, with a sign that zero does not have"
        );
        yield return Named(
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "Order 2, with a sign that zero does not have"
        );
        yield return Named("0200000000000000000000000000000000000000000000000000000000000000", "Not on the curve");
        yield return Named(
            "3b5b475c4b82dd1572799fc546f4c6c03e478c6654aa4c7f945b347ea32af60d",
            "The key of RFC 8032's TEST 1 plus a point of order 8"
        );
        // 2^255 - 19 and more, up to 2^255 - 1, are another spelling of 0 to 18.
        for (var last = 0xed; last <= 0xff; last++)
        {
            foreach (var first in (int[])[0x7f, 0xff])
                yield return Named($"{last:x2}{new string('f', 60)}{first:x2}", $"Not canonical: {last:x2}…{first:x2}");
        }
    }

    /// <summary>
    /// Project Wycheproof's cases by their number, where they are present beside the repository: some of them are alike
    /// but for it.
    /// </summary>
    public static IEnumerable<TheoryDataRow<int>> Wycheproof() =>
        ReadWycheproof()
            .Select(vector => new TheoryDataRow<int>(vector.Key)
            {
                TestDisplayName = $"Wycheproof {vector.Key}: {vector.Value.Comment}",
            });

    [Theory]
    [MemberData(nameof(Rfc))]
    public void Signs_and_verifies_the_examples_of_the_standard(
        string seed,
        string publicKey,
        string message,
        string signature
    )
    {
        var key = ed25519.ImportPrivateKey(Convert.FromHexString(seed));
        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.Bytes));
        Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(Convert.FromHexString(message))));
        Assert.True(
            Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), Convert.FromHexString(signature))
        );
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Wycheproof))]
    public void Agrees_with_the_public_vectors(int number)
    {
        var vector = ReadWycheproof()[number];
        Assert.Equal(vector.Valid, Verify(vector.PublicKey, vector.Message, vector.Signature));
    }

    [Theory]
    [MemberData(nameof(OddKeys))]
    public void A_key_that_no_seed_has_is_refused_on_import(string key)
    {
        Assert.False(ed25519.TryImportPublicKey(Convert.FromHexString(key), out var imported));
        Assert.Null(imported);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_a_wrong_length_is_refused_on_import(int length) =>
        Assert.False(
            ed25519.TryImportPublicKey(
                ((byte[])[.. LogFixtures.PrivateKey(1).PublicKey.Bytes, 0]).AsSpan(0, length),
                out _
            )
        );

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void A_signature_of_a_wrong_length_is_refused(int length)
    {
        var key = LogFixtures.PrivateKey(1);
        byte[] longer = [.. key.Sign("message"u8), 0];
        Assert.False(key.PublicKey.Verify("message"u8, longer.AsSpan(0, length)));
        Assert.True(key.PublicKey.Verify("message"u8, longer.AsSpan(0, 64)));
    }

    [Fact]
    public void A_signature_whose_number_is_not_below_the_order_is_refused()
    {
        var key = LogFixtures.PrivateKey(1);
        var signature = key.Sign("message"u8);
        var number = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        Assert.True(number < order);
        // All the numbers of 32 bytes that mean the same.
        var same = 0;
        for (var other = number + order; other < BigInteger.Pow(2, 256); other += order)
        {
            var bytes = new byte[32];
            Assert.True(other.TryWriteBytes(bytes, out _, isUnsigned: true));
            Assert.False(key.PublicKey.Verify("message"u8, [.. signature.AsSpan(0, 32), .. bytes]));
            same++;
        }
        Assert.InRange(same, 14, 16);
    }

    [Fact]
    public void A_signature_that_begins_with_an_odd_point_is_refused()
    {
        var key = LogFixtures.PrivateKey(1).PublicKey;
        Assert.All(
            OddKeys(),
            odd => Assert.False(key.Verify("message"u8, [.. Convert.FromHexString(odd.Data), .. new byte[32]]))
        );
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_a_wrong_length_is_a_bug(int length) =>
        Assert.Throws<ArgumentException>(() => ed25519.ImportPrivateKey(new byte[length]));

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        Parallel.For(
            0,
            2000,
            i =>
            {
                var seed = LogFixtures.Seed((byte)i);
                var message = Encoding.UTF8.GetBytes($"message {i}");
                var key = ed25519.ImportPrivateKey(seed);
                var signature = key.Sign(message);
                Assert.True(key.PublicKey.Verify(message, signature));
                signature[i % signature.Length] ^= 1;
                Assert.False(key.PublicKey.Verify(message, signature));
            }
        );
    }

    [Fact]
    public void Threads_share_a_key()
    {
        var key = LogFixtures.PrivateKey(1);
        Parallel.For(
            0,
            2000,
            i =>
            {
                var message = Encoding.UTF8.GetBytes($"message {i}");
                Assert.True(key.PublicKey.Verify(message, key.Sign(message)));
            }
        );
    }

    private static bool Verify(byte[] publicKey, byte[] message, byte[] signature) =>
        ed25519.TryImportPublicKey(publicKey, out var key) && key.Verify(message, signature);

    private static TheoryDataRow<string> Named(string key, string name) => new(key) { TestDisplayName = name };

    private static Dictionary<int, Vector> ReadWycheproof()
    {
        if (SharedFiles.Find("vectors", "wycheproof", "ed25519_test.json") is not { } path)
            return [];
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var vectors = new Dictionary<int, Vector>();
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = Convert.FromHexString(group.GetProperty("publicKey").GetProperty("pk").GetString()!);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                byte[] Bytes(string member) => Convert.FromHexString(test.GetProperty(member).GetString()!);
                vectors.Add(
                    test.GetProperty("tcId").GetInt32(),
                    new(
                        key,
                        Bytes("msg"),
                        Bytes("sig"),
                        test.GetProperty("result").GetString() == "valid",
                        test.GetProperty("comment").GetString()!
                    )
                );
            }
        }
        Assert.Equal((151, 88), (vectors.Count, vectors.Values.Count(vector => vector.Valid)));
        return vectors;
    }

    private sealed record Vector(byte[] PublicKey, byte[] Message, byte[] Signature, bool Valid, string Comment);
}
