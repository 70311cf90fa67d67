using System.Numerics;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Domain.Tests.Integrity;

/// <summary>Sums of codes are sums of numbers modulo 2^256.</summary>
public sealed class Sum256Tests
{
    private static readonly BigInteger Modulus = BigInteger.One << 256;

    private static readonly UInt128[] Halves = [0, 1, UInt128.MaxValue, UInt128.MaxValue - 1, UInt128.One << 127];

    [Fact]
    public void It_adds_and_takes_away_as_numbers_do()
    {
        var all = Halves.SelectMany(high => Halves.Select(low => new Sum256(high, low))).ToList();
        foreach (var one in all)
        {
            foreach (var other in all)
            {
                Assert.Equal((Number(one) + Number(other)) % Modulus, Number(one + other));
                Assert.Equal((Number(one) - Number(other) + Modulus) % Modulus, Number(one - other));
                Assert.Equal(one, one + other - other);
            }
        }
    }

    [Fact]
    public void It_is_written_with_the_first_byte_in_front()
    {
        var bytes = Enumerable.Range(1, Sum256.Length).Select(i => (byte)i).ToArray();
        var written = new byte[Sum256.Length];
        Sum256.From(bytes).WriteTo(written);
        Assert.Equal(bytes, written);
        Assert.Equal(new BigInteger(bytes, isUnsigned: true, isBigEndian: true), Number(Sum256.From(bytes)));
    }

    private static BigInteger Number(Sum256 sum) => ((BigInteger)sum.High << 128) + (BigInteger)sum.Low;
}
