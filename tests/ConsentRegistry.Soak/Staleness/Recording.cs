using System.Collections.Concurrent;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>Everything that was asked and answered in a run, by key.</summary>
internal sealed class Recording
{
    private readonly ConcurrentDictionary<Key, KeyRecording> keys = new();

    /// <summary>The keys that anything was recorded of.</summary>
    public IEnumerable<KeyRecording> Keys => keys.Values;

    public void Add(Key key, Change change) => Of(key).Add(change);

    public void Add(Key key, Check check) => Of(key).Add(check);

    private KeyRecording Of(Key key) => keys.GetOrAdd(key, static key => new(key));
}

/// <summary>What was recorded of one key. Written by many at once, read when all have ended.</summary>
internal sealed class KeyRecording(Key key)
{
    private readonly Lock guard = new();
    private readonly List<Change> changes = [];
    private readonly List<Check> checks = [];

    public Key Key => key;

    /// <summary>The changes, by one writer one after the other.</summary>
    public IReadOnlyList<Change> Changes => changes;

    /// <summary>The checks, in no order.</summary>
    public IReadOnlyList<Check> Checks => checks;

    public void Add(Change change)
    {
        lock (guard)
            changes.Add(change);
    }

    public void Add(Check check)
    {
        lock (guard)
            checks.Add(check);
    }
}
