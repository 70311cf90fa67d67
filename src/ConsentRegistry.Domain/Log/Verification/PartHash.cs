using System.Security.Cryptography;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>The hash over the lines of a part, with which its last line is compared.</summary>
internal sealed class PartHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Begins a part: its first line.</summary>
    public void Begin(ReadOnlySpan<byte> line)
    {
        _ = hash.GetHashAndReset();
        Append(line);
    }

    /// <summary>Goes on with a line, given without its newline.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        hash.AppendData(line);
        hash.AppendData("\n"u8);
    }

    /// <summary>Compares the last line with all before it.</summary>
    public Finding? Compare(ExportLine.End end) =>
        hash.GetHashAndReset().AsSpan().SequenceEqual(end.Hash)
            ? null
            : Finding.Tampered("The part was changed after it was written: its last line is the hash of other bytes.");

    public void Dispose() => hash.Dispose();
}
