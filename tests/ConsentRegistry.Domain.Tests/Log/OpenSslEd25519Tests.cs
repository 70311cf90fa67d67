using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>RFC 8032 through OpenSSL.</summary>
public sealed class OpenSslEd25519Tests
{
    private static readonly OpenSslEd25519 ed25519 = new();

    /// <summary>RFC 8032, section 7.1: TEST 1 to TEST 3.</summary>
    public static TheoryData<string, string, string, string> Rfc { get; } = new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    /// <summary>Project Wycheproof's cases by their number, where they are present beside the repository: some of them are alike but for it.</summary>
    public static IEnumerable<TheoryDataRow<int>> Wycheproof() =>
        ReadWycheproof().Select(vector => new TheoryDataRow<int>(vector.Key) { TestDisplayName = $"Wycheproof {vector.Key}: {vector.Value.Comment}" });

    [Theory]
    [MemberData(nameof(Rfc))]
    public void Signs_and_verifies_the_examples_of_the_standard(string seed, string publicKey, string message, string signature)
    {
        Assert.Equal(publicKey, Convert.ToHexStringLower(ed25519.PublicKeyOf(Convert.FromHexString(seed))));
        Assert.Equal(signature, Convert.ToHexStringLower(ed25519.Sign(Convert.FromHexString(seed), Convert.FromHexString(message))));
        Assert.True(ed25519.Verify(Convert.FromHexString(publicKey), Convert.FromHexString(message), Convert.FromHexString(signature)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Wycheproof))]
    public void Agrees_with_the_public_vectors(int number)
    {
        var vector = ReadWycheproof()[number];
        Assert.Equal(vector.Valid, ed25519.Verify(vector.PublicKey, vector.Message, vector.Signature));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(31, 64)]
    [InlineData(33, 64)]
    [InlineData(32, 0)]
    [InlineData(32, 63)]
    [InlineData(32, 65)]
    [InlineData(32, 64)]
    public void A_key_or_signature_of_a_wrong_length_or_of_zeros_is_refused(int keyLength, int signatureLength) =>
        Assert.False(ed25519.Verify(new byte[keyLength], "message"u8, new byte[signatureLength]));

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_a_wrong_length_is_a_bug(int length)
    {
        Assert.Throws<ArgumentException>(() => ed25519.PublicKeyOf(new byte[length]));
        Assert.Throws<ArgumentException>(() => ed25519.Sign(new byte[length], "message"u8));
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        Parallel.For(0, 2000, i =>
        {
            var seed = LogFixtures.Seed((byte)i);
            var message = Encoding.UTF8.GetBytes($"message {i}");
            var (key, signature) = (ed25519.PublicKeyOf(seed), ed25519.Sign(seed, message));
            Assert.True(ed25519.Verify(key, message, signature));
            signature[i % signature.Length] ^= 1;
            Assert.False(ed25519.Verify(key, message, signature));
        });
    }

    [Fact]
    public void A_machine_without_the_library_is_told_what_to_install()
    {
        var exception = Assert.Throws<Ed25519UnavailableException>(() => LibCrypto.Load(["libnothing.so.3", "libnothing"], typeof(LibCrypto).Assembly));
        Assert.Contains("libssl3", exception.Message, StringComparison.Ordinal);
        Assert.Contains("libnothing.so.3, libnothing", exception.Message, StringComparison.Ordinal);
    }

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
                    new(key, Bytes("msg"), Bytes("sig"), test.GetProperty("result").GetString() == "valid", test.GetProperty("comment").GetString()!));
            }
        }
        Assert.Equal((151, 88), (vectors.Count, vectors.Values.Count(vector => vector.Valid)));
        return vectors;
    }

    private sealed record Vector(byte[] PublicKey, byte[] Message, byte[] Signature, bool Valid, string Comment);
}
