namespace ConsentRegistry.Benchmarks.Load.Costs;

/// <summary>
/// A node that logs every decision into files, with pseudonyms. It keeps few of them, whatever the run is.
/// </summary>
internal sealed class DecisionFiles : ICost
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-decisions-");

    public string Name => "every decision logged";

    public IReadOnlyList<string> Settings =>
        [
            "--DecisionLog:To=file",
            $"--DecisionLog:File={Path.Combine(folder.FullName, "decisions.ndjson")}",
            "--DecisionLog:Files=2",
        ];

    public bool WasPaid => folder.EnumerateFiles().Any(file => file.Length > 0);

    public static Task<ICost> StartAsync() => Task.FromResult<ICost>(new DecisionFiles());

    public void Begin() { }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
