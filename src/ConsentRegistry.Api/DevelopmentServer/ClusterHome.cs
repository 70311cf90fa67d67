using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// The folder of one private cluster, held exclusively by one host: the data, the password (mode 600), the server's log
/// and the lock.
/// </summary>
internal sealed class ClusterHome : IDisposable
{
    /// <summary>Homes of folders that a root host's server cannot reach, such as a clone under <c>/root</c>.</summary>
    private const string SharedHomes = "/var/lib/consent-registry";

    private const string PasswordName = "password";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int PasswordHexDigits = 48;

    // EWOULDBLOCK, which flock(2) answers while another process holds the lock; .NET hands the number on as the
    // exception's HResult.
    private const int LockedOnLinux = 11;
    private const int LockedOnMacOS = 35;

    private readonly FileStream heldLock;

    private ClusterHome(string path, ServerAccount account, FileStream held) =>
        (Path, Account, heldLock) = (path, account, held);

    public string Path { get; }
    public ServerAccount Account { get; }
    public string Data => DataOf(Path);
    public string ServerLog => System.IO.Path.Combine(Path, "server.log");

    /// <summary>The major version that wrote the data, or null while there are none.</summary>
    public int? DataMajor => MajorOf(Data);

    private string PasswordFile => System.IO.Path.Combine(Path, PasswordName);

