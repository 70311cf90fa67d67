namespace ConsentRegistry.Domain.Tests;

/// <summary>Moments as RFC 3339 writes them, kept in whole microseconds.</summary>
public sealed class InstantTests
{
    [Theory]
    [InlineData("In UTC", "2026-11-23T09:30:00Z", "2026-11-23T09:30:00.000000Z")]
    [InlineData("In lower case", "2026-11-23t09:30:00z", "2026-11-23T09:30:00.000000Z")]
    [InlineData("One digit of a second", "2026-11-23T09:30:00.5Z", "2026-11-23T09:30:00.500000Z")]
    [InlineData("Six digits", "2026-11-23T09:30:00.123456Z", "2026-11-23T09:30:00.123456Z")]
    [InlineData("Seven digits are cut, not rounded", "2026-11-23T09:30:00.1234569Z", "2026-11-23T09:30:00.123456Z")]
    [InlineData("Nine digits are cut, not rounded", "2026-11-23T09:30:00.999999999Z", "2026-11-23T09:30:00.999999Z")]
    [InlineData("Nine digits with an offset", "2026-11-23T09:30:00.123456789+02:00", "2026-11-23T07:30:00.123456Z")]
    [InlineData(
        "Before 1970 digits are cut towards the past",
        "1969-12-31T23:59:59.9999999Z",
        "1969-12-31T23:59:59.999999Z"
    )]
    [InlineData("East of Greenwich", "2026-11-23T09:30:00+05:30", "2026-11-23T04:00:00.000000Z")]
    [InlineData("West of Greenwich, over midnight", "2026-11-23T20:30:00-08:00", "2026-11-24T04:30:00.000000Z")]
    [InlineData("The offset nobody knows", "2026-11-23T09:30:00-00:00", "2026-11-23T09:30:00.000000Z")]
    [InlineData("A leap day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z")]
    [InlineData("The first moment of the calendar", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z")]
    [InlineData("The last moment of the calendar", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z")]
    public void A_moment_is_read(string sentence, string text, string expected)
    {
        Assert.NotEmpty(sentence);
        Assert.True(Instant.TryParse(text, out var instant));
        Assert.Equal(expected, instant.ToString());
        Assert.True(Instant.TryParse(instant.ToString(), out var again));
        Assert.Equal(instant, again);
    }

    [Theory]
    [InlineData("Nothing", null)]
    [InlineData("Empty", "")]
    [InlineData("A date alone", "2026-11-23")]
    [InlineData("No offset", "2026-11-23T09:30:00")]
    [InlineData("No offset after a fraction", "2026-11-23T09:30:00.123")]
    [InlineData("No seconds", "2026-11-23T09:30Z")]
    [InlineData("No seconds, with an offset", "2026-11-23T09:30+02:00")]
    [InlineData("A space for the T", "2026-11-23 09:30:00Z")]
    [InlineData("A space before the offset", "2026-11-23T09:30:00 Z")]
    [InlineData("A space at the end", "2026-11-23T09:30:00Z ")]
    [InlineData("A comma for the point", "2026-11-23T09:30:00,5Z")]
    [InlineData("A point without digits", "2026-11-23T09:30:00.Z")]
    [InlineData("An offset without a colon", "2026-11-23T09:30:00+0200")]
    [InlineData("An offset of hours alone", "2026-11-23T09:30:00+02")]
    [InlineData("An offset with seconds", "2026-11-23T09:30:00+02:00:00")]
    [InlineData("An offset beyond a day", "2026-11-23T09:30:00+25:00")]
    [InlineData("Two offsets", "2026-11-23T09:30:00Z+02:00")]
    [InlineData("A leap second, which the calendar here does not know", "2016-12-31T23:59:60Z")]
    [InlineData("The 30th of February", "2026-02-30T00:00:00Z")]
    [InlineData("The 29th of February of no leap year", "2026-02-29T00:00:00Z")]
    [InlineData("Month 13", "2026-13-01T00:00:00Z")]
    [InlineData("Hour 24", "2026-11-23T24:00:00Z")]
    [InlineData("Year 0", "0000-01-01T00:00:00Z")]
    [InlineData("Year 10000", "10000-01-01T00:00:00Z")]
    [InlineData("Before the calendar in UTC", "0001-01-01T00:00:00+00:01")]
    [InlineData("After the calendar in UTC", "9999-12-31T23:59:59-00:01")]
    [InlineData("A week date", "2026-W48-1T09:30:00Z")]
    [InlineData("Digits of another script", "２０２６-11-23T09:30:00Z")]
    [InlineData("A line break at the end", "2026-11-23T09:30:00Z\n")]
    [InlineData("A name for the zone", "2026-11-23T09:30:00GMT")]
    [InlineData("A fraction longer than any clock's", "2026-11-23T09:30:00.123456789012345678901Z")]
    public void What_names_no_moment_is_refused(string sentence, string? text)
    {
        Assert.NotEmpty(sentence);
        Assert.False(Instant.TryParse(text, out var instant));
        Assert.Equal(default, instant);
    }

    [Fact]
    public void The_epoch_is_zero_and_a_microsecond_is_one()
    {
        Assert.True(Instant.TryParse("1970-01-01T00:00:00.000001Z", out var one));
        Assert.Equal(1, one.Microseconds);
        Assert.True(Instant.TryParse("1969-12-31T23:59:59.999999Z", out var before));
        Assert.Equal(-1, before.Microseconds);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 1)]
    [InlineData(-1, -1)]
    [InlineData(-10, -1)]
    [InlineData(-11, -2)]
    public void Ticks_are_cut_towards_the_past(long ticks, long microseconds)
    {
        Assert.Equal(microseconds, Instant.From(DateTime.UnixEpoch.AddTicks(ticks)).Microseconds);
        Assert.Equal(
            microseconds,
            Instant
                .From(new DateTimeOffset(DateTime.UnixEpoch.AddTicks(ticks)).ToOffset(TimeSpan.FromHours(3)))
                .Microseconds
        );
    }

    [Fact]
    public void The_ends_of_time_are_no_dates()
    {
        Assert.Throws<OverflowException>(() => Instant.Never.ToDateTime());
        Assert.Throws<OverflowException>(() => Instant.Beginning.ToDateTime());
        Assert.True(Instant.TryParse("9999-12-31T23:59:59Z", out var last));
        Assert.Throws<ArgumentOutOfRangeException>(() => last.Plus(TimeSpan.FromSeconds(1)).ToDateTime());
    }

    [Fact]
    public void Moments_are_ordered_and_moved()
    {
        var (one, two) = (new Instant(1), new Instant(2));
        Assert.True(one < two && two > one && one <= two && two >= one);
        Assert.False(two < one || one > two || two <= one || one >= two);
        var same = new Instant(1);
        Assert.True(one <= same && one >= same && !(one < same) && !(one > same));
        Assert.True(Instant.Beginning < one && one < Instant.Never);
        Assert.Equal(one, Instant.Earlier(one, two));
        Assert.Equal(one, Instant.Earlier(two, one));
        Assert.Equal(new Instant(1_000_001), one.Plus(TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromMicroseconds(1), two.Since(one));
    }

    [Theory]
    [InlineData("1000-01-01T00:00:00Z", true)]
    [InlineData("0999-12-31T23:59:59.999999Z", false)]
    [InlineData("1000-01-01T00:00:00+00:01", false)]
    [InlineData("0001-01-01T00:00:00Z", false)]
    [InlineData("9999-12-31T23:59:59.999999999Z", true)]
    [InlineData("9999-12-31T23:59:59.999999-00:01", false)]
    public void The_contract_takes_moments_of_a_range(string text, bool isTaken)
    {
        Assert.Equal(isTaken, Instant.TryParseInRange(text, out var instant));
        Assert.Equal(isTaken, isTaken && instant >= Instant.Earliest && instant <= Instant.Latest);
    }
}
