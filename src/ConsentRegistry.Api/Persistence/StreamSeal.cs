using System.Buffers.Binary;
using System.Text;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Persistence;

/// <summary>What the row of a stream says, to which its seal is bound.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="Version">Its version.</param>
/// <param name="Head">The hash of its newest leaf.</param>
/// <param name="ErasedAt">When the creator was erased; null if they were not.</param>
/// <param name="Hold">The operator's stop.</param>
/// <param name="Lockdown">The creator's stop.</param>
internal sealed record StreamRowContent(
    string Stream,
    long Version,
    byte[]? Head,
    Instant? ErasedAt,
    Stop? Hold,
    Stop? Lockdown
)
{
    /// <summary>The row as one sequence of bytes, of which each means one row only.</summary>
    public byte[] Encode(string kid)
    {
        using var bytes = new MemoryStream();
        Add(kid);
        Add(Stream);
        AddNumber(Version);
        Add(Head is null ? "" : Convert.ToHexString(Head));
        AddNumber(ErasedAt?.Microseconds ?? long.MinValue);
        AddStop(Hold);
        AddStop(Lockdown);
        return bytes.ToArray();

        void AddStop(Stop? stop)
        {
            AddNumber(stop?.Stamp.Version ?? -1);
            AddNumber(stop?.Stamp.At.Microseconds ?? long.MinValue);
            AddNumber(stop?.Purposes?.Length ?? -1);
            foreach (var purpose in stop?.Purposes ?? [])
                Add(purpose.Name);
        }

        void Add(string text)
        {
            var encoded = Encoding.UTF8.GetBytes(text);
            AddNumber(encoded.Length);
            bytes.Write(encoded);
        }

        void AddNumber(long number)
        {
            Span<byte> encoded = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(encoded, number);
            bytes.Write(encoded);
        }
    }
}

/// <summary>The seal of a stream: the sum of the codes of its records, encrypted and bound to its row.</summary>
/// <param name="Kid">The name of the key.</param>
/// <param name="Box">The sum, encrypted.</param>
internal sealed record StreamSeal(string Kid, byte[] Box)
{
    /// <summary>Bytes of a box.</summary>
    public const int Length = Sum256.Length + AuthenticatedBox.Overhead;

    /// <summary>A seal of a reader's two columns; null where there is none.</summary>
    public static StreamSeal? Read(System.Data.Common.DbDataReader reader, int at) =>
        reader.IsDBNull(at) || reader.IsDBNull(at + 1)
            ? null
            : new(reader.GetString(at), reader.GetFieldValue<byte[]>(at + 1));
}

/// <summary>What seals under one key.</summary>
internal sealed class SealKey(IntegrityKey key)
{
    private readonly KeyedHash hash = new(key.DeriveRecordKey());
    private readonly AuthenticatedBox box = new(key.DeriveSealKey());

    /// <summary>The name of the key.</summary>
    public string Kid { get; } = key.Kid;

    /// <summary>Codes of records, for one thread.</summary>
    public RecordCodes Codes() => new(hash);

    /// <summary>Seals a row and the sum of its records.</summary>
    public StreamSeal Seal(StreamRowContent row, Sum256 sum)
    {
        Span<byte> secret = stackalloc byte[Sum256.Length];
        sum.WriteTo(secret);
        return new(Kid, box.Encrypt(secret, row.Encode(Kid)));
    }

    /// <summary>The sum of the records; null if the seal is not of this row.</summary>
    public Sum256? Open(StreamRowContent row, StreamSeal seal)
    {
        Span<byte> secret = stackalloc byte[Sum256.Length];
        return box.TryDecrypt(seal.Box, row.Encode(Kid), secret) ? Sum256.From(secret) : null;
    }
}

/// <summary>A stream while a change alters it: its row, and the sum of its records.</summary>
internal sealed class SealedStream
{
    private readonly RecordCodes codes;
    private readonly byte[] name;
    private StreamRowContent row;
    private Sum256 sum;

    private SealedStream(SealKey key, StreamRowContent row, Sum256 sum)
    {
        (Key, this.row, this.sum) = (key, row, sum);
        (codes, name) = (key.Codes(), Encoding.UTF8.GetBytes(row.Stream));
    }

    /// <summary>The key that seals it.</summary>
    public SealKey Key { get; }

    /// <summary>The row.</summary>
    public StreamRowContent Row => row;

    /// <summary>The sum of its records.</summary>
    public Sum256 Sum => sum;

    /// <summary>A stream that has no record yet.</summary>
    public static SealedStream New(SealKey key, string stream) =>
        new(key, new(stream, 0, Head: null, ErasedAt: null, Hold: null, Lockdown: null), default);

    /// <summary>A stream as it was sealed; null if it was not sealed so.</summary>
    public static SealedStream? Open(IntegrityKeys keys, StreamRowContent row, StreamSeal? seal) =>
        seal is not null && keys.FindSealKey(seal.Kid) is { } key && key.Open(row, seal) is { } sum
            ? new(key, row, sum)
            : null;

    /// <summary>Applies what an event alters.</summary>
    public void Apply(RecordedChange change)
    {
        switch (change)
        {
            case RecordedChange.OfDefault one:
                Replace(
                    one.Before is null ? default : codes.Of(name, one.Key, one.Before),
                    one.After is null ? default : codes.Of(name, one.Key, one.After)
                );
                break;
            case RecordedChange.OfOverride one:
                Replace(
                    one.Before is null ? default : codes.Of(name, one.Key, one.Before),
                    one.After is null ? default : codes.Of(name, one.Key, one.After)
                );
                break;
            case RecordedChange.OfVideo one:
                Replace(one.Before is null ? default : codes.Of(one.Video, one.Before), codes.Of(one.Video, one.After));
                break;
            case RecordedChange.OfGrant one:
                Replace(
                    one.Before is null ? default : codes.Of(name, one.Grant, one.Before),
                    codes.Of(name, one.Grant, one.After)
                );
                break;
            case RecordedChange.OfPurpose one:
                Replace(default, codes.Of(one.Purpose));
                break;
            case RecordedChange.OfStop { Kind: StopKind.Hold } one:
                row = row with { Hold = one.After };
                break;
            case RecordedChange.OfStop one:
                row = row with { Lockdown = one.After };
                break;
            case RecordedChange.OfErasure one:
                Erase(one);
                break;
        }
    }

    /// <summary>Seals it at a version.</summary>
    public StreamSeal Seal(long version, byte[] head)
    {
        row = row with { Version = version, Head = head };
        return Key.Seal(row, sum);
    }

    // An erasure may be several events. Before the first of them nothing is erased.
    private void Erase(RecordedChange.OfErasure erasure)
    {
        if (row.ErasedAt is null)
            (row, sum) = (row with { ErasedAt = erasure.At, Hold = null, Lockdown = null }, default);
        foreach (var hash in erasure.Identifiers?.Hashes ?? [])
            sum += codes.Of(name, erasure.Identifiers!.Kid, hash);
    }

    private void Replace(Sum256 before, Sum256 after) => sum = sum - before + after;
}
