using System.Text;
using ConsentRegistry.Api.Replica.Facts;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>
/// The hash is the published one: its official vectors are for two and four rounds, which the same code runs.
/// </summary>
public sealed class SipHashTests
{
    private const ulong K0 = 0x0706050403020100;
    private const ulong K1 = 0x0f0e0d0c0b0a0908;

    // vectors_sip128 of the reference implementation (github.com/veorq/SipHash, vectors.h), for inputs of 0, 1, 2, …
    // bytes.
    private static readonly string[] Official =
    [
        "a3817f04ba25a8e66df67214c7550293",
        "da87c1d86b99af44347659119b22fc45",
        "8177228da4a45dc7fca38bdef60affe4",
        "9c70b60c5267a94e5f33b6b02985ed51",
        "f88164c12d9c8faf7d0f6e7c7bcd5579",
        "1368875980776f8854527a07690e9627",
        "14eeca338b208613485ea0308fd7a15e",
        "a1f1ebbed8dbc153c0b84aa61ff08239",
        "3b62a9ba6258f5610f83e264f31497b4",
        "264499060ad9baabc47f8b02bb6d71ed",
        "00110dc378146956c95447d3f3d0fbba",
        "0151c568386b6677a2b4dc6f81e5dc18",
        "d626b266905ef35882634df68532c125",
        "9869e247e9c08b10d029934fc4b952f7",
        "31fcefac66d7de9c7ec7485fe4494902",
        "5493e99933b0a8117e08ec0f97cfc3d9",
        "6ee2a4ca67b054bbfd3315bf85230577",
    ];

    [Fact]
    public void Hashes_as_the_reference_implementation_does()
    {
        for (var length = 0; length < Official.Length; length++)
        {
            var input = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
            var (low, high) = SipHash.Hash24(K0, K1, input);
            Assert.Equal(
                Official[length],
                Convert.ToHexStringLower([.. BitConverter.GetBytes(low), .. BitConverter.GetBytes(high)])
            );
        }
    }

    [Fact]
    public void Names_differ_where_ids_or_their_number_do()
    {
        var hasher = new KeyHasher(1, 2);
        FactKey[] names =
        [
            hasher.OfCreator("ab"u8),
            hasher.OfVideo("a"u8, "b"u8),
            hasher.OfVideo("ab"u8, "b"u8),
            hasher.OfVideo("a"u8, "bb"u8),
            hasher.OfAppearance("a"u8, "b"u8, "b"u8),
            hasher.OfAppearance("b"u8, "a"u8, "b"u8),
            hasher.OfAppearance("a"u8, "b"u8, "c"u8),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(hasher.OfCreator("ab"u8), hasher.Of("ab"));
        Assert.NotEqual(hasher.OfCreator("ab"u8), new KeyHasher(1, 3).OfCreator("ab"u8));
        var longest = new string('x', Domain.Identifier.MaxLength);
        Assert.Equal(hasher.Of(longest), hasher.OfCreator(Encoding.ASCII.GetBytes(longest)));
    }
}