    /// <summary>
    /// Finds the cluster's home for a folder, creates it when it is new, and locks it until it is disposed.
    /// </summary>
    /// <exception cref="PrivatePostgresException">Another host holds it, or it belongs to another user.</exception>
    [UnsupportedOSPlatform("windows")]
    public static async Task<ClusterHome> OpenAsync(string folder, ILogger logger, CancellationToken cancellation)
    {
        folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        Directory.CreateDirectory(folder);
        var (path, account) = await LocateAsync(folder, logger, cancellation);
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            await account.OwnAsync(path, cancellation);
            var lockFile = System.IO.Path.Combine(path, "host.lock");
            var held = new FileStream(
                lockFile,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = OwnerOnly,
                }
            );
            await account.OwnAsync(lockFile, cancellation);
            return new ClusterHome(path, account, held);
        }
        catch (UnauthorizedAccessException cause)
        {
            throw new PrivatePostgresException(
                $"The private PostgreSQL in {path} belongs to another user, probably because the host was once started "
                    + "as root. "
                    + "Start the host as that user, give it another data folder, or make yourself the owner of the "
                    + "folder.",
                cause
            );
        }
        catch (IOException cause) when (cause.HResult is LockedOnLinux or LockedOnMacOS)
        {
            throw new PrivatePostgresException(
                $"The private PostgreSQL in {path} is in use by another host. Stop that host, or give this one another "
                    + "data folder or a connection string.",
                cause
            );
        }
    }

    /// <summary>Reads where the server of a folder's cluster listens, and the password of its two users.</summary>
    /// <returns>Null where no server runs on these data.</returns>
    [UnsupportedOSPlatform("windows")]
    public static async Task<(string Socket, string Password)?> FindRunningAsync(
        string folder,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        folder = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        var (path, _) = await LocateAsync(folder, logger, cancellation);
        var running = System.IO.Path.Combine(DataOf(path), "postmaster.pid");
        if (!File.Exists(running))
            return null;
        // PostgreSQL's miscadmin.h: the fifth line is the folder of the first socket.
        const int SocketLine = 4;
        var lines = await File.ReadAllLinesAsync(running, cancellation);
        return lines.Length > SocketLine && Directory.Exists(lines[SocketLine])
            ? (lines[SocketLine], await File.ReadAllTextAsync(System.IO.Path.Combine(path, PasswordName), cancellation))
            : null;
    }

    /// <summary>Makes an empty cluster unless there is one, and returns the password of its two users.</summary>
    [UnsupportedOSPlatform("windows")]
    public async Task<string> InitialiseAsync(PostgresBinaries binaries, CancellationToken cancellation)
    {
        // initdb works beside the data's final place, so that a host killed halfway never leaves half a cluster there.
        var fresh = Data + ".new";
        if (DataMajor is null && Directory.Exists(fresh))
        {
            // Every server writes postmaster.opts as it starts. Where it stands, initdb had ended and data may have
            // been written: only the rename was lost, to a power failure.
            if (File.Exists(System.IO.Path.Combine(fresh, "postmaster.opts")))
                Directory.Move(fresh, Data);
            else
                Directory.Delete(fresh, recursive: true);
        }

        if (DataMajor is not null)
        {
            if (!File.Exists(PasswordFile))
                throw new PrivatePostgresException(
                    $"{PasswordFile} is missing; without it the data beside it cannot be opened."
                );
            return await File.ReadAllTextAsync(PasswordFile, cancellation);
        }

        var password = RandomNumberGenerator.GetHexString(PasswordHexDigits, lowercase: true);
        await using (
            var file = new FileStream(
                PasswordFile,
                new FileStreamOptions
                {
                    Mode = FileMode.Create,
                    Access = FileAccess.Write,
                    UnixCreateMode = OwnerOnly,
                }
            )
        )
        {
            await file.WriteAsync(Encoding.ASCII.GetBytes(password), cancellation);
            file.Flush(flushToDisk: true);
        }

        await Account.OwnAsync(PasswordFile, cancellation);
        var made = await Account.RunAsync(
            [
                binaries.InitDb,
                "--pgdata",
                fresh,
                "--username",
                PrivatePostgres.Administrator,
                "--pwfile",
                PasswordFile,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--data-checksums",
            ],
            cancellation
        );
        if (!made.Succeeded)
            throw new PrivatePostgresException($"initdb could not create a cluster in {Path}: {made.Error}");
        Directory.Move(fresh, Data);
        return password;
    }

    /// <summary>Begins a new log and keeps one older, which bounds both by the life of a server.</summary>
    public void RotateLog()
    {
        if (File.Exists(ServerLog))
            File.Move(ServerLog, ServerLog + ".1", overwrite: true);
    }

    /// <summary>The end of the server's log, for a message to a person.</summary>
    public string LogTail()
    {
        const int Lines = 12;
        return File.Exists(ServerLog) ? string.Join('\n', File.ReadLines(ServerLog).TakeLast(Lines)) : "";
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => heldLock.Dispose();

    private static async Task<(string Path, ServerAccount Account)> LocateAsync(
        string folder,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var inFolder = System.IO.Path.Combine(folder, "postgres");
        if (!Environment.IsPrivilegedProcess)
            return (inFolder, ServerAccount.Own);

        // Data made by an ordinary user stay that user's, so that the host can be started either way.
        if (MajorOf(DataOf(inFolder)) is not null)
        {
            var owner = await ServerAccount.OfUserAsync(
                await ServerAccount.OwnerOfAsync(DataOf(inFolder), cancellation),
                cancellation
            );
            if (await owner.CanEnterAsync(inFolder, cancellation))
                return (inFolder, owner);
            throw new PrivatePostgresException(
                $"User '{owner.User}', who owns the data in {inFolder}, cannot enter that folder. Allow it (chmod a+x "
                    + "on the folders above), or move the data."
            );
        }

        var account = await ServerAccount.OfUserAsync(ServerAccount.PackageUser, cancellation);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        var outside = System.IO.Path.Combine(SharedHomes, key);
        if (MajorOf(DataOf(outside)) is null && await account.CanEnterAsync(folder, cancellation))
            return (inFolder, account);

        PrivatePostgresLog.KeptOutside(logger, folder, account.User, outside);
        Directory.CreateDirectory(SharedHomes);
        return (outside, account);
    }

    private static string DataOf(string home) => System.IO.Path.Combine(home, "data");

    private static int? MajorOf(string data)
    {
        var file = System.IO.Path.Combine(data, "PG_VERSION");
        return File.Exists(file)
            ? int.Parse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
    }
}
