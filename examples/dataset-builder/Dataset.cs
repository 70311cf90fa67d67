using System.Text.Json;

namespace DatasetBuilder;

/// <summary>
/// What a dataset is, and how far it is. The manifest decides: what it does not name is not part of it.
/// </summary>
internal sealed record Manifest
{
    /// <summary>What the dataset is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>The obligations that the use of the dataset meets.</summary>
    public required IReadOnlyList<string> CanMeet { get; init; }

    /// <summary>The file of ids.</summary>
    public required Source Source { get; init; }

    /// <summary>When the first question was asked.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the last line was answered; null as long as some are not.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When all videos were asked for again the last time.</summary>
    public DateTimeOffset? RecheckedAt { get; init; }

    /// <summary>The file with the allowed videos.</summary>
    public required Allowed Allowed { get; init; }

    /// <summary>How many lines are not in the dataset, by reason.</summary>
    public SortedDictionary<string, long> Refused { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How many videos were removed afterwards, by reason.</summary>
    public SortedDictionary<string, long> Withdrawn { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>Where the ids come from.</summary>
/// <param name="Sha256">The hash of the whole file.</param>
/// <param name="Lines">How many of its lines are answered.</param>
/// <param name="Position">Where the first line starts that is not, in bytes.</param>
internal sealed record Source(string Sha256, long Lines, long Position);

/// <summary>The allowed videos.</summary>
/// <param name="File">The file's name: another one after each recheck.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Bytes">How long the file is. What is behind that is of a run that was ended.</param>
/// <param name="OldestAnswer">The time of the oldest answer among them; null if there are none.</param>
/// <param name="Sha256">The hash of the file, once it is complete.</param>
internal sealed record Allowed(
    string File,
    long Count = 0,
    long Bytes = 0,
    DateTimeOffset? OldestAnswer = null,
    string? Sha256 = null
);

/// <summary>A video that may be used: a line of <see cref="Allowed"/>.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Obligations">What whoever uses it has to observe.</param>
/// <param name="Excludes">Purposes below the dataset's for which it may not be used.</param>
/// <param name="Versions">What the answer knew: the versions of all streams that it rests on.</param>
/// <param name="FreshAt">As of when.</param>
internal sealed record AllowedVideo(
    string CreatorId,
    string VideoId,
    IReadOnlyList<string> Obligations,
    IReadOnlyList<string> Excludes,
    IReadOnlyDictionary<string, long>? Versions,
    DateTimeOffset? FreshAt
);

/// <summary>A video that was removed.</summary>
internal sealed record WithdrawnVideo(string CreatorId, string VideoId, string Reason);

/// <summary>A dataset cannot be built like this.</summary>
internal sealed class DatasetException(string message) : Exception(message);

/// <summary>A dataset's folder. Each of its files is whole once the manifest names it.</summary>
internal sealed class Dataset(string folder)
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private string ManifestPath => PathOf("manifest.json");

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>Reads the manifest; null if there is none.</summary>
    public async Task<Manifest?> ReadAsync(CancellationToken cancellation) =>
        File.Exists(ManifestPath)
            ? JsonSerializer.Deserialize<Manifest>(await File.ReadAllBytesAsync(ManifestPath, cancellation), Readable)
            : null;

    /// <summary>Replaces the manifest: whole, or not at all.</summary>
    public async Task CommitAsync(Manifest manifest, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var next = ManifestPath + ".new";
        await using (var file = File.Create(next))
        {
            await JsonSerializer.SerializeAsync(file, manifest, Readable, cancellation);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, ManifestPath, overwrite: true);
    }

    /// <summary>Opens a file of lines to go on at a place.</summary>
    public FileStream Open(string name, long at)
    {
        Directory.CreateDirectory(folder);
        var file = new FileStream(PathOf(name), FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(at);
        file.Seek(at, SeekOrigin.Begin);
        return file;
    }

    public static void WriteLine<T>(FileStream file, T line)
    {
        JsonSerializer.Serialize(file, line, JsonSerializerOptions.Web);
        file.WriteByte((byte)'\n');
    }
}
