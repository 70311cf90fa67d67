namespace ConsentRegistry.Soak.Staleness;

/// <summary>The subjects that are changed now, and so worth checking.</summary>
internal sealed class Stage(int writers)
{
    private readonly Subject?[] subjects = new Subject?[writers];
    private Subject? latest;

    public void Enter(int writer, Subject subject) => Volatile.Write(ref subjects[writer], subject);

    /// <summary>Says that a change of the subject has just been acknowledged.</summary>
    public void Spotlight(Subject subject) => Volatile.Write(ref latest, subject);

    /// <summary>
    /// A subject: every other time the one that changed last, since what is stale is stale for a short time. Null
    /// before there is any.
    /// </summary>
    public Subject? Draw(Random random)
    {
        var drawn = random.Next(2) == 0 ? Volatile.Read(ref latest) : null;
        return drawn ?? Volatile.Read(ref subjects[random.Next(subjects.Length)]);
    }
}
