using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ConsentRegistry.Domain;

/// <summary>
/// A moment, in whole microseconds since 1970-01-01T00:00:00Z: the resolution in which the registry keeps and compares
/// time.
/// </summary>
/// <param name="Microseconds">Microseconds since 1970, negative before it.</param>
public readonly record struct Instant(long Microseconds) : IComparable<Instant>
{
    /// <summary>Earlier than every moment: the start of what has held from the beginning.</summary>
    public static readonly Instant Beginning = new(long.MinValue);

    /// <summary>Later than every moment: the expiry of what never expires.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>The earliest moment that the contract takes, 1000-01-01T00:00:00Z: long before any recording.</summary>
    public static readonly Instant Earliest = From(new DateTime(1000, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    /// <summary>
    /// The latest moment that the contract takes, 9999-12-31T23:59:59.999999Z: the last that RFC 3339 can write.
    /// </summary>
    public static readonly Instant Latest = From(DateTime.MaxValue);

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFK"];

    /// <summary>The moment, cut to the microsecond.</summary>
    public static Instant From(DateTimeOffset time) => FromTicks(time.UtcTicks);

    /// <summary>The moment, cut to the microsecond; <paramref name="utc"/> is taken as UTC.</summary>
    public static Instant From(DateTime utc) => FromTicks(utc.Ticks);

    /// <summary>
    /// Reads an RFC 3339 date and time. Any offset is accepted and means the same moment in UTC; digits beyond the
    /// microsecond are cut off.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Instant instant)
    {
        instant = default;
        if (
            text is null
            || text.Length is < 20 or > 40
            || text[10] is not ('T' or 't')
            || text.AsSpan().ContainsAny(' ', ',')
        )
            return false;
        var normal = CutBeyondMicroseconds(text.ToUpperInvariant());
        // An offset is part of RFC 3339's grammar; without one the text names no moment.
        if (normal is null || !(normal[^1] == 'Z' || normal[^6] is '+' or '-'))
            return false;
        if (
            !DateTimeOffset.TryParseExact(
                normal,
                Formats,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time
            )
        )
            return false;
        instant = From(time);
        return true;
    }

    /// <summary>
    /// Reads a moment that a caller names: like <see cref="TryParse"/>, and false outside of <see cref="Earliest"/> to
    /// <see cref="Latest"/>. Events of before this limit may name others.
    /// </summary>
    public static bool TryParseInRange([NotNullWhen(true)] string? text, out Instant instant) =>
        TryParse(text, out instant) && instant >= Earliest && instant <= Latest;

    /// <summary>The time of day and date in UTC.</summary>
    /// <exception cref="OverflowException">
    /// This is <see cref="Beginning"/> or <see cref="Never"/>, which are no dates.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">It is before year 1 or after year 9999.</exception>
    public DateTime ToDateTime() =>
        new(checked((Microseconds * TimeSpan.TicksPerMicrosecond) + DateTime.UnixEpoch.Ticks), DateTimeKind.Utc);

    /// <summary>This moment moved by <paramref name="duration"/>.</summary>
    public Instant Plus(TimeSpan duration) => new(Microseconds + (duration.Ticks / TimeSpan.TicksPerMicrosecond));

    /// <summary>The time from <paramref name="earlier"/> to this moment.</summary>
    public TimeSpan Since(Instant earlier) => TimeSpan.FromMicroseconds(Microseconds - earlier.Microseconds);

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>The earlier of two moments.</summary>
    public static Instant Earlier(Instant one, Instant other) => one <= other ? one : other;

    /// <summary>RFC 3339 in UTC with six decimals, for example <c>2026-11-23T09:30:00.000000Z</c>.</summary>
    public override string ToString() =>
        ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="a"/> is earlier.</summary>
    public static bool operator <(Instant a, Instant b) => a.Microseconds < b.Microseconds;

    /// <summary>Whether <paramref name="a"/> is later.</summary>
    public static bool operator >(Instant a, Instant b) => a.Microseconds > b.Microseconds;

    /// <summary>Whether <paramref name="a"/> is not later.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Microseconds <= b.Microseconds;

    /// <summary>Whether <paramref name="a"/> is not earlier.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Microseconds >= b.Microseconds;

    private static Instant FromTicks(long utcTicks) =>
        new((long)Math.Floor((utcTicks - DateTime.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond));

    private static string? CutBeyondMicroseconds(string text)
    {
        const int fractionAt = 20;
        if (text[19] != '.')
            return text;
        var end = fractionAt;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        if (end == fractionAt || text.Length - end is not (1 or 6))
            return null;
        return end - fractionAt > 6 ? string.Concat(text.AsSpan(0, fractionAt + 6), text.AsSpan(end)) : text;
    }
}
