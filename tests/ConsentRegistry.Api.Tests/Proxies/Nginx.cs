using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// nginx before some nodes, with the configuration that docs/how-to/run-behind-a-proxy.md shows: only addresses, ports
/// and files are others.
/// </summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Name = "CN=registry.example.com";

    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly StringBuilder said = new();

    private Nginx(Process process, DirectoryInfo folder, int port)
    {
        (this.process, this.folder, Address) = (process, folder, new($"https://127.0.0.1:{port}"));
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What it has written as errors.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>
    /// Skips the test where nginx is missing. CONSENT_NGINX names the program where it is in an unusual place.
    /// </summary>
    public static void SkipUnlessInstalled() =>
        Assert.SkipUnless(
            Find() is not null,
            "NGINX IS MISSING: nothing behind a proxy is tested. ./dev test gets it where it may; on Debian: apt-get "
                + "install nginx"
        );

    /// <summary>
    /// Whether a certificate is the one that this class makes for itself: no authority vouches for it.
    /// </summary>
    public static bool IsOwn(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate?.Subject == Name;

    /// <summary>Starts it before two nodes, or one that stands for both, and waits until it listens.</summary>
    public static async Task<Nginx> StartAsync(Uri one, Uri other)
    {
        var home = Directory.CreateTempSubdirectory("consent-nginx-");
        var port = LoopbackPort.Free();
        var (certificate, key) = Certificate(home);
        var configured = Documented();
        foreach (
            var (shown, own) in new[]
            {
                ("10.0.0.11:8080", one.Authority),
                ("10.0.0.12:8080", other.Authority),
                ("listen 443 ssl;", $"listen 127.0.0.1:{port} ssl;"),
                ("/etc/nginx/registry.pem", certificate),
                ("/etc/nginx/registry.key", key),
            }
        )
        {
            Assert.Equal(2, configured.Split(shown).Length);
            configured = configured.Replace(shown, own, StringComparison.Ordinal);
        }
        var file = Path.Combine(home.FullName, "nginx.conf");
        // One process that stays in the foreground, and writes nothing outside its folder.
        await File.WriteAllTextAsync(
            file,
            $$"""
            daemon off;
            master_process off;
            pid {{home.FullName}}/nginx.pid;
            error_log stderr warn;
            events { worker_connections 512; }
            http {
            access_log off;
            client_body_temp_path {{home.FullName}}/body;
            proxy_temp_path {{home.FullName}}/proxy;
            fastcgi_temp_path {{home.FullName}}/fastcgi;
            uwsgi_temp_path {{home.FullName}}/uwsgi;
            scgi_temp_path {{home.FullName}}/scgi;
            {{configured}}
            }
            """,
            TestContext.Current.CancellationToken
        );
        var server = Process.Start(
            new ProcessStartInfo(Find()!, ["-p", home.FullName, "-e", "stderr", "-c", file])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var nginx = new Nginx(server, home, port);
        await Eventually.HoldsAsync(
            "nginx listens",
            async () =>
            {
                Assert.False(server.HasExited, nginx.Said);
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
        return nginx;
    }

    /// <summary>A client that trusts its certificate, with connections of its own.</summary>
    public HttpClient Client(string token)
    {
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsOwn },
            }
        )
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromMinutes(1),
        };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>The configuration that the documentation shows.</summary>
    private static string Documented()
    {
        const string Begin = "```nginx\n";
        var page = File.ReadAllText(Path.Combine(Repository.Folder, "docs", "how-to", "run-behind-a-proxy.md"));
        var begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    private static string? Find()
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable("CONSENT_NGINX"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Select(path => Path.Combine(path, "nginx")),
            "/usr/sbin/nginx",
            Path.Combine(Repository.Folder, ".data", "nginx", "usr", "sbin", "nginx"),
        ];
        return places.FirstOrDefault(File.Exists);
    }

    private static (string Certificate, string Key) Certificate(DirectoryInfo folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
        var (certificateFile, keyFile) = (
            Path.Combine(folder.FullName, "registry.pem"),
            Path.Combine(folder.FullName, "registry.key")
        );
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
