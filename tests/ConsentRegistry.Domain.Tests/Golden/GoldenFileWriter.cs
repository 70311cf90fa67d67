using System.Text;
using ConsentRegistry.Domain.Tests.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Golden;

/// <summary>Writes golden files of this version into the sources. It runs only when it is asked for.</summary>
public sealed class GoldenFileWriter
{
    [Fact(Explicit = true)]
    public void Write_the_golden_files_of_this_version()
    {
        var log = EveryEvent.Log();
        WriteNew(".ndjson", SampleLog.Bytes(log.Export()));
        WriteNew($".{EveryEvent.Creator}.ndjson", SampleLog.Bytes(log.Bundle(EveryEvent.Creator)));
        WriteNew(".receipts", SampleLog.Bytes(EveryEvent.Receipts(log)));
        WriteNew(".receipt.ndjson", SampleLog.Bytes(EveryEvent.ReceiptBundle(log)));
        WriteNew(".checkpoint", Encoding.UTF8.GetBytes(log.Note(log.Checkpoints.Min)));
    }

    // A golden file that stands is never written again.
    private static void WriteNew(string ending, byte[] bytes)
    {
        var path = Path.Combine(Sources(), "Golden", EveryEvent.Name + ending);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            File.WriteAllBytes(path, bytes);
    }

    private static string Sources()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ConsentRegistry.Domain.Tests.csproj")))
            folder =
                folder.Parent
                ?? throw new InvalidOperationException("The test program does not stand below its sources.");
        return folder.FullName;
    }
}
