using System.Diagnostics;

namespace ConsentRegistry.Api.Configuration;

/// <summary>
/// Where a host has secret keys from. At most one of the three is given; each gives the text that a key file has.
/// </summary>
internal abstract record KeySettings
{
    /// <summary>The file that holds the keys.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The keys themselves: for platforms that hand secrets over in the environment.</summary>
    public string? Keys { get; init; }

    /// <summary>
    /// A shell command that writes the keys to its output: for keys that a key management service keeps.
    /// </summary>
    public string? KeyCommand { get; init; }
}

/// <summary>Secret keys from outside the host. They are read once, at first use.</summary>
internal sealed class KeySource
{
    /// <summary>Bytes of keys, at most.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>How long a command may take.</summary>
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);

    private readonly Lazy<byte[]> bytes;

    private KeySource(string name, Func<string, byte[]> read)
    {
        Name = name;
        bytes = new(() => read(name));
    }

    /// <summary>What it is, for messages: the setting, and the file if it is one.</summary>
    public string Name { get; }

    /// <summary>The keys, as text in UTF-8.</summary>
    /// <exception cref="StartupException">They cannot be had.</exception>
    public byte[] Bytes => bytes.Value;

    /// <summary>What the settings of a section say; null if they say nothing.</summary>
    /// <exception cref="StartupException">More than one source is given.</exception>
    public static KeySource? From(string section, KeySettings settings)
    {
        var given = new List<(string Setting, KeySource Source)>();
        if (settings.KeyFile is { } path)
            given.Add((nameof(settings.KeyFile), OfFile($"{section}:{nameof(settings.KeyFile)}", path)));
        if (settings.Keys is { } text)
            given.Add((nameof(settings.Keys), OfText($"{section}:{nameof(settings.Keys)}", text)));
        if (settings.KeyCommand is { } command)
            given.Add((nameof(settings.KeyCommand), OfCommand($"{section}:{nameof(settings.KeyCommand)}", command)));
        return given switch
        {
            [] => null,
            [var one] => one.Source,
            _ => throw new StartupException(
                $"Only one of {string.Join(" and ", given.Select(one => $"{section}:{one.Setting}"))} may be given."
            ),
        };
    }

    /// <summary>The keys of a file.</summary>
    /// <param name="what">What the file is, for messages.</param>
    /// <param name="path">Where it is.</param>
    public static KeySource OfFile(string what, string path) => new($"{what} '{path}'", name => ReadFile(name, path));

    private static KeySource OfText(string setting, string text) =>
        new(setting, _ => System.Text.Encoding.UTF8.GetBytes(text));

    private static KeySource OfCommand(string setting, string command) => new(setting, name => Run(name, command));

    private static byte[] ReadFile(string name, string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw TooLarge(name);
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{name} cannot be read: {e.Message}");
        }
    }

    // What the command writes to standard error goes to the host's own. Nothing of its output is ever told.
    private static byte[] Run(string name, string command)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("/bin/sh", ["-c", command])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!;
            process.StandardInput.Close();
            var reading = Task.Run(() => ReadAtMost(process.StandardOutput.BaseStream, MaxBytes + 1));
            var isRead = reading.Wait(CommandLimit);
            if (isRead && reading.Result.Length <= MaxBytes && process.WaitForExit(CommandLimit))
                return process.ExitCode == 0
                    ? reading.Result
                    : throw new StartupException($"{name} ended with exit code {process.ExitCode}.");
            process.Kill(entireProcessTree: true);
            throw isRead && reading.Result.Length > MaxBytes
                ? TooLarge(name)
                : new StartupException($"{name} did not end within {CommandLimit.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or AggregateException)
        {
            throw new StartupException($"{name} cannot be run: {e.Message}");
        }
    }

    private static byte[] ReadAtMost(Stream stream, int count)
    {
        var read = new byte[count];
        return read[..stream.ReadAtLeast(read, count, throwOnEndOfStream: false)];
    }

    private static StartupException TooLarge(string name) => new($"{name} holds more than {MaxBytes} bytes.");
}
