using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance.Buffers;

namespace ConsentRegistry.Cli.Filter;

/// <summary>The input is not what it has to be.</summary>
internal sealed class DatasetException(string message) : IOException(message);

/// <summary>Where the rows of one part go.</summary>
/// <param name="Allowed">Rows that may be used.</param>
/// <param name="Refused">Rows that may not, with the reason of each.</param>
internal sealed record PartFiles(Stream Allowed, Stream Refused);

/// <summary>Some rows of a dataset, which are checked in one stream.</summary>
/// <param name="checks">The check of each row, a line each.</param>
internal abstract class DatasetPart(ArrayPoolBufferWriter<byte> checks) : IDisposable
{
    /// <summary>The check of each row, a line each.</summary>
    public ReadOnlyMemory<byte> Checks => checks.WrittenMemory;

    /// <summary>How many rows there are.</summary>
    public abstract int Rows { get; }

    /// <summary>Writes the rows that are allowed, and those that are not, in their order.</summary>
    public abstract Task WriteAsync(PartAnswers answers, PartFiles to, CancellationToken cancellation);

    /// <summary>Gives the memory back: the next part takes it.</summary>
    public virtual void Dispose() => checks.Dispose();
}

/// <summary>A file of rows, which is read in parts. The same file always has the same parts.</summary>
internal abstract class Dataset
{
    /// <summary>Rows of a part, at most.</summary>
    public const int RowsPerPart = 100_000;

    /// <summary>
    /// Bytes of a part's rows, at which it ends. So rows of any length take a limited amount of memory together.
    /// </summary>
    public const int BytesPerPart = 64 << 20;

    /// <summary>Bytes of a usual part's checks.</summary>
    protected const int UsualChecks = 16 << 20;

    /// <summary>Bytes of one row, at most.</summary>
    public const int LongestRow = 16 << 20;

    /// <summary>How the file's extension names its format.</summary>
    public abstract string Extension { get; }

    /// <summary>How far the file was read, from 0 to 1.</summary>
    public abstract double Progress { get; }

    /// <summary>Reads the parts, in order.</summary>
    /// <exception cref="DatasetException">The file is not of its format, or a row is too long.</exception>
    public abstract IAsyncEnumerable<DatasetPart> ReadAsync(CancellationToken cancellation);

    /// <summary>
    /// Reads the parts of several files, one file after the other, each with the extension of its format and how much
    /// was read with it, from 0 to 1.
    /// </summary>
    /// <exception cref="DatasetException">A file is not of its format, or a row is too long.</exception>
    public static async IAsyncEnumerable<(DatasetPart Part, string Extension, double Done)> ReadAllAsync(
        IReadOnlyList<string> paths,
        RunSettings settings,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        for (var path = 0; path < paths.Count; path++)
        {
            var dataset = Open(paths[path], settings.Columns, settings.Lines);
            await foreach (var part in dataset.ReadAsync(cancellation))
                yield return (part, dataset.Extension, (path + dataset.Progress) / paths.Count);
        }
    }

    /// <summary>The dataset in a file, by the format that its extension names.</summary>
    /// <exception cref="DatasetException">No format has that extension.</exception>
    private static Dataset Open(string path, Columns columns, CheckLineWriter lines) =>
        Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".ndjson" or ".jsonl" => new NdjsonDataset(path, columns, lines),
            ".csv" => new CsvDataset(path, columns, lines),
            ".parquet" => new ParquetDataset(path, columns, lines),
            _ => throw new DatasetException(
                $"{path} is of no known format; it ends in .ndjson, .jsonl, .csv or .parquet."
            ),
        };
}
