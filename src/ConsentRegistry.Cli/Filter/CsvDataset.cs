using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using nietras.SeparatedValues;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// Rows of a CSV file in UTF-8. Its first row names the columns, and tells what separates them: a comma, a semicolon, a
/// tab or a bar.
/// </summary>
internal sealed class CsvDataset(string path, Columns columns, CheckLineWriter lines) : Dataset
{
    private const char Quote = '"';

    private long length = 1;
    private long read;

    public override string Extension => ".csv";

    public override double Progress => (double)read / length;

    public override async IAsyncEnumerable<DatasetPart> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var file = File.OpenRead(path);
        length = Math.Max(1, file.Length);
        using var reader = Open(file);
        if (!MoveNext(reader))
            yield break;
        var header = new Header(reader, columns);
        var names = new RowNames();
        var part = new Part(header);
        while (MoveNext(reader))
        {
            cancellation.ThrowIfCancellationRequested();
            RequireClosed(reader.Current);
            header.Read(reader.Current, names);
            part.Add(reader.Current.Span, names, lines);
            read = file.Position;
            if (part.Rows < RowsPerPart && part.Characters < BytesPerPart)
                continue;
            yield return part;
            part = new(header);
        }
        if (part.Rows > 0)
            yield return part;
    }

    // Rows of other lengths than the first are rows as well: what they do not have, they do not name.
    private SepReader Open(Stream file)
    {
        try
        {
            return Sep.Reader(options => options with { HasHeader = false, DisableColCountCheck = true }).From(file);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new DatasetException($"{path} cannot be read as CSV: {e.Message}");
        }
    }

    private bool MoveNext(SepReader reader)
    {
        try
        {
            return reader.MoveNext();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new DatasetException($"{path} cannot be read as CSV: {e.Message}");
        }
    }

    // Such a row has swallowed the rest of the file.
    private void RequireClosed(SepReader.Row row)
    {
        if (row.Span.Count(Quote) % 2 != 0)
            throw new DatasetException(
                $"{path}, line {row.LineNumberFrom}: it cannot be read as CSV, for a quotation mark is not closed."
            );
    }

    /// <summary>The first row.</summary>
    private sealed class Header
    {
        private readonly (int Column, byte[] Scheme)[] identifiers;
        private readonly int creator;
        private readonly int video;

        public Header(SepReader reader, Columns columns)
        {
            var row = reader.Current;
            Text = row.Span.ToString();
            Separator = reader.Spec.Sep.Separator;
            var names = new List<string>();
            for (var column = 0; column < row.ColCount; column++)
                names.Add(Unquote(row[column].Span).ToString());
            creator = names.IndexOf(columns.Creator);
            video = names.IndexOf(columns.Video);
            identifiers =
            [
                .. columns
                    .Identifiers.Select(column => (names.IndexOf(column.Value), Encoding.UTF8.GetBytes(column.Key)))
                    .Where(column => column.Item1 >= 0),
            ];
        }

        /// <summary>The row as it stands in the file.</summary>
        public string Text { get; }

        public char Separator { get; }

        public void Read(SepReader.Row row, RowNames names)
        {
            names.Clear();
            names.AddCreator(RowNames.Escape(Value(row, creator)));
            names.AddVideo(RowNames.Escape(Value(row, video)));
            foreach (var (column, scheme) in identifiers)
                names.AddIdentifier(scheme, RowNames.Escape(Value(row, column)));
        }

        private static ReadOnlySpan<char> Value(SepReader.Row row, int column) =>
            column >= 0 && column < row.ColCount ? Unquote(row[column].Span) : [];

        // RFC 4180: a value in quotation marks, in which two of them stand for one.
        private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value)
        {
            if (value.Length < 2 || value[0] != Quote || value[^1] != Quote)
                return value;
            value = value[1..^1];
            return value.Contains(Quote) ? value.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : value;
        }
    }

    private sealed class Part : DatasetPart
    {
        private readonly Header header;
        private readonly ArrayPoolBufferWriter<byte> checks;
        private readonly ArrayBufferWriter<char> text = new();
        private readonly List<int> ends = [];

        public Part(Header header)
            : this(header, PartMemory.Rent(UsualChecks)) { }

        private Part(Header header, ArrayPoolBufferWriter<byte> checks)
            : base(checks) => (this.header, this.checks) = (header, checks);

        public override int Rows => ends.Count;

        public int Characters => text.WrittenCount;

        public void Add(ReadOnlySpan<char> row, RowNames names, CheckLineWriter lines)
        {
            text.Write(row);
            ends.Add(text.WrittenCount);
            lines.Write(names, checks);
        }

        public override async Task WriteAsync(PartAnswers answers, PartFiles to, CancellationToken cancellation)
        {
            await using var allowed = Writer(to.Allowed);
            await using var refused = Writer(to.Refused);
            await allowed.WriteAsync($"{header.Text}\n");
            var added = RowAnswer.Columns.Select(column => column.Name).Prepend(header.Text);
            await refused.WriteAsync($"{string.Join(header.Separator, added)}\n");
            var start = 0;
            for (var row = 0; row < ends.Count; row++)
            {
                var rowText = text.WrittenSpan[start..ends[row]];
                var answer = answers.Answer(row);
                var writer = answer.IsAllowed ? allowed : refused;
                writer.Write(rowText);
                if (!answer.IsAllowed)
                {
                    foreach (var (_, value) in RowAnswer.Columns)
                        writer.Write($"{header.Separator}{value(answer)}");
                }
                writer.Write('\n');
                start = ends[row];
            }
        }

        private static StreamWriter Writer(Stream to) => new(to, leaveOpen: true);
    }
}
