using System.Runtime.InteropServices;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// Asks the system to keep large tables on large pages: a look at a random record otherwise waits longer for where it
/// is than for what it says. A hint, which changes no byte; where the system does not know it, nothing happens.
/// </summary>
internal static partial class HugePages
{
    /// <summary>Of x86-64 and, usually, of ARM64.</summary>
    private const long PageSize = 2 << 20;

    // MADV_COLLAPSE of Linux's mman.h, since 6.1: at once, whatever the system does by itself.
    private const int Collapse = 25;

    /// <summary>Asks for the pages that lie between the lowest and the highest of these addresses.</summary>
    public static void Ask(nint low, nint high)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var first = low / (nint)PageSize * (nint)PageSize;
        for (var page = first; page < high; page += (nint)PageSize)
            _ = Advise(page, (nuint)PageSize, Collapse);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
