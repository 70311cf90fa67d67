namespace ConsentRegistry.Api.Http;

/// <summary>What a node does for so many callers at once, because each takes long, and for so many of one kind, so that nobody takes it all.</summary>
/// <param name="all">For all together.</param>
/// <param name="each">For one of them.</param>
internal sealed class Seats(int all, int each)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);
    private int count;

    /// <summary>Takes a seat until it is disposed; null if none is free for this one.</summary>
    public IDisposable? Take(string who)
    {
        lock (gate)
        {
            var own = taken.GetValueOrDefault(who);
            if (count == all || own == each)
                return null;
            count++;
            taken[who] = own + 1;
            return new Seat(this, who);
        }
    }

    private void Return(string who)
    {
        lock (gate)
        {
            count--;
            if (--taken[who] == 0)
                taken.Remove(who);
        }
    }

    private sealed class Seat(Seats seats, string who) : IDisposable
    {
        private Seats? seats = seats;

        public void Dispose() => Interlocked.Exchange(ref seats, null)?.Return(who);
    }
}
