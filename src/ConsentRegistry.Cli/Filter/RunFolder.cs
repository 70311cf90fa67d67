using System.Text.Json;
using ConsentRegistry.Cryptography;

namespace ConsentRegistry.Cli.Filter;

/// <summary>A part whose results are written.</summary>
/// <param name="Part">Its number, from 1.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Attestation">The token.</param>
internal sealed record RunEntry(int Part, int Rows, string Attestation);

/// <summary>
/// The results of a run: three files for each part, and a line with its attestation. The line is written last. So a part
/// without one may be half written, and is written again.
/// </summary>
internal sealed class RunFolder
{
    /// <summary>The folder of rows that may be used.</summary>
    public const string Allowed = "allowed";

    /// <summary>The folder of rows that may not, with the reason of each.</summary>
    public const string Refused = "refused";

    /// <summary>The folder of the registry's answers.</summary>
    public const string Answers = "answers";

    private const string AttestationsFile = "attestations.ndjson";

    private const string SettingsFile = "run.json";

    private const string AnswersExtension = ".ndjson";

    private const int BufferBytes = 1 << 20;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    private readonly string path;
    private readonly List<RunEntry> entries = [];

    private RunFolder(string path, RunSettings settings) => (this.path, Settings) = (path, settings);

    /// <summary>What all checks of the run have in common.</summary>
    public RunSettings Settings { get; }

    /// <summary>Parts that are written, in order.</summary>
    public IReadOnlyList<RunEntry> Entries => entries;

    /// <summary>Begins a run in an empty folder, or goes on with one.</summary>
    /// <exception cref="DatasetException">The folder holds something else, or another run.</exception>
    public static RunFolder Begin(string path, RunSettings settings)
    {
        DurableFolder.Create(path);
        var file = Path.Combine(path, SettingsFile);
        if (!File.Exists(file))
        {
            if (
                Directory
                    .EnumerateFileSystemEntries(path)
                    .Any(entry => !entry.EndsWith(".new", StringComparison.Ordinal))
            )
                throw new DatasetException($"{path} is not empty, and holds no run; name another folder.");
            WholeFile.Write(file, settings.ToJson());
        }
        else if (RunSettings.Read(file).ToJson() != settings.ToJson())
        {
            throw new DatasetException(
                $"{path} holds a run with another purpose, requester or columns; name another folder."
            );
        }
        foreach (var folder in (string[])[Allowed, Refused, Answers])
            DurableFolder.Create(Path.Combine(path, folder));
        var run = new RunFolder(path, settings);
        run.ReadEntries(cutsLast: true);
        return run;
    }

    /// <summary>Opens a run to be read.</summary>
    /// <exception cref="DatasetException">The folder holds no run.</exception>
    public static RunFolder Open(string path)
    {
        var file = Path.Combine(path, SettingsFile);
        if (!File.Exists(file))
            throw new DatasetException($"{path} holds no run.");
        var run = new RunFolder(path, RunSettings.Read(file));
        run.ReadEntries(cutsLast: false);
        return run;
    }

    /// <summary>The file of a part's rows.</summary>
    /// <param name="folder"><see cref="Allowed"/> or <see cref="Refused"/>.</param>
    /// <param name="part">The part's number.</param>
    /// <param name="extension">The extension of the dataset's format.</param>
    public string FileOf(string folder, int part, string extension) =>
        Path.Combine(path, folder, $"{part:D6}{extension}");

    /// <summary>The file of a part's answers.</summary>
    public string AnswersOf(int part) => FileOf(Answers, part, AnswersExtension);

    /// <summary>All files of one kind, by part.</summary>
    public IReadOnlyList<string> FilesOf(string folder) =>
        Directory.Exists(Path.Combine(path, folder))
            ?
            [
                .. Directory
                    .EnumerateFiles(Path.Combine(path, folder))
                    .Where(file => !file.EndsWith(".new", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Writes the results of the next part.</summary>
    public async Task AddAsync(
        DatasetPart part,
        AttestedAnswers asked,
        string extension,
        CancellationToken cancellation
    )
    {
        var number = entries.Count + 1;
        await using (var allowed = Create(FileOf(Allowed, number, extension)))
        await using (var refused = Create(FileOf(Refused, number, extension)))
        await using (var answers = Create(AnswersOf(number)))
        {
            await part.WriteAsync(asked.Answers, new(allowed, refused), cancellation);
            await answers.WriteAsync(asked.Answers.Bytes, cancellation);
            // A part that is attested must be there after a power cut, too.
            foreach (var file in (FileStream[])[allowed, refused, answers])
                file.Flush(flushToDisk: true);
        }
        foreach (var folder in (string[])[Allowed, Refused, Answers])
            DurableFolder.Sync(Path.Combine(path, folder));
        var entry = new RunEntry(number, part.Rows, asked.Answers.Attestation!);
        await using var attestations = new FileStream(Path.Combine(path, AttestationsFile), FileMode.Append);
        await attestations.WriteAsync(
            (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(entry, Format), (byte)'\n'],
            cancellation
        );
        attestations.Flush(flushToDisk: true);
        if (entries.Count == 0)
            DurableFolder.Sync(path);
        entries.Add(entry);
    }

    // A line without its end was being written when the run was ended.
    private void ReadEntries(bool cutsLast)
    {
        var file = Path.Combine(path, AttestationsFile);
        if (!File.Exists(file))
            return;
        var text = File.ReadAllBytes(file);
        var whole = text.AsSpan().LastIndexOf((byte)'\n') + 1;
        try
        {
            foreach (var line in text.AsSpan(0, whole).Split((byte)'\n'))
            {
                if (text[line].Length == 0)
                    continue;
                entries.Add(
                    JsonSerializer.Deserialize<RunEntry>(text[line], Format) is { Attestation: not null } entry
                    && entry.Part == entries.Count + 1
                        ? entry
                        : throw new JsonException("It is not the next part.")
                );
            }
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{file}, line {entries.Count + 1}: {e.Message}");
        }
        if (!cutsLast || whole == text.Length)
            return;
        using var stream = File.OpenWrite(file);
        stream.SetLength(whole);
    }

    private static FileStream Create(string file) =>
        new(file, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);
}
