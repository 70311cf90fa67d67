using System.Security.Cryptography;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Domain.Tests.Integrity;

/// <summary>A node's code covers everything that anybody decides from.</summary>
public sealed class IntegrityKeyTests
{
    private static readonly IntegrityKey Key = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static readonly EventColumns Columns = new(
        "ana",
        7,
        1,
        2,
        new("01890a5d-ac96-774b-bcce-b302099a8057"),
        EventType.DefaultChanged,
        1_795_447_793_000_000,
        "{}"u8.ToArray()
    );

    public static TheoryData<string, EventColumns> Altered =>
        new()
        {
            { "another stream", Columns with { Stream = "anb" } },
            { "another version", Columns with { Version = 8 } },
            { "another place in it", Columns with { Ordinal = 2 } },
            { "another number of events", Columns with { Count = 1 } },
            { "another id", Columns with { EventId = new("01890a5d-ac96-774b-bcce-b302099a8058") } },
            { "another type", Columns with { Type = EventType.OverrideChanged } },
            { "another time", Columns with { Tx = Columns.Tx - 1 } },
            { "another leaf", Columns with { Leaf = "[]"u8.ToArray() } },
            { "a letter that moved to the next text", Columns with { Stream = "anad", Type = "efaultChanged" } },
        };

    [Theory]
    [MemberData(nameof(Altered))]
    public void Whatever_is_altered_has_another_code(string what, EventColumns altered)
    {
        Assert.True(Key.Verify(Columns, Key.MacOf(Columns)));
        Assert.False(Key.Verify(altered, Key.MacOf(Columns)), what);
        Assert.Equal(IntegrityKey.MacLength, Key.MacOf(altered).Length);
    }

    [Fact]
    public void A_code_is_of_one_key_and_whole()
    {
        var mac = Key.MacOf(Columns);
        Assert.False(new IntegrityKey(new byte[32]).Verify(Columns, mac));
        Assert.False(Key.Verify(Columns, mac.AsSpan(0, 16)));
        Assert.False(Key.Verify(Columns, []));
        mac[^1] ^= 1;
        Assert.False(Key.Verify(Columns, mac));
    }

    // The input is written by hand, so that neither side can drift: every text and the leaf have their length before.
    [Fact]
    public void The_code_is_HMAC_SHA_256_under_a_key_derived_by_HKDF()
    {
        var key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            32,
            [],
            "consent-registry/integrity/event"u8.ToArray()
        );
        byte[] input =
        [
            0,
            0,
            0,
            3,
            .. "ana"u8,
            0,
            0,
            0,
            14,
            .. "defaultChanged"u8,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            7,
            .. BitConverter.GetBytes(Columns.Tx).Reverse(),
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            2,
            .. Convert.FromHexString("01890a5dac96774bbcceb302099a8057"),
            0,
            0,
            0,
            2,
            .. "{}"u8,
        ];
        Assert.Equal(HMACSHA256.HashData(key, input), Key.MacOf(Columns));
    }

    [Fact]
    public void A_leaf_commits_to_one_body_with_one_salt()
    {
        var (salt, body) = (new byte[32], "{\"a\":1}"u8.ToArray());
        var leaf = new Leaf(
            EventType.HoldChanged,
            Columns.EventId,
            1,
            1,
            1,
            new(1),
            HMACSHA256.HashData(salt, body),
            null
        ).Encode();
        Assert.True(Leaf.CommitsTo(leaf, body, salt));
        Assert.False(Leaf.CommitsTo(leaf, "{\"a\":2}"u8, salt));
        // A longer key of zeros would make the same HMAC.
        Assert.False(Leaf.CommitsTo(leaf, body, new byte[33]));
        Assert.False(Leaf.CommitsTo(leaf, body, []));
        Assert.False(Leaf.CommitsTo(leaf.AsSpan(0, 40), body, salt));
        Assert.False(Leaf.CommitsTo("{}"u8, body, salt));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("00", false)]
    [InlineData("zz000000000000000000000000000000000000000000000000000000000000zz", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", true)]
    public void A_file_has_a_key_on_each_line(string line, bool isRead)
    {
        Assert.Equal(isRead, IntegrityKey.ReadAll($" {line}\r\n") is not null);
        Assert.Null(IntegrityKey.ReadAll($"{line}\n{line}"));
    }
}
