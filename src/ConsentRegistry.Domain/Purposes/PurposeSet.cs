using System.Numerics;

namespace ConsentRegistry.Domain.Purposes;

/// <summary>A purpose by its place in the vocabulary, in order of registration: compact, and stable because nothing is ever removed.</summary>
public readonly record struct PurposeIndex(byte Value);

/// <summary>A set of purposes of one vocabulary, as 256 bits.</summary>
public readonly record struct PurposeSet
{
    private readonly ulong a, b, c, d;

    private PurposeSet(ulong a, ulong b, ulong c, ulong d) => (this.a, this.b, this.c, this.d) = (a, b, c, d);

    /// <summary>No purpose.</summary>
    public static PurposeSet None => default;

    /// <summary>Every purpose, those included that will be registered later.</summary>
    public static PurposeSet All => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>Whether the set is empty.</summary>
    public bool IsEmpty => (a | b | c | d) == 0;

    /// <summary>Whether the purpose is in the set.</summary>
    public bool Contains(PurposeIndex purpose) => (Word(purpose.Value >> 6) >> (purpose.Value & 63) & 1) != 0;

    /// <summary>Whether the two sets share a purpose.</summary>
    public bool Intersects(in PurposeSet other) => ((a & other.a) | (b & other.b) | (c & other.c) | (d & other.d)) != 0;

    /// <summary>This set and the purpose.</summary>
    public PurposeSet With(PurposeIndex purpose)
    {
        var bit = 1UL << (purpose.Value & 63);
        return (purpose.Value >> 6) switch
        {
            0 => new(a | bit, b, c, d),
            1 => new(a, b | bit, c, d),
            2 => new(a, b, c | bit, d),
            _ => new(a, b, c, d | bit),
        };
    }

    /// <summary>What is in either set.</summary>
    public static PurposeSet operator |(in PurposeSet x, in PurposeSet y) => new(x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d);

    /// <summary>What is in both sets.</summary>
    public static PurposeSet operator &(in PurposeSet x, in PurposeSet y) => new(x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d);

    /// <summary>The purposes, in order of registration.</summary>
    public Enumerator GetEnumerator() => new(this);

    private ulong Word(int index) => index switch { 0 => a, 1 => b, 2 => c, _ => d };

    /// <summary>Walks the set without allocating.</summary>
    public struct Enumerator
    {
        private readonly PurposeSet set;
        private int word;
        private ulong rest;

        internal Enumerator(PurposeSet set) => (this.set, word, rest) = (set, 0, set.a);

        /// <summary>The purpose that the walk has reached.</summary>
        public PurposeIndex Current { get; private set; }

        /// <summary>Goes on to the next purpose; false after the last.</summary>
        public bool MoveNext()
        {
            while (rest == 0)
            {
                if (++word > 3)
                    return false;
                rest = set.Word(word);
            }
            Current = new((byte)((word << 6) + BitOperations.TrailingZeroCount(rest)));
            rest &= rest - 1;
            return true;
        }
    }
}
