using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// The yardstick: an endpoint of the same web server that does nothing but read the request to its end and answer with
/// the bytes that it was given. No authentication, no log.
/// </summary>
internal static class BareEndpoint
{
    private const string ReadyPath = "/ready";

    /// <summary>Starts it as a process of its own, under the runtime configuration of the service.</summary>
    /// <param name="answer">What it answers.</param>
    /// <param name="contentType">The answer's type.</param>
    /// <param name="file">Where to put the answer for it.</param>
    public static async Task<RunningServer> StartAsync(byte[] answer, string contentType, string file)
    {
        await File.WriteAllBytesAsync(file, answer);
        var port = LoopbackPort.Free();
        var folder = AppContext.BaseDirectory;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec",
                "--runtimeconfig",
                Path.Combine(folder, "ConsentRegistry.Api.runtimeconfig.json"),
                Path.Combine(folder, "ConsentRegistry.Benchmarks.dll"),
                "bare",
                port.ToString(),
                file,
                contentType,
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        return await RunningServer.StartAsync(start, port, ReadyPath);
    }

    /// <summary>Is it: the mode <c>bare</c> of this program.</summary>
    public static async Task<int> RunAsync(string port, string file, string contentType)
    {
        var answer = await File.ReadAllBytesAsync(file);
        byte[] line = [.. answer, (byte)'\n'];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseUrls($"http://127.0.0.1:{port}")
            .ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.MapGet(ReadyPath, () => Results.Ok());
        app.MapPost("/v1/checks", (HttpContext http) => AnswerAsync(http, answer, contentType));
        app.MapPost("/v1/checks/stream", (HttpContext http) => StreamAsync(http, line));
        await app.RunAsync();
        return 0;
    }

    private static async Task AnswerAsync(HttpContext http, byte[] answer, string contentType)
    {
        var body = http.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync();
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
        http.Response.ContentType = contentType;
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer);
    }

    /// <summary>A line for each line.</summary>
    private static async Task StreamAsync(HttpContext http, byte[] line)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        http.Response.ContentType = "application/x-ndjson";
        var (body, answer) = (http.Request.BodyReader, http.Response.BodyWriter);
        while (true)
        {
            var read = await body.ReadAsync();
            foreach (var segment in read.Buffer)
                await WriteAsync(answer, line, segment.Span.Count((byte)'\n'));
            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }
    }

    private static async ValueTask WriteAsync(PipeWriter answer, byte[] line, int times)
    {
        for (var i = 0; i < times; i++)
            answer.Write(line);
        await answer.FlushAsync();
    }
}
