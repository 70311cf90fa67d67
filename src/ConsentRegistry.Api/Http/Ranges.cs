using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The query parameters <c>from</c> and <c>to</c> as moments: from the first on, and before the second.
/// </summary>
public sealed class TimeRange : IBound
{
    private TimeRange(Instant from, Instant to, Problem? problem) => (From, To, Problem) = (from, to, problem);

    public Problem? Problem { get; }

    /// <summary>The first moment; <see cref="Instant.Beginning"/> if none is named.</summary>
    public Instant From { get; }

    /// <summary>The moment after the last; <see cref="Instant.Never"/> if none is named.</summary>
    public Instant To { get; }

    public static ValueTask<TimeRange> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        Problem? problem = null;
        var from = Read(http, "from", Instant.Beginning, ref problem);
        var to = Read(http, "to", Instant.Never, ref problem);
        if (problem is null && from > to)
            problem = Problem.OfField(422, FailureCode.Invalid, "from", "from is later than to; send one that is not.");
        return ValueTask.FromResult(new TimeRange(from, to, problem));
    }

    private static Instant Read(HttpContext http, string name, Instant otherwise, ref Problem? problem)
    {
        if (http.Request.Query[name] is not [{ } text])
            return otherwise;
        if (Instant.TryParseInRange(text, out var moment))
            return moment;
        problem ??= Problem.OfField(
            422,
            FailureCode.Invalid,
            name,
            ValidationRules.NotATime(name, Characters.Quote(text))
        );
        return otherwise;
    }
}

/// <summary>
/// Query parameters that count leaves of the log: <c>from</c>, <c>to</c>, <c>size</c> and <c>after</c>.
/// </summary>
public sealed class LeafCounts : IBound
{
    private static readonly string[] Names = ["from", "to", "size", "after"];

    private readonly Dictionary<string, long> counts;

    private LeafCounts(Dictionary<string, long> counts, Problem? problem) => (this.counts, Problem) = (counts, problem);

    public Problem? Problem { get; }

    /// <summary>A count; null if the request does not name it.</summary>
    public long? this[string name] => counts.TryGetValue(name, out var count) ? count : null;

    public static ValueTask<LeafCounts> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        Problem? problem = null;
        foreach (var name in Names)
        {
            if (http.Request.Query[name] is not [{ } text])
                continue;
            if (TryRead(text, out var count))
                read.Add(name, count);
            else
                problem ??= OutOfRange(name, $"{name} is {Characters.Quote(text)}; send a whole number, 0 or more.");
        }
        if (
            problem is null
            && read.TryGetValue("from", out var from)
            && read.TryGetValue("to", out var to)
            && from > to
        )
            problem = OutOfRange("from", "from is greater than to; send one that is not.");
        return ValueTask.FromResult(new LeafCounts(read, problem));
    }

    /// <summary>The refusal of a count that is greater than the log.</summary>
    public static Problem BeyondLog(string name, long size) =>
        OutOfRange(
            name,
            $"{name} is beyond the newest checkpoint, which covers {size} leaves; send a count that is not."
        );

    /// <summary>The refusal of a count that the log does not reach, or that is none.</summary>
    public static Problem OutOfRange(string name, string detail) =>
        Problem.OfField(422, FailureCode.Invalid, name, detail);

    private static bool TryRead([NotNullWhen(true)] string? text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
