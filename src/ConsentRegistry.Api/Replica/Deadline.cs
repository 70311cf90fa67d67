namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Until when something is of use, by <see cref="BootClock"/>; and whether anybody waits for it still.
/// </summary>
internal readonly record struct Deadline(long Until, CancellationToken Cancellation)
{
    /// <summary>Whether it is of no use any more.</summary>
    public bool HasPassed => Cancellation.IsCancellationRequested || BootClock.Now > Until;

    /// <summary>A time from now.</summary>
    public static Deadline In(TimeSpan time, CancellationToken cancellation) =>
        new(BootClock.Now + BootClock.Nanoseconds(time), cancellation);

    /// <summary>This one, or a time from now if that is earlier.</summary>
    public Deadline OrIn(TimeSpan time) =>
        this with
        {
            Until = Math.Min(Until, BootClock.Now + BootClock.Nanoseconds(time)),
        };
}
