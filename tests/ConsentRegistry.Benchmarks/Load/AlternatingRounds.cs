namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// Drives two things in turn, and the turns in both orders: what else the machine does falls on both.
/// </summary>
internal static class AlternatingRounds
{
    /// <summary>Runs both once without counting it, which warms them up, then as often as there are rounds.</summary>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="one">Measures the one; told the number of the round.</param>
    /// <param name="other">Measures the other.</param>
    public static async Task<IReadOnlyList<(TOne One, TOther Other)>> RunAsync<TOne, TOther>(
        int rounds,
        Func<int, Task<TOne>> one,
        Func<int, Task<TOther>> other
    )
    {
        await one(0);
        await other(0);
        var results = new List<(TOne One, TOther Other)>();
        for (var round = 1; round <= rounds; round++)
        {
            if (round % 2 == 1)
            {
                var first = await one(round);
                results.Add((first, await other(round)));
            }
            else
            {
                var first = await other(round);
                results.Add((await one(round), first));
            }
        }
        return results;
    }
}
