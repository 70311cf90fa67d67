using System.Numerics;
using System.Runtime.CompilerServices;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>Some bits of a word.</summary>
/// <param name="At">The place of the lowest.</param>
/// <param name="Width">How many there are; 1 to 32.</param>
internal readonly record struct BitField(int At, int Width)
{
    /// <summary>The largest value that fits.</summary>
    public ulong Largest => (1UL << Width) - 1;

    /// <summary>The bits of the field, set.</summary>
    public ulong Mask => Largest << At;

    /// <summary>The place after the field.</summary>
    public int End => At + Width;

    /// <summary>The field's value in a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(ulong word) => (word >> At) & Largest;

    /// <summary>A value at the field's place. A bit that does not belong to the field is never set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Put(ulong value) => (value & Largest) << At;

    /// <summary>The word with another value in the field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong In(ulong word, ulong value) => (word & ~Mask) | Put(value);
}

/// <summary>
/// Where the fields of a <see cref="SlotWord"/> are: one after the other, each as wide as its type needs.
/// </summary>
/// <remarks>
/// The fields are constants of the process, which the compiler folds into the code that uses them. The host checks
/// <see cref="RequireRoom"/> when it starts.
/// </remarks>
internal static class SlotLayout
{
    private const int WordBits = 64;

    /// <summary>The place of what does not fit into the slot; 0 if everything does.</summary>
    public static readonly BitField Link = new(0, 32);

    /// <summary>The purpose of the plain setting.</summary>
    public static readonly BitField Purpose = After(Link, BitOperations.Log2(Limits.Purposes - 1) + 1);

    /// <summary>The effect of the plain setting; 0 if there is none.</summary>
    public static readonly BitField Effect = After(Purpose, Wording.BitsOf<Effect>());

    /// <summary>The conditions of the plain setting: a bit for each.</summary>
    public static readonly BitField Conditions = After(Effect, Wording.BitsOf<Conditions>());

    /// <summary>The vocabulary version of the plain setting.</summary>
    public static readonly BitField Vocabulary = After(Conditions, 8);

    /// <summary>Of a video: whether it is registered.</summary>
    public static readonly BitField Registered = After(Vocabulary, 1);

    /// <summary>Of a creator: whether what memory knows is in doubt.</summary>
    public static readonly BitField Unreadable = After(Registered, 1);

    /// <summary>
    /// Of a creator: which of their records hold. Of a record: to which epoch of its decider it belongs.
    /// </summary>
    public static readonly BitField Epoch = After(Unreadable, 8);

    /// <summary>The bits of everything that a plain setting is made of.</summary>
    public static readonly ulong Plain = Purpose.Mask | Effect.Mask | Conditions.Mask | Vocabulary.Mask;

    /// <summary>Checks that the fields fit into a word, so that none reaches into another.</summary>
    /// <exception cref="InvalidOperationException">
    /// They do not: a type of theirs has grown, and the layout has to change.
    /// </exception>
    public static void RequireRoom()
    {
        if (Epoch.End > WordBits)
        {
            throw new InvalidOperationException(
                $"The fields of a slot need {Epoch.End} bits, and a slot's word has {WordBits}."
            );
        }
        if (default(Effect).IsWord())
            throw new InvalidOperationException("An effect is 0, by which a slot says that it holds no setting.");
    }

    private static BitField After(BitField before, int width) => new(before.End, width);
}
