namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>The operating system's user that PostgreSQL runs as. PostgreSQL refuses to run as root.</summary>
/// <param name="User">
/// Its name when it differs from the host's own user; null when the server runs as the host does.
/// </param>
/// <param name="Prefix">What to put before a command so that this user runs it.</param>
internal sealed record ServerAccount(string? User, IReadOnlyList<string> Prefix)
{
    /// <summary>The user that packages of PostgreSQL create.</summary>
    public const string PackageUser = "postgres";

    /// <summary>The host's own user, which must not be root.</summary>
    public static readonly ServerAccount Own = new(null, []);

    /// <summary>Another user, for a host that runs as root.</summary>
    /// <exception cref="PrivatePostgresException">There is no such user, or no tool to become it.</exception>
    public static async Task<ServerAccount> OfUserAsync(string user, CancellationToken cancellation)
    {
        var id = Required("id");
        var uid = await Command.RunAsync([id, "-u", user], cancellation);
        var gid = await Command.RunAsync([id, "-g", user], cancellation);
        if (!uid.Succeeded || !gid.Succeeded)
        {
            throw new PrivatePostgresException(
                $"PostgreSQL does not run as root, and there is no user '{user}' to run it as. Start the host as an "
                    + "ordinary user, "
                    + "create that user, or give the host a connection string."
            );
        }

        List<IReadOnlyList<string>> ways = [];
        if (Command.Find("setpriv") is { } setpriv)
            ways.Add([setpriv, "--reuid", uid.Output, "--regid", gid.Output, "--init-groups", "--"]);
        if (Command.Find("runuser") is { } runuser)
            ways.Add([runuser, "-u", user, "--"]);
        foreach (var way in ways)
        {
            // BusyBox has a setpriv that knows none of these options, so whether a way works is found out by trying it.
            if ((await Command.RunAsync([.. way, id, "-u"], cancellation)).Output == uid.Output)
                return new ServerAccount(user, way);
        }

        throw new PrivatePostgresException(
            "PostgreSQL does not run as root, and neither setpriv nor runuser (package util-linux) can start it as "
                + $"user '{user}'. "
                + "Start the host as an ordinary user, or give the host a connection string."
        );
    }

    /// <summary>The name of the user that owns a file or folder.</summary>
    public static async Task<string> OwnerOfAsync(string path, CancellationToken cancellation)
    {
        // POSIX fixes the columns: mode, links, owner.
        var listing = await RunRequiredAsync([Required("ls"), "-ld", "--", path], cancellation);
        return listing.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
    }

    /// <summary>Runs a command as this user.</summary>
    public Task<CommandResult> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellation) =>
        Command.RunAsync([.. Prefix, .. commandLine], cancellation);

    /// <summary>Whether this user can enter the folder, which takes permission on every folder above it too.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellation) =>
        (await RunAsync([Required("test"), "-x", folder], cancellation)).Succeeded;

    /// <summary>
    /// Makes this user the owner of a file or folder; nothing to do when the host's own user is meant.
    /// </summary>
    public async Task OwnAsync(string path, CancellationToken cancellation)
    {
        if (User is not null)
            await RunRequiredAsync([Required("chown"), $"{User}:", "--", path], cancellation);
    }

    private static async Task<string> RunRequiredAsync(
        IReadOnlyList<string> commandLine,
        CancellationToken cancellation
    )
    {
        var result = await Command.RunAsync(commandLine, cancellation);
        return result.Succeeded
            ? result.Output
            : throw new PrivatePostgresException($"{commandLine[0]} failed: {result.Error}");
    }

    private static string Required(string tool) =>
        Command.Find(tool) ?? throw new PrivatePostgresException($"The tool '{tool}' was not found on this machine.");
}
