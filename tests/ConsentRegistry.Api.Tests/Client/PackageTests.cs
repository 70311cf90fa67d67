using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The client's packages as others get them.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-packages-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_package_has_what_a_reader_a_lawyer_and_a_debugger_need()
    {
        foreach (var id in (string[])["ConsentRegistry.Client", "ConsentRegistry.Client.AspNetCore"])
        {
            await RunAsync(
                $"""
                options="-c Release -v q --nologo -p:ContinuousIntegrationBuild=true"
                dotnet build $options --no-incremental -p:RunAnalyzers=false src/{id}
                dotnet pack $options --no-build src/{id} -o "$OUT"
                """
            );
            using var package = await OpenAsync($"{id}.*.nupkg");
            using var symbols = await OpenAsync($"{id}.*.snupkg");
            var library = $"lib/net10.0/{id}";

            var about = XDocument
                .Parse(Encoding.UTF8.GetString(Read(package, $"{id}.nuspec")).TrimStart('\uFEFF'))
                .Root!.Elements()
                .First();
            var texts = about.Elements().ToDictionary(one => one.Name.LocalName, one => one.Value);
            Assert.Equal((id, "MIT", "README.md"), (texts["id"], texts["license"], texts["readme"]));
            Assert.All(
                ["description", "authors", "copyright", "tags", "version"],
                name => Assert.NotEmpty(texts[name])
            );
            Assert.Equal(Documented.Text($"src/{id}/README.md"), Encoding.UTF8.GetString(Read(package, "README.md")));
            Assert.NotEmpty(Read(package, $"{library}.xml"));
            Assert.NotEmpty(Read(symbols, $"{library}.pdb"));
            // What is built elsewhere is the same.
            Assert.DoesNotContain(
                Repository.Folder,
                Encoding.Latin1.GetString(Read(package, $"{library}.dll")),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task An_application_that_is_compiled_ahead_of_time_asks_and_refuses()
    {
        Assert.SkipUnless(
            Environment
                .GetEnvironmentVariable("PATH")!
                .Split(Path.PathSeparator)
                .Any(path => File.Exists(Path.Combine(path, "clang")) || File.Exists(Path.Combine(path, "gcc"))),
            "There is no linker: clang or gcc."
        );
        // Its warnings are errors.
        await RunAsync("dotnet publish -c Release -v q --nologo tests/ConsentRegistry.Client.Aot -o \"$OUT\"");

        Assert.Equal("200 \nHealthy\n", await AskAsync(StubRegistry.Allow));
        var refusal = await AskAsync(
            StubRegistry.Allow.Replace(
                "\"obligations\":[]",
                "\"obligations\":[\"attribution\"]",
                StringComparison.Ordinal
            )
        );
        Assert.StartsWith("403 {", refusal, StringComparison.Ordinal);
        Assert.Contains("\"obligations\":[\"attribution\"]", refusal, StringComparison.Ordinal);

        async Task<string> AskAsync(string decision)
        {
            await using var registry = await StubRegistry.StartAsync(http =>
                StubRegistry.Body(http.Request.Path == "/health/ready" ? """{"status":"ready"}""" : decision)(http)
            );
            return await RunAsync($"\"$OUT/ConsentRegistry.Client.Aot\" {registry.Address}");
        }
    }

    private async Task<string> RunAsync(string command) =>
        (await Documented.RunAsync(command, Repository.Folder, [("OUT", folder.FullName)])).Succeeded().Output;

    private Task<ZipArchive> OpenAsync(string pattern) =>
        ZipFile.OpenReadAsync(
            folder.GetFiles(pattern).MinBy(file => file.Name.Length)!.FullName,
            TestContext.Current.CancellationToken
        );

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var entry = archive.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
