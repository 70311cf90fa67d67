namespace ConsentRegistry.Benchmarks.Load;

/// <summary>What is said about several measurements of the same thing.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => At(values, 0.5);

    /// <summary>The value that this share of the values is below.</summary>
    public static double At(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
    }
}
