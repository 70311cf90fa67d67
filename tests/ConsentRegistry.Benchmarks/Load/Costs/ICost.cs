namespace ConsentRegistry.Benchmarks.Load.Costs;

/// <summary>Something that a node may do beside answering, and what it needs for that.</summary>
internal interface ICost : IAsyncDisposable
{
    /// <summary>What the node does, in the words of a row.</summary>
    string Name { get; }

    /// <summary>Arguments of a node that does it.</summary>
    IReadOnlyList<string> Settings { get; }

    /// <summary>Whether the node has done it.</summary>
    bool WasPaid { get; }

    /// <summary>Begins to ask a node that has started to do it.</summary>
    void Begin();
}
