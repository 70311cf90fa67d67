namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Seeds for those who draw at the same time: the same in every run with the same seed, another for each of them.
/// </summary>
internal static class Seeds
{
    public static int Of(int seed, int drawer) => unchecked((seed * 1_000_003) + drawer);
}
