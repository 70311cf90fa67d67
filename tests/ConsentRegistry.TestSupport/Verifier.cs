using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ConsentRegistry.TestSupport;

/// <summary>
/// A verifier of Standard Webhooks that is not ours: the npm package of the specification's authors, run by Node. It is
/// fetched once, into a folder beside the other temporary ones.
/// </summary>
internal sealed class Verifier
{
    private const string Package = "standardwebhooks@1.1.1";

    /// <summary>How long fetching the package may take.</summary>
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromMinutes(2);

    /// <summary>How long verifying may take; ten thousand messages take about a second.</summary>
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(2);

    private const string Script = """
        const { Webhook } = require("standardwebhooks");
        const lines = require("node:fs").readFileSync(0, "utf8").trim().split("\n");
        for (const line of lines) {
          const { secret, at, id, timestamp, signature, body } = JSON.parse(line);
          // It refuses what is older than five minutes: it is asked as of when the message came.
          Date.now = () => at;
          try {
            new Webhook(secret).verify(Buffer.from(body, "base64"), { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature });
            console.log("accepted");
          } catch (e) {
            console.log(e.constructor.name + ": " + e.message);
          }
        }
        """;

    private readonly string folder;

    private Verifier(string folder) => this.folder = folder;

    /// <summary>Whether there is Node here, and npm, which fetches the package.</summary>
    public static bool CanBeHad =>
        Array.TrueForAll(
            ["node", "npm"],
            program =>
                Array.Exists(
                    (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
                    folder => File.Exists(Path.Combine(folder, program))
                )
        );

    /// <summary>The verifier; or why it cannot be had here.</summary>
    public static async Task<(Verifier? Verifier, string? Missing)> FindAsync()
    {
        var place = Path.Combine(Path.GetTempPath(), $"consent-{Package.Replace('@', '-')}");
        if (!CanBeHad)
            return (null, $"{Package} needs Node and npm, which are not on the path.");
        if (!File.Exists(Path.Combine(place, "node_modules", "standardwebhooks", "package.json")))
        {
            Directory.CreateDirectory(place);
            try
            {
                var (code, output) = await RunAsync(
                    "npm",
                    ["install", "--no-audit", "--no-fund", "--prefix", place, Package],
                    "",
                    place,
                    FetchTimeout
                );
                if (code != 0)
                    return (null, $"npm could not fetch {Package}: {output.Trim().Split('\n')[^1]}");
            }
            catch (TimeoutException e)
            {
                return (null, e.Message);
            }
        }
        return (new(place), null);
    }

    /// <summary>What it says of each message: <c>accepted</c>, or why not.</summary>
    public async Task<IReadOnlyList<string>> VerifyAsync(IEnumerable<(string Secret, Received Message)> messages)
    {
        var lines = messages.Select(one =>
            JsonSerializer.Serialize(
                new
                {
                    secret = one.Secret,
                    at = one.Message.At.ToUnixTimeMilliseconds(),
                    id = one.Message.Id,
                    timestamp = one.Message.Timestamp,
                    signature = one.Message.Signature,
                    body = Convert.ToBase64String(one.Message.Body),
                }
            )
        );
        var (code, output) = await RunAsync("node", ["-e", Script], string.Join('\n', lines), folder, RunTimeout);
        return code == 0 ? output.Trim().Split('\n') : throw new InvalidOperationException(output);
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string program,
        string[] arguments,
        string input,
        string folder,
        TimeSpan timeout
    )
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
            }
        )!;
        using var ending = new CancellationTokenSource(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ending.Token);
            var errors = process.StandardError.ReadToEndAsync(ending.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), ending.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ending.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than {timeout}.", e);
        }
    }
}
