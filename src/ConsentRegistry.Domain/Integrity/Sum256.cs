using System.Buffers.Binary;

namespace ConsentRegistry.Domain.Integrity;

/// <summary>
/// A sum of codes of records modulo 2^256, in any order: what is added can be taken away again. Unlike by exclusive or,
/// nobody finds other records of the same sum by linear algebra (AdHASH; Bellare and Micciancio, 1997).
/// </summary>
public readonly record struct Sum256(UInt128 High, UInt128 Low)
{
    /// <summary>Bytes of a sum.</summary>
    public const int Length = 32;

    /// <summary>A number of <see cref="Length"/> bytes, the first in front.</summary>
    public static Sum256 From(ReadOnlySpan<byte> bytes) =>
        new(
            BinaryPrimitives.ReadUInt128BigEndian(bytes),
            BinaryPrimitives.ReadUInt128BigEndian(bytes[(Length / 2)..Length])
        );

    /// <summary>The sum.</summary>
    public static Sum256 operator +(Sum256 one, Sum256 other)
    {
        var low = unchecked(one.Low + other.Low);
        var carry = low < one.Low ? UInt128.One : UInt128.Zero;
        return new(unchecked(one.High + other.High + carry), low);
    }

    /// <summary>The difference.</summary>
    public static Sum256 operator -(Sum256 one, Sum256 other)
    {
        var borrow = one.Low < other.Low ? UInt128.One : UInt128.Zero;
        return new(unchecked(one.High - other.High - borrow), unchecked(one.Low - other.Low));
    }

    /// <inheritdoc cref="op_Addition"/>
    public static Sum256 Add(Sum256 left, Sum256 right) => left + right;

    /// <inheritdoc cref="op_Subtraction"/>
    public static Sum256 Subtract(Sum256 left, Sum256 right) => left - right;

    /// <summary>Writes <see cref="Length"/> bytes, the first in front.</summary>
    public void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[(Length / 2)..], Low);
    }
}
