using System.Buffers.Text;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>Bytes of an answer, one after the other, in a buffer that is used again.</summary>
internal sealed class AnswerBuffer
{
    private const int SmallestSize = 1 << 12;

    // Larger ones are left to the collector, so that one large answer does not hold its memory for ever.
    private const int LargestKept = 1 << 20;

    private byte[] bytes = new byte[SmallestSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    public void Clear()
    {
        Length = 0;
        if (bytes.Length > LargestKept)
            bytes = new byte[SmallestSize];
    }

    /// <summary>Takes back what was written after a point.</summary>
    public void CutTo(int length) => Length = length;

    public void Add(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Room(more.Length));
        Length += more.Length;
    }

    public void Add(byte one)
    {
        Room(1)[0] = one;
        Length++;
    }

    public void AddNumber(long number)
    {
        const int longest = 20;
        Utf8Formatter.TryFormat(number, Room(longest), out var written);
        Length += written;
    }

    /// <summary>RFC 3339 in UTC with six decimals, as <see cref="Instant.ToString"/> writes it.</summary>
    public void AddTime(Instant time)
    {
        const int length = 27;
        var to = Room(length)[..length];
        var moment = time.ToDateTime();
        moment.Deconstruct(out var date, out var clock);
        date.Deconstruct(out var year, out var month, out var day);
        var micros = clock.Ticks / TimeSpan.TicksPerMicrosecond;
        var seconds = (int)(micros / 1_000_000);
        Digits(to, 0, 4, year);
        to[4] = (byte)'-';
        Digits(to, 5, 2, month);
        to[7] = (byte)'-';
        Digits(to, 8, 2, day);
        to[10] = (byte)'T';
        Digits(to, 11, 2, seconds / 3600);
        to[13] = (byte)':';
        Digits(to, 14, 2, seconds / 60 % 60);
        to[16] = (byte)':';
        Digits(to, 17, 2, seconds % 60);
        to[19] = (byte)'.';
        Digits(to, 20, 6, (int)(micros % 1_000_000));
        to[26] = (byte)'Z';
        Length += length;
    }

    private static void Digits(Span<byte> to, int at, int count, int number)
    {
        for (var i = at + count - 1; i >= at; i--)
        {
            to[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }

    private Span<byte> Room(int wanted)
    {
        if (bytes.Length - Length < wanted)
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + wanted));
        return bytes.AsSpan(Length);
    }
}
