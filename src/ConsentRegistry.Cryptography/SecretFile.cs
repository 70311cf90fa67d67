namespace ConsentRegistry.Cryptography;

/// <summary>Files with secrets that a program makes for itself: keys of Development, and of a witness.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A move refuses to replace a file by looking first, which two at once might both do.
    private static readonly Lock CreationLock = new();

    /// <summary>
    /// Writes a file that only its owner may read, unless there is one. Nobody ever sees a part of it, not after a power
    /// cut either, and whoever calls at once with others of this process finds the same file as they do.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="secret">All of its bytes.</param>
    /// <returns>Whether this call made the file.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static bool CreateIfMissing(string path, ReadOnlySpan<byte> secret)
    {
        lock (CreationLock)
        {
            if (File.Exists(path))
                return false;
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            DurableFolder.Create(folder);
            var fresh = $"{path}.{Guid.NewGuid():N}";
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                    options.UnixCreateMode = OwnerOnly;
                using (var file = new FileStream(fresh, options))
                {
                    file.Write(secret);
                    file.Flush(flushToDisk: true);
                }
                File.Move(fresh, path, overwrite: false);
                DurableFolder.Sync(folder);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was faster, whose file counts.
                return false;
            }
            finally
            {
                File.Delete(fresh);
            }
        }
    }
}
