using System.Diagnostics;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>The command line tool where its native library got lost.</summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public async Task Without_its_native_library_the_tool_says_what_to_do_and_exits_with_2()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            // Everything of the tool but the folder `runtimes`.
            foreach (
                var file in Directory
                    .EnumerateFiles(AppContext.BaseDirectory)
                    .Where(file => Path.GetExtension(file) is ".dll" or ".json")
            )
            {
                var copy = Path.Combine(folder.FullName, Path.GetFileName(file));
                if (Path.GetFileName(file).StartsWith("consent.", StringComparison.Ordinal))
                    File.Copy(file, copy);
                else
                    File.CreateSymbolicLink(copy, file);
            }
            var start = new ProcessStartInfo(
                "dotnet",
                [Path.Combine(folder.FullName, "consent.dll"), "verify", "nothing.ndjson"]
            )
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            };
            using var tool = Process.Start(start)!;
            var error = await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(2, tool.ExitCode);
            Assert.StartsWith("The native library libsodium, ", error, StringComparison.Ordinal);
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
