using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent witness --listen</c> as a process of its own, that may be killed and started again.</summary>
internal sealed class WitnessProcess : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-witness-");
    private readonly int port = LoopbackPort.Free();
    private readonly string name;
    private readonly IEnumerable<NoteKey> log;
    private Process? process;

    /// <summary>A witness that does not run yet.</summary>
    /// <param name="name">The name of its key.</param>
    /// <param name="log">The keys of the log.</param>
    public WitnessProcess(string name, IEnumerable<NoteKey> log)
    {
        (this.name, this.log) = (name, log);
        var seed = RandomNumberGenerator.GetBytes(Ed25519.SeedLength);
        File.WriteAllText(SignerPath, $"{Convert.ToBase64String(seed)}\n");
        Key = new NoteSigner(name, Exports.Ed25519.ImportPrivateKey(seed)).Key(NoteKeyType.Cosignature);
    }

    /// <summary>The key of its cosignatures.</summary>
    public NoteKey Key { get; }

    /// <summary>Where it listens.</summary>
    public string Url => $"http://127.0.0.1:{port}/";

    /// <summary>Starts it, with what it saw before.</summary>
    public async Task StartAsync()
    {
        process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(AppContext.BaseDirectory, "consent.dll"),
                    "witness",
                    "--listen",
                    Url,
                    "--name",
                    name,
                    .. log.SelectMany(key => new[] { "--key", $"{key}" }),
                    "--state",
                    Path.Combine(folder.FullName, "seen.txt"),
                    "--signer",
                    SignerPath,
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            "the witness listens",
            async () =>
            {
                Assert.False(process.HasExited);
                using var socket = new TcpClient();
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.Dispose();
        process = null;
    }

    /// <summary>Shows it a checkpoint as if it came from the log.</summary>
    /// <returns>The HTTP status.</returns>
    public async Task<int> ShowAsync(SignedNote note)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(
            new Uri($"{Url}add-checkpoint"),
            new StringContent(new AddCheckpoint(0, [], note).ToString()),
            TestContext.Current.CancellationToken
        );
        return (int)answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await KillAsync();
        folder.Delete(recursive: true);
    }

    private string SignerPath => Path.Combine(folder.FullName, "witness.key");
}
