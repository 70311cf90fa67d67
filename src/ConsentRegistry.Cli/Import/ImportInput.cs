using ConsentRegistry.Client;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals.Reading;

namespace ConsentRegistry.Cli.Import;

/// <summary>What the command line says is to be imported.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">How it is written: <see cref="Csv"/>, <see cref="Ndjson"/>, <see cref="Urls"/> or a source.</param>
/// <param name="Defaults">What rows say that have no column for it.</param>
/// <param name="Video">Of a signal: the owner's id for the video.</param>
/// <param name="At">Of a signal: the URL that it is about.</param>
/// <param name="Ignored">Columns that are passed over.</param>
internal sealed record ImportInput(
    string Path,
    string Format,
    ImportDefaults Defaults,
    string? Video,
    string? At,
    IReadOnlySet<string> Ignored
)
{
    /// <summary>CSV with a first row that names the columns.</summary>
    public const string Csv = "csv";

    /// <summary>Lines of JSON.</summary>
    public const string Ndjson = "ndjson";

    /// <summary>A list of URLs, one a line.</summary>
    public const string Urls = "urls";

    /// <summary>YouTube's answer of the resource <c>videoTrainability</c>.</summary>
    public const string Trainability = "videoTrainability";

    /// <summary>All formats.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [Csv, Ndjson, Urls, Trainability, .. Wording.All<SignalSource>()];

    /// <summary>Reads the rows.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public IEnumerable<FileRow> Read()
    {
        using var text = ImportFile.Open(Path);
        switch (Format)
        {
            case Csv:
                foreach (var raw in new CsvRows(text).Read(ImportColumns.Names, Ignored))
                    yield return ImportColumns.Read(raw, Defaults);
                break;
            case Ndjson:
                foreach (var raw in new NdjsonRows(text).Read(ImportColumns.Names, Ignored))
                    yield return ImportColumns.Read(raw, Defaults);
                break;
            case Urls:
                foreach (var raw in ReadUrls(text))
                    yield return ImportColumns.Read(raw, Defaults);
                break;
            default:
                yield return ReadSignal(text);
                break;
        }
    }

    // An empty line, and one that begins with #, is none.
    private static IEnumerable<RawRow> ReadUrls(TextReader text)
    {
        var number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            var url = line.Trim();
            if (url.Length == 0 || url.StartsWith('#'))
                continue;
            var column = line.IndexOf(url, StringComparison.Ordinal) + 1;
            yield return new(
                number,
                new Dictionary<string, Cell> { [IdentifierSchemes.Url] = new(url, number, column) },
                Error: null
            );
        }
    }

    // A file that says something of one content is one row.
    private FileRow ReadSignal(TextReader text)
    {
        var said = new char[SignalDocument.MaxLength + 1];
        var length = text.ReadBlock(said);
        if (length > SignalDocument.MaxLength)
            return new(1, null, null, new(1, 1, RowError.Unreadable, "The text has more than 1 MiB."));
        if (length == 0)
            return new(1, null, null, new(1, 1, RowError.Unreadable, "The text is empty."));
        return new(
            1,
            Defaults.Creator,
            new()
            {
                Line = 1,
                Video = Video is null ? null : new(Defaults.Creator!, Video),
                Identifier = Video is null && At is not null ? new(IdentifierSchemes.Url, At) : null,
                Signal = Format == Trainability ? null : new(Format, new string(said, 0, length), At),
                Trainability = Format == Trainability ? new string(said, 0, length) : null,
            },
            null
        );
    }
}
