using System.Numerics;
using System.Runtime.Intrinsics;

namespace ConsentRegistry.Domain.Purposes;

/// <summary>
/// A purpose by its place in the vocabulary, in order of registration: compact, and stable because nothing is ever
/// removed.
/// </summary>
public readonly record struct PurposeIndex(byte Value);

/// <summary>A set of purposes of one vocabulary, as 256 bits.</summary>
public readonly record struct PurposeSet
{
    // Of one piece, so that it is copied and compared as one.
    private readonly Vector256<ulong> words;

    private PurposeSet(Vector256<ulong> words) => this.words = words;

    /// <summary>No purpose.</summary>
    public static PurposeSet None => default;

    /// <summary>Every purpose, those included that will be registered later.</summary>
    public static PurposeSet All => new(Vector256<ulong>.AllBitsSet);

    /// <summary>Whether the set is empty.</summary>
    public bool IsEmpty => words == Vector256<ulong>.Zero;

    /// <summary>Whether the purpose is in the set.</summary>
    public bool Contains(PurposeIndex purpose) => (words[purpose.Value >> 6] >> (purpose.Value & 63) & 1) != 0;

    /// <summary>Whether the two sets share a purpose.</summary>
    public bool Intersects(in PurposeSet other) => (words & other.words) != Vector256<ulong>.Zero;

    /// <summary>This set and the purpose.</summary>
    public PurposeSet With(PurposeIndex purpose)
    {
        var word = purpose.Value >> 6;
        return new(words.WithElement(word, words[word] | (1UL << (purpose.Value & 63))));
    }

    /// <summary>What is in either set.</summary>
    public static PurposeSet operator |(in PurposeSet x, in PurposeSet y) => new(x.words | y.words);

    /// <summary>What is in both sets.</summary>
    public static PurposeSet operator &(in PurposeSet x, in PurposeSet y) => new(x.words & y.words);

    /// <summary>The purposes, in order of registration.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the set without allocating.</summary>
    public struct Enumerator
    {
        private readonly PurposeSet set;
        private int word;
        private ulong rest;

        internal Enumerator(PurposeSet set) => (this.set, word, rest) = (set, 0, set.words[0]);

        /// <summary>The purpose that the walk has reached.</summary>
        public PurposeIndex Current { get; private set; }

        /// <summary>Goes on to the next purpose; false after the last.</summary>
        public bool MoveNext()
        {
            while (rest == 0)
            {
                if (++word > 3)
                    return false;
                rest = set.words[word];
            }
            Current = new((byte)((word << 6) + BitOperations.TrailingZeroCount(rest)));
            rest &= rest - 1;
            return true;
        }
    }
}
