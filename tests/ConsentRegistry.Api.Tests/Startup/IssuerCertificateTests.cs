using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsentRegistry.Api.Tests.Http;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>
/// An issuer whose certificate a private authority signed, as docs/how-to/connect-an-identity-provider.md says how to
/// trust it.
/// </summary>
public sealed class IssuerCertificateTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_that_SSL_CERT_FILE_holds_is_trusted_and_without_it_the_log_says_why_it_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("consent-issuer-");
        try
        {
            using var certificate = Certificate();
            var trusted = Path.Combine(folder.FullName, "authority.pem");
            await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), Cancellation);
            var key = Issuer.NewKey("first");
            await using var issuer = await Issuer.StartAtAsync(
                "https://127.0.0.1:0",
                certificate,
                Issuer.KeySet([key])
            );
            var (database, hosts) = (await postgres.CreateDatabaseAsync(), new HostFolders(folder.FullName));

            var (ready, log) = await RunAsync(database, hosts, issuer, certificateFile: null);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready);
            Assert.Contains(
                $"could not be read from {issuer.Address}/.well-known/openid-configuration",
                log,
                StringComparison.Ordinal
            );
            Assert.Contains("certificate", log, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await RunAsync(database, hosts, issuer, trusted)).Ready);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Runs a node until it is ready, or says that the keys could not be read.</summary>
    private static async Task<(HttpStatusCode? Ready, string Log)> RunAsync(
        string database,
        HostFolders hosts,
        Issuer issuer,
        string? certificateFile
    )
    {
        var port = LoopbackPort.Free();
        var start = HostCommand.Of(database, hosts.Of("host"), hosts.KeyFile, port);
        start.ArgumentList.Add($"--Tokens:Authority={issuer.Address}");
        start.ArgumentList.Add("--Serilog:MinimumLevel:Default=Warning");
        start.RedirectStandardError = true;
        if (certificateFile is not null)
            start.Environment["SSL_CERT_FILE"] = certificateFile;
        using var process = Process.Start(start)!;
        try
        {
            var log = new System.Text.StringBuilder();
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.ErrorDataReceived += (_, line) =>
            {
                lock (log)
                    log.AppendLine(line.Data);
            };
            process.BeginErrorReadLine();
            string Log()
            {
                lock (log)
                    return log.ToString();
            }
            using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
            HttpStatusCode? ready = null;
            await Eventually.HoldsAsync(
                "the node has asked the issuer",
                async () =>
                {
                    Assert.False(process.HasExited, Log());
                    try
                    {
                        using var answer = await http.GetAsync("/health/ready", Cancellation);
                        ready = answer.StatusCode;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                    return ready == HttpStatusCode.OK
                        || Log().Contains("could not be read from", StringComparison.Ordinal);
                }
            );
            return (ready, Log());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issuer.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
