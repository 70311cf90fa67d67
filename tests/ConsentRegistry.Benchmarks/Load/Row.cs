using System.Globalization;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>A line of the table at the end.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Measured">The value.</param>
/// <param name="Yardstick">What it is compared with, measured in the same run.</param>
/// <param name="Ratio">
/// The value as a multiple of the yardstick: the median of the rounds, the smallest and the largest.
/// </param>
/// <param name="Target">What it should be.</param>
/// <param name="Holds">Whether it is; null if there is no target.</param>
internal sealed record Row(string What, string Measured, string Yardstick, string Ratio, string Target, bool? Holds)
{
    private const string Nothing = "–";

    /// <summary>A value by itself.</summary>
    public static Row Of(string what, string measured, Target? target = null, double value = 0) =>
        new(what, measured, Nothing, Nothing, target?.Words ?? Nothing, target?.IsMetBy(value));

    /// <summary>A value beside a yardstick, both measured in each of several rounds.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="unit">The unit of both, after the number.</param>
    /// <param name="rounds">The value and the yardstick of each round.</param>
    /// <param name="yardstick">What the yardstick is.</param>
    /// <param name="target">What the ratio's median should be.</param>
    public static Row Of(
        string what,
        string unit,
        IReadOnlyCollection<(double Measured, double Yardstick)> rounds,
        string yardstick,
        Target? target = null
    )
    {
        var ratios = rounds.Select(round => round.Measured / round.Yardstick).ToArray();
        var ratio = Statistics.Median(ratios);
        return new(
            what,
            Number(Statistics.Median(rounds.Select(round => round.Measured)), unit),
            $"{Number(Statistics.Median(rounds.Select(round => round.Yardstick)), unit)} ({yardstick})",
            string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})"),
            target?.Words ?? Nothing,
            target?.IsMetBy(ratio)
        );
    }

    /// <summary>The row without its target.</summary>
    public Row Unjudged() => this with { Target = Nothing, Holds = null };

    /// <summary>A part that could not be measured.</summary>
    public static Row Failed(string part, string why) =>
        new(part, $"not measured: {why.ReplaceLineEndings(" ").Trim()}", Nothing, Nothing, Nothing, null);

    public static string Number(double value, string unit) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(value < 100 ? Math.Round(value, 2) : Math.Round(value)):#,0.##} {unit}"
        );
}

/// <summary>What a number should be.</summary>
internal sealed record Target(string Words, Func<double, bool> IsMetBy)
{
    public static Target AtLeast(double least, string unit = "") =>
        new(string.Create(CultureInfo.InvariantCulture, $"≥ {least:#,0.##}{unit}"), value => value >= least);

    public static Target AtMost(double most, string unit = "") =>
        new(string.Create(CultureInfo.InvariantCulture, $"≤ {most:#,0.##}{unit}"), value => value <= most);

    /// <summary>
    /// Whether a number that grows with the data is met: with less data that would say nothing, and is null.
    /// </summary>
    public bool? HoldsAt(Scale scale, double value) => scale.IsFull ? IsMetBy(value) : null;
}
