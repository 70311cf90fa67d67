using System.Collections.Concurrent;

namespace ConsentRegistry.Soak.Failover;

/// <summary>Keeps every checkpoint that nodes publish, as an auditor would who looks all the time.</summary>
internal sealed class Checkpoints(HttpClient http, IReadOnlyList<string> nodes)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, byte> kept = new(StringComparer.Ordinal);

    public int Count => kept.Count;

    public Task WatchAsync(CancellationToken stop) => Task.WhenAll(nodes.Select(node => WatchAsync(node, stop)));

    /// <summary>Writes each to a file of its own.</summary>
    /// <returns>The files.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        List<string> files = [];
        foreach (var checkpoint in kept.Keys)
        {
            files.Add(Path.Combine(folder, $"{files.Count}.checkpoint"));
            await File.WriteAllTextAsync(files[^1], checkpoint);
        }
        return files;
    }

    private async Task WatchAsync(string node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await http.GetAsync($"{node}/log/checkpoint", CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                    kept.TryAdd(await answer.Content.ReadAsStringAsync(CancellationToken.None), 0);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                // It has none to give now.
            }
            await Task.Delay(Between, CancellationToken.None);
        }
    }
}
