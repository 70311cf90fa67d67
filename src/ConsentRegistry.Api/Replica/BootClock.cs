using System.Runtime.InteropServices;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// A clock that only ever goes forward, and goes on while the machine sleeps: what was fresh before it slept is not
/// fresh when it wakes.
/// </summary>
internal static partial class BootClock
{
    // CLOCK_BOOTTIME of Linux's time.h: CLOCK_MONOTONIC and the time asleep, so never less than it.
    private const int BootTime = 7;

    // CLOCK_MONOTONIC of macOS's time.h, which goes on in sleep.
    private const int MacMonotonic = 6;

    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly int? Clock =
        OperatingSystem.IsLinux() ? BootTime
        : OperatingSystem.IsMacOS() ? MacMonotonic
        : null;

    /// <summary>Nanoseconds since some moment.</summary>
    public static long Now
    {
        get
        {
            // Elsewhere the system's tick count goes on in sleep as well; it is coarser.
            if (Clock is not { } clock)
                return Environment.TickCount64 * 1_000_000;
            return GetTime(clock, out var time) == 0
                ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
                : throw new NotSupportedException("The system has no clock.");
        }
    }

    /// <summary>A duration in the unit of <see cref="Now"/>.</summary>
    public static long Nanoseconds(TimeSpan duration) => duration.Ticks * 100;

    /// <summary>The duration since a moment of this clock.</summary>
    public static TimeSpan Since(long moment) => TimeSpan.FromTicks((Now - moment) / 100);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
