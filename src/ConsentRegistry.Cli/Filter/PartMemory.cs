using System.Buffers;
using CommunityToolkit.HighPerformance.Buffers;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// The memory of parts, which is used again for later ones. The shared pool would keep some for each thread that ever
/// gave it back.
/// </summary>
internal static class PartMemory
{
    /// <summary>Arrays of one size that are kept: those of three parts, and one that grows.</summary>
    private const int Kept = 4;

    /// <summary>Bytes of the largest array that is kept: twice what the answers to a part may have.</summary>
    private const int Largest = 1 << 30;

    /// <summary>The arrays.</summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(Largest, Kept);

    /// <summary>A buffer that gives its memory back when it is disposed.</summary>
    /// <param name="usual">Bytes that it usually has.</param>
    public static ArrayPoolBufferWriter<byte> Rent(int usual) => new(Pool, usual);
}
