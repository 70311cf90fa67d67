using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Marks an operation as a change of settings, which callers who only manage settings may make so many a second.
/// </summary>
/// <param name="Budget">What it counts against; null where that is for its body to say.</param>
/// <param name="IsPreview">Whether the change is planned and not made. It costs as much, and so counts as much.</param>
public sealed record ChangeMarker(Budget? Budget, bool IsPreview = false);

/// <summary>A body that says how many changes it asks for, and of which sort.</summary>
public interface ICountedChanges
{
    /// <summary>How many changes.</summary>
    int Count { get; }

    /// <summary>Whether each of them can only restrict.</summary>
    bool OnlyRestricts { get; }
}

/// <summary>
/// Counts the changes of callers who only manage settings; each item of a bulk counts. Platforms and administrators are
/// not limited, nor are checks. Each node counts for itself.
/// </summary>
internal sealed class ChangeLimits(ChangeRates rates, TimeProvider clock)
{
    /// <summary>How often accounts are forgotten whose bucket is full: a new one says the same.</summary>
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(10);

    // Swept by those who come, and not by a timer: a node that nobody asks is not woken.
    private readonly ConcurrentDictionary<Account, OverdraftBucket> accounts = [];
    private long sweptAt = clock.GetTimestamp();

    /// <summary>Whose budget it is.</summary>
    private readonly record struct Account(Budget Budget, string Caller, string? Creator);

    /// <summary>What is said to a caller of too many changes.</summary>
    public static string TooMany(string most, int seconds) =>
        $"The caller made more than {most} a second, in which each item of a bulk counts; repeat the request after "
        + $"{seconds} s.";

    /// <summary>Counts a change whose arguments are bound, and refuses it if its budget does not admit it.</summary>
    public Problem? Charge(HttpContext http, IList<object?> arguments)
    {
        if (MarkerOf(http) is not { } change)
            return null;
        // A bad request counts as one change, whatever its body would have said.
        var isBad = arguments.Any(argument => argument is IBound { Problem: not null });
        var body = isBad ? null : arguments.OfType<IBody>().FirstOrDefault()?.Content as ICountedChanges;
        var budget = change.Budget ?? (body is { OnlyRestricts: true } ? Budget.Restrictions : Budget.Changes);
        return Take(http, budget, body?.Count ?? 1);
    }

    /// <summary>Refuses a change that no budget would admit, before its body is read.</summary>
    public Problem? RefuseUnread(HttpContext http) =>
        MarkerOf(http) switch
        {
            null => null,
            { Budget: { } budget } => Take(http, budget, 0),
            _ => Take(http, Budget.Restrictions, 0) is null ? null : Take(http, Budget.Changes, 0),
        };

    private static ChangeMarker? MarkerOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<ChangeMarker>() is { } change && Caller.From(http).OnlyManages
            ? change
            : null;

    private Problem? Take(HttpContext http, Budget budget, int count)
    {
        var creator = budget == Budget.Stops ? http.GetRouteValue("creatorId") as string : null;
        var account = new Account(budget, Caller.From(http).Identity, creator);
        Sweep();
        using var lease = accounts
            .GetOrAdd(account, one => new OverdraftBucket(rates.Of(one.Budget), clock))
            .AttemptAcquire(count);
        if (lease.IsAcquired)
            return null;
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new(429, ProblemCode.RateLimited, TooMany($"{rates.Of(budget)} {Named(budget)}", seconds))
        {
            RetryAfter = seconds,
        };
    }

    private void Sweep()
    {
        var before = Volatile.Read(ref sweptAt);
        if (
            clock.GetElapsedTime(before) < BetweenSweeps
            || Interlocked.CompareExchange(ref sweptAt, clock.GetTimestamp(), before) != before
        )
            return;
        foreach (var (account, bucket) in accounts)
        {
            if (bucket.IdleDuration >= BetweenSweeps)
                accounts.TryRemove(account, out _);
        }
    }

    private static string Named(Budget budget) =>
        budget switch
        {
            Budget.Restrictions => "restricting changes",
            Budget.Stops => "stops of one creator",
            _ => "changes",
        };
}
