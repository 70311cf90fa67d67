using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Client;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Cli.Import;

/// <summary>The folder holds something else, or another import.</summary>
internal sealed class ImportException(string message) : IOException(message);

/// <summary>What became of a row, as a line of the results.</summary>
/// <param name="Line">The line in which it begins.</param>
/// <param name="CreatorId">The creator; null if the row names none.</param>
/// <param name="Settings">The settings that it asks for.</param>
/// <param name="Error">Why it was refused.</param>
internal sealed record RowResult(
    int Line,
    string? CreatorId,
    IReadOnlyList<ImportedSetting> Settings,
    RowResultError? Error
);

/// <summary>Why a row was refused.</summary>
/// <param name="Code">A stable word.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Line">The line of the file, or of a signal's text; null if it is the row as a whole.</param>
/// <param name="Column">The place in that line.</param>
internal sealed record RowResultError(string Code, string Detail, int? Line, int? Column);

/// <summary>Some rows whose results are written.</summary>
/// <param name="Part">Its number, from 1.</param>
/// <param name="Digest">The SHA-256 of what was sent.</param>
/// <param name="Bytes">Where the results of the part end in their file.</param>
internal sealed record ImportedPart(int Part, string Digest, long Bytes);

/// <summary>What all rows of an import have in common.</summary>
/// <param name="Id">The id of the import: idempotency keys are made of it.</param>
/// <param name="Format">How the file is written.</param>
/// <param name="Defaults">What rows say that have no column for it.</param>
/// <param name="ConfirmsWidening">Whether rows that widen are made, too.</param>
internal sealed record ImportSettings(Guid Id, string Format, ImportDefaults Defaults, bool ConfirmsWidening);

/// <summary>
/// The results of an import: a line for each row, and a line for each part, which is written last. So a part without
/// one may be half written, and is sent again, with the same key.
/// </summary>
internal sealed class ImportFolder : IDisposable
{
    private const string SettingsFile = "import.json";
    private const string ResultsFile = "rows.ndjson";
    private const string PartsFile = "parts.ndjson";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly FileStream results;
    private readonly FileStream parts;
    private readonly List<ImportedPart> entries;

    private ImportFolder(ImportSettings settings, FileStream results, FileStream parts, List<ImportedPart> entries) =>
        (Settings, this.results, this.parts, this.entries) = (settings, results, parts, entries);

    /// <summary>What all rows have in common.</summary>
    public ImportSettings Settings { get; }

    /// <summary>Parts whose results are written, in order.</summary>
    public IReadOnlyList<ImportedPart> Entries => entries;

    /// <summary>Begins an import in an empty folder, or goes on with one.</summary>
    /// <exception cref="ImportException">The folder holds something else, or another import.</exception>
    public static ImportFolder Begin(string path, ImportSettings wanted)
    {
        DurableFolder.Create(path);
        var file = Path.Combine(path, SettingsFile);
        var settings = wanted;
        if (File.Exists(file))
        {
            settings = Read<ImportSettings>(file, File.ReadAllText(file));
            if (settings with { Id = wanted.Id } != wanted)
                throw new ImportException($"{path} holds an import with other options; name another folder.");
        }
        else
        {
            if (
                Directory
                    .EnumerateFileSystemEntries(path)
                    .Any(entry => !entry.EndsWith(".new", StringComparison.Ordinal))
            )
                throw new ImportException($"{path} is not empty, and holds no import; name another folder.");
            // Without its id after a power cut, rows would be sent again under other keys.
            WholeFile.Write(file, $"{JsonSerializer.Serialize(wanted, Format)}\n");
        }
        var list = Open(Path.Combine(path, PartsFile));
        var rows = Open(Path.Combine(path, ResultsFile));
        try
        {
            var written = ReadParts(list);
            rows.SetLength(written.Count == 0 ? 0 : written[^1].Bytes);
            rows.Seek(0, SeekOrigin.End);
            DurableFolder.Sync(path);
            return new(settings, rows, list, written);
        }
        catch
        {
            list.Dispose();
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Writes the results of the next part.</summary>
    public async Task AddAsync(string digest, IReadOnlyList<RowResult> rows, CancellationToken cancellation)
    {
        foreach (var row in rows)
            await WriteAsync(results, row, cancellation);
        // A part that is entered must be there after a power cut, too.
        results.Flush(flushToDisk: true);
        var entry = new ImportedPart(entries.Count + 1, digest, results.Position);
        await WriteAsync(parts, entry, cancellation);
        parts.Flush(flushToDisk: true);
        entries.Add(entry);
    }

    /// <summary>The results of all parts.</summary>
    public async IAsyncEnumerable<RowResult> ReadAsync()
    {
        results.Seek(0, SeekOrigin.Begin);
        using var reader = new StreamReader(results, leaveOpen: true);
        while (await reader.ReadLineAsync() is { } line)
            yield return Read<RowResult>(ResultsFile, line);
        results.Seek(0, SeekOrigin.End);
    }

    public void Dispose()
    {
        results.Dispose();
        parts.Dispose();
    }

    // One process at a time: two would send the same rows, and write over each other.
    private static FileStream Open(string file) =>
        new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);

    // A line without its end was being written when the import was ended.
    private static List<ImportedPart> ReadParts(FileStream list)
    {
        using var reader = new StreamReader(list, leaveOpen: true);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        var written = new List<ImportedPart>();
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var entry = Read<ImportedPart>(PartsFile, line);
            if (entry.Part != written.Count + 1)
                throw new ImportException($"{PartsFile} does not list one part after the other.");
            written.Add(entry);
        }
        list.SetLength(System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole)));
        list.Seek(0, SeekOrigin.End);
        return written;
    }

    private static async Task WriteAsync<T>(Stream to, T line, CancellationToken cancellation) =>
        await to.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, Format), (byte)'\n'], cancellation);

    private static T Read<T>(string file, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, Format) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new ImportException($"{file} cannot be read: {e.Message}");
        }
    }
}
