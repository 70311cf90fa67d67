using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ConsentRegistry.Cryptography;

/// <summary>
/// Folders whose entries survive a power cut. The content of a file reaches the disk by itself; that the file is there,
/// or has another name now, is content of its folder.
/// </summary>
public static partial class DurableFolder
{
    /// <summary>Makes a folder, and those above it, unless they are there.</summary>
    /// <exception cref="IOException">One cannot be made, or does not reach the disk.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be made.</exception>
    public static void Create(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            return;
        var above = Path.GetDirectoryName(full);
        if (above is not null)
            Create(above);
        Directory.CreateDirectory(full);
        if (above is not null)
            Sync(above);
    }

    /// <summary>
    /// Waits until the disk has what was made, moved and deleted in a folder. Windows has no such call for programs: its
    /// file system keeps a journal of that. A file system that does not know the call is passed over.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened, or the disk does not take it.</exception>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        // .NET opens no folder; once one is open, .NET flushes it as it does a file.
        using var folder = new SafeFileHandle(OpenToRead(path, flags: 0), ownsHandle: true);
        if (folder.IsInvalid)
            throw new IOException($"'{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        RandomAccess.FlushToDisk(folder);
    }

    // Flags 0 is O_RDONLY on each Unix.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenToRead(string path, int flags);
}
