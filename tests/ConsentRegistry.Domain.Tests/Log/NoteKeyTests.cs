using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>Verifier keys of C2SP signed-note.</summary>
public sealed class NoteKeyTests
{
    private const string Example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    public static IEnumerable<TheoryDataRow<string?>> NoKeys() =>
        [
            new(null),
            new(""),
            new("+"),
            new("++"),
            new("example.com/foo"),
            new("example.com/foo+530d903a"),
            new("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") { TestDisplayName = "No name" },
            new("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            {
                TestDisplayName = "Another's name",
            },
            new("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            {
                TestDisplayName = "Another's id",
            },
            new("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            {
                TestDisplayName = "An id in capitals",
            },
            new("example.com/foo+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            {
                TestDisplayName = "An id with a digit more",
            },
            new("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n")
            {
                TestDisplayName = "A newline after it",
            },
            new(" example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
            {
                TestDisplayName = "A space before it",
            },
            new("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2")
            {
                TestDisplayName = "A key cut off",
            },
            new(Spelled(2, 32)) { TestDisplayName = "A type that is not Ed25519" },
            new(Spelled(1, 31)) { TestDisplayName = "A key too short" },
            new(Spelled(1, 33)) { TestDisplayName = "A key too long" },
            new(Spelled(1, 0)) { TestDisplayName = "No key" },
            new(Spelled(1, 32, "a b")) { TestDisplayName = "A space in the name" },
            new(Spelled(1, 32, "a\u2003b")) { TestDisplayName = "A wide space in the name" },
            new(Spelled(1, 32, "a\0b")) { TestDisplayName = "A control character in the name" },
            new(Spelled(1, 32, new string('a', NoteKey.MaxLength))) { TestDisplayName = "Too long a name" },
        ];

    [Fact]
    public void The_example_of_the_specification_is_read_and_written_as_it_is()
    {
        Assert.True(NoteKey.TryParse(Example, LogFixtures.Ed25519, out var key));
        Assert.Equal(
            ("example.com/foo", NoteKeyType.Ed25519, 0x530d903au, Example),
            (key.Name, key.Type, key.Id, key.ToString())
        );
    }

    [Theory]
    [InlineData(NoteKeyType.Ed25519)]
    [InlineData(NoteKeyType.Cosignature)]
    public void A_key_that_was_made_is_read_as_what_it_is(NoteKeyType type)
    {
        var key = LogFixtures.Key(1, "schlüssel.example/日本", type);
        Assert.True(NoteKey.TryParse(key.ToString(), LogFixtures.Ed25519, out var read));
        Assert.Equal(key, read);
        Assert.Equal(key.GetHashCode(), read.GetHashCode());
    }

    [Fact]
    public void Keys_differ_by_name_and_type_and_key()
    {
        var keys = new[]
        {
            LogFixtures.Key(1),
            LogFixtures.Key(2),
            LogFixtures.Key(1, "other"),
            LogFixtures.Key(1, type: NoteKeyType.Cosignature),
        };
        Assert.Equal(4, keys.Distinct().Count());
        Assert.Equal(4, keys.Select(k => k.Id).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(NoKeys))]
    public void Anything_else_is_no_key(string? text) =>
        Assert.False(NoteKey.TryParse(text, LogFixtures.Ed25519, out _));

    [Fact]
    public void A_key_that_is_spelled_by_hand_is_read() =>
        Assert.True(NoteKey.TryParse(Spelled(1, 32), LogFixtures.Ed25519, out _));

    [Fact]
    public void A_public_key_that_no_seed_has_is_no_key()
    {
        byte[] typed = [1, 1, .. new byte[31]];
        var id = System.Security.Cryptography.SHA256.HashData([.. "example.com/foo\n"u8, .. typed]).AsSpan(0, 4);
        Assert.False(
            NoteKey.TryParse(
                $"example.com/foo+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String(typed)}",
                LogFixtures.Ed25519,
                out _
            )
        );
    }

    [Fact]
    public void A_flipped_bit_is_noticed()
    {
        foreach (var (bit, damaged) in LogFixtures.WithEachBitFlipped(Example))
            Assert.False(
                NoteKey.TryParse(Encoding.Latin1.GetString(damaged), LogFixtures.Ed25519, out _),
                $"Bit {bit}"
            );
    }

    [Fact]
    public void Nonsense_is_refused_and_nothing_more()
    {
        foreach (var bytes in LogFixtures.Hostile(Example))
            Assert.Equal(
                NoteKey.TryParse(Encoding.Latin1.GetString(bytes), LogFixtures.Ed25519, out var key),
                key is not null && key.ToString() == Encoding.Latin1.GetString(bytes)
            );
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a+b")]
    [InlineData("a\nb")]
    [InlineData("a\u00a0b")]
    public void Such_a_name_cannot_be_a_keys(string name)
    {
        Assert.Throws<ArgumentException>(() =>
            new NoteKey(name, NoteKeyType.Ed25519, LogFixtures.PrivateKey(1).PublicKey)
        );
        Assert.Throws<ArgumentException>(() => new NoteSigner(name, LogFixtures.PrivateKey(1)));
        Assert.Throws<ArgumentException>(() => new NoteSignature(name, 1, new byte[64]));
    }

    // A fact, since a theory's data lose half a pair on their way.
    [Fact]
    public void Half_a_surrogate_pair_names_no_key() => Assert.False(NoteKey.IsName("a\ud800"));

    [Fact]
    public void A_signer_is_printed_without_its_private_key() =>
        Assert.Equal("Signer " + LogFixtures.Origin, LogFixtures.Signer(1).ToString());

    // What a key would be, with an id that fits.
    private static string Spelled(byte type, int length, string name = "example.com/foo")
    {
        byte[] publicKey = [.. LogFixtures.PrivateKey(1).PublicKey.Bytes, 0];
        byte[] typed = [type, .. publicKey[..length]];
        var id = System
            .Security.Cryptography.SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. typed])
            .AsSpan(0, 4);
        return $"{name}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String(typed)}";
    }
}
