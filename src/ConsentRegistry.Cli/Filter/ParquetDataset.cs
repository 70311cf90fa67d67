using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using Parquet;
using Parquet.Schema;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// Rows of a Parquet file. One row group is in memory at a time, with all its columns. Columns that name videos hold
/// text, one value a row.
/// </summary>
internal sealed class ParquetDataset(string path, Columns columns, CheckLineWriter lines) : Dataset
{
    /// <summary>Bytes of a row group's values, at most.</summary>
    public const long LargestRowGroup = 256L << 20;

    private long groups = 1;
    private long read;

    public override string Extension => ".parquet";

    public override double Progress => (double)read / groups;

    public override async IAsyncEnumerable<DatasetPart> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var file = File.OpenRead(path);
        await using var reader = await OrUnreadable(ParquetReader.CreateAsync(file, cancellationToken: cancellation));
        groups = Math.Max(1, reader.RowGroupCount);
        foreach (var group in reader.RowGroups)
        {
            if (group.RowGroup.TotalByteSize > LargestRowGroup)
                throw new DatasetException(
                    $"{path}, row group {read + 1}: it has {group.RowGroup.TotalByteSize} bytes, and at most "
                        + $"{LargestRowGroup} can be read; write the file with smaller row groups."
                );
            var content = await OrUnreadable(ReadAsync(reader.Schema, group, cancellation));
            for (var start = 0L; start < group.RowCount; start += RowsPerPart)
            {
                var rows = (int)Math.Min(RowsPerPart, group.RowCount - start);
                var slices = content.Select(column => column.Take(rows)).ToList();
                yield return new Part(reader.Schema, slices, Checks(reader.Schema, slices, rows), rows);
            }
            read++;
        }
    }

    // The library names no kind of exception for a file that is none.
    private async Task<T> OrUnreadable<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new DatasetException($"{path} cannot be read as Parquet: {e.Message}");
        }
    }

    private static async Task<List<ParquetColumn>> ReadAsync(
        ParquetSchema schema,
        ParquetRowGroupReader group,
        CancellationToken cancellation
    )
    {
        var columns = new List<ParquetColumn>();
        foreach (var field in schema.DataFields)
            columns.Add(ParquetColumn.From(field, await group.ReadRawColumnDataBaseAsync(field, cancellation)));
        return columns;
    }

    private ArrayPoolBufferWriter<byte> Checks(ParquetSchema schema, List<ParquetSlice> slices, int rows)
    {
        var (creators, videos) = (Find(columns.Creator), Find(columns.Video));
        var identifiers = columns
            .Identifiers.Select(column => (Scheme: Encoding.UTF8.GetBytes(column.Key), Texts: Find(column.Value)))
            .Where(column => column.Texts is not null)
            .ToList();
        var checks = PartMemory.Rent(UsualChecks);
        var names = new RowNames();
        for (var row = 0; row < rows; row++)
        {
            names.Clear();
            names.AddCreator(RowNames.Escape(creators is null ? [] : creators[row].Span));
            names.AddVideo(RowNames.Escape(videos is null ? [] : videos[row].Span));
            foreach (var (scheme, texts) in identifiers)
                names.AddIdentifier(scheme, RowNames.Escape(texts![row].Span));
            lines.Write(names, checks);
        }
        return checks;

        IReadOnlyList<ReadOnlyMemory<char>>? Find(string name) =>
            Array.FindIndex(schema.DataFields, field => field.Path.ToString() == name) is >= 0 and var column
                ? slices[column].Texts
                    ?? throw new DatasetException($"{path}: the column '{name}' does not hold one text a row.")
                : null;
    }

    private sealed class Part(
        ParquetSchema schema,
        IReadOnlyList<ParquetSlice> slices,
        ArrayPoolBufferWriter<byte> checks,
        int rows
    ) : DatasetPart(checks)
    {
        public override int Rows => rows;

        public override async Task WriteAsync(PartAnswers answers, PartFiles to, CancellationToken cancellation)
        {
            var all = Enumerable.Range(0, rows).Select(answers.Answer).ToList();
            await WriteAsync(schema, all, isAllowed: true, to.Allowed, cancellation);
            var refused = new ParquetSchema([
                .. schema.Fields,
                .. RowAnswer.Columns.Select(column => new DataField<string>(column.Name)),
            ]);
            await WriteAsync(refused, all, isAllowed: false, to.Refused, cancellation);
        }

        private async Task WriteAsync(
            ParquetSchema written,
            List<RowAnswer> answers,
            bool isAllowed,
            Stream to,
            CancellationToken cancellation
        )
        {
            var wanted = answers.ConvertAll(answer => answer.IsAllowed == isAllowed);
            await using var writer = await ParquetWriter.CreateAsync(written, to, cancellationToken: cancellation);
            if (!wanted.Contains(true))
                return;
            using var group = writer.CreateRowGroup();
            var fields = written.DataFields;
            for (var column = 0; column < slices.Count; column++)
                await slices[column].WriteAsync(group, fields[column], wanted, cancellation);
            if (isAllowed)
                return;
            var refused = answers.FindAll(answer => !answer.IsAllowed);
            foreach (var (field, column) in fields.Skip(slices.Count).Zip(RowAnswer.Columns))
                await group.WriteAsync(field, refused.ConvertAll(answer => column.Value(answer))!);
        }
    }
}
