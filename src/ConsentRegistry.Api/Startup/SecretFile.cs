namespace ConsentRegistry.Api.Startup;

/// <summary>Files with secrets, which a host makes for itself in Development.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // A move refuses to replace a file by looking first, which two at once might both do.
    private static readonly Lock Turn = new();

    /// <summary>
    /// Writes a file that only its owner may read, unless there is one. Nobody ever sees a part of it, and whoever
    /// calls at once with others of this process finds the same file as they do.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void CreateIfMissing(string path, ReadOnlySpan<byte> secret)
    {
        lock (Turn)
        {
            if (File.Exists(path))
                return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var fresh = $"{path}.{Guid.NewGuid():N}";
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                    options.UnixCreateMode = OwnerOnly;
                using (var file = new FileStream(fresh, options))
                    file.Write(secret);
                File.Move(fresh, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was faster, whose file counts.
            }
            finally
            {
                File.Delete(fresh);
            }
        }
    }
}
