using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ConsentRegistry.Cli.Filter;

/// <summary>A column of a row group, which is taken slice by slice.</summary>
internal abstract class ParquetColumn
{
    /// <summary>The column with what was read of it.</summary>
    public static ParquetColumn From(DataField field, RawColumnData data) =>
        (ParquetColumn)
            Activator.CreateInstance(
                typeof(ParquetColumn<>).MakeGenericType(data.GetType().GetGenericArguments()),
                field,
                data
            )!;

    /// <summary>Takes the next rows.</summary>
    public abstract ParquetSlice Take(int rows);
}

/// <summary>Some rows of a column.</summary>
internal abstract class ParquetSlice
{
    /// <summary>The value of each row as text, empty where it is null; null if the column does not hold one text a row.</summary>
    public abstract IReadOnlyList<ReadOnlyMemory<char>>? Texts { get; }

    /// <summary>Writes the rows that are wanted as a whole column.</summary>
    public abstract Task WriteAsync(
        ParquetRowGroupWriter to,
        DataField field,
        IReadOnlyList<bool> wanted,
        CancellationToken cancellation
    );
}

/// <inheritdoc cref="ParquetColumn"/>
/// <remarks>
/// A column is kept as Parquet keeps it: an entry has a definition level, and a value only where that is the highest. A
/// row begins where the repetition level is 0. So columns in lists, maps and structures are taken like any other.
/// </remarks>
internal sealed class ParquetColumn<T>(DataField field, RawColumnData<T> data) : ParquetColumn
    where T : struct
{
    private readonly int[]? definitions = field.MaxDefinitionLevel > 0 ? data.DefinitionLevels.ToArray() : null;
    private readonly int[]? repetitions = field.MaxRepetitionLevel > 0 ? data.RepetitionLevels.ToArray() : null;
    private readonly T[] values = data.Values.ToArray();
    private int entry;
    private int value;

    /// <inheritdoc/>
    public override ParquetSlice Take(int rows)
    {
        var (firstEntry, firstValue) = (entry, value);
        for (var row = 0; row < rows; row++)
        {
            do
            {
                if (definitions is null || definitions[entry] == field.MaxDefinitionLevel)
                    value++;
                entry++;
            } while (repetitions is not null && entry < repetitions.Length && repetitions[entry] > 0);
        }
        return new Slice(
            field.MaxRepetitionLevel,
            definitions?.AsMemory(firstEntry..entry),
            repetitions?.AsMemory(firstEntry..entry),
            values.AsMemory(firstValue..value),
            field.MaxDefinitionLevel,
            rows
        );
    }

    private sealed class Slice(
        int maxRepetition,
        ReadOnlyMemory<int>? definitions,
        ReadOnlyMemory<int>? repetitions,
        ReadOnlyMemory<T> values,
        int maxDefinition,
        int rows
    ) : ParquetSlice
    {
        public override IReadOnlyList<ReadOnlyMemory<char>>? Texts
        {
            get
            {
                if (values is not ReadOnlyMemory<ReadOnlyMemory<char>> texts || maxRepetition > 0)
                    return null;
                var found = new ReadOnlyMemory<char>[rows];
                for (var (row, value) = (0, 0); row < rows; row++)
                    found[row] = IsValue(row) ? texts.Span[value++] : default;
                return found;
            }
        }

        public override Task WriteAsync(
            ParquetRowGroupWriter to,
            DataField field,
            IReadOnlyList<bool> wanted,
            CancellationToken cancellation
        )
        {
            var (takenValues, takenDefinitions, takenRepetitions) = (new List<T>(), new List<int>(), new List<int>());
            var (row, value) = (-1, 0);
            var entries = definitions?.Length ?? repetitions?.Length ?? values.Length;
            for (var entry = 0; entry < entries; entry++)
            {
                if (repetitions is not { } levels || levels.Span[entry] == 0)
                    row++;
                var isValue = IsValue(entry);
                if (wanted[row])
                {
                    if (definitions is { } defined)
                        takenDefinitions.Add(defined.Span[entry]);
                    if (repetitions is { } repeated)
                        takenRepetitions.Add(repeated.Span[entry]);
                    if (isValue)
                        takenValues.Add(values.Span[value]);
                }
                if (isValue)
                    value++;
            }
            return to.WriteAllPartsAsync<T>(
                field,
                takenValues.ToArray(),
                definitions is null ? (ReadOnlyMemory<int>?)null : takenDefinitions.ToArray(),
                repetitions is null ? (ReadOnlyMemory<int>?)null : takenRepetitions.ToArray(),
                cancellation
            );
        }

        private bool IsValue(int entry) => definitions is not { } levels || levels.Span[entry] == maxDefinition;
    }
}
