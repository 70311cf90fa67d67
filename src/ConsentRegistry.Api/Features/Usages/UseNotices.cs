namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// How many uses are told one by one. Whoever records uses tells one creator of <see cref="PerHour"/> an hour, counted
/// by each node for itself. The last of them says that there may be more, which the list of uses has: every use is
/// recorded.
/// </summary>
internal sealed class UseNotices(TimeProvider clock)
{
    /// <summary>
    /// Notifications of uses by one caller in one creator's inbox in an hour: more than anybody reads one by one.
    /// </summary>
    public const int PerHour = 100;

    /// <summary>
    /// Pairs of a caller and a creator that are counted; with more, counting begins anew, so that more is told and
    /// never less.
    /// </summary>
    private const int MaxPairs = 500_000;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Caller, string Creator), int> told = [];
    private DateTimeOffset since = clock.GetUtcNow();

    /// <summary>Counts one more; false if the creator has been told of as many as an hour has.</summary>
    /// <param name="caller">Who records it.</param>
    /// <param name="creator">Whom it concerns; empty for everybody whom the registry does not know.</param>
    /// <param name="isLast">Whether it is the last of the hour.</param>
    public bool TryTell(string caller, string creator, out bool isLast)
    {
        lock (gate)
        {
            if (clock.GetUtcNow() - since >= Hour || told.Count >= MaxPairs)
            {
                told.Clear();
                since = clock.GetUtcNow();
            }
            var count = told.GetValueOrDefault((caller, creator)) + 1;
            isLast = count == PerHour;
            if (count > PerHour)
                return false;
            told[(caller, creator)] = count;
            return true;
        }
    }
}
