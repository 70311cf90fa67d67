using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// SipHash with 128 bits of output (Aumasson and Bernstein, 2012; the reference implementation is
/// github.com/veorq/SipHash).
/// </summary>
internal static class SipHash
{
    /// <summary>SipHash-1-3-128: for hash tables whose keys others choose.</summary>
    public static (ulong Low, ulong High) Hash13(ulong k0, ulong k1, ReadOnlySpan<byte> data) =>
        Hash(k0, k1, data, compression: 1, finalization: 3);

    /// <summary>
    /// SipHash-2-4-128: of which there are official test vectors, so that the one above can be trusted too.
    /// </summary>
    public static (ulong Low, ulong High) Hash24(ulong k0, ulong k1, ReadOnlySpan<byte> data) =>
        Hash(k0, k1, data, compression: 2, finalization: 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Low, ulong High) Hash(
        ulong k0,
        ulong k1,
        ReadOnlySpan<byte> data,
        int compression,
        int finalization
    )
    {
        var v0 = k0 ^ 0x736f6d6570736575UL;
        var v1 = k1 ^ 0x646f72616e646f6dUL ^ 0xee;
        var v2 = k0 ^ 0x6c7967656e657261UL;
        var v3 = k1 ^ 0x7465646279746573UL;
        var last = (ulong)data.Length << 56;
        for (; data.Length >= 8; data = data[8..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(data);
            v3 ^= word;
            for (var i = 0; i < compression; i++)
                Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }
        for (var i = 0; i < data.Length; i++)
            last |= (ulong)data[i] << (8 * i);
        v3 ^= last;
        for (var i = 0; i < compression; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;

        v2 ^= 0xee;
        for (var i = 0; i < finalization; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        var low = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        for (var i = 0; i < finalization; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        return (low, v0 ^ v1 ^ v2 ^ v3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
