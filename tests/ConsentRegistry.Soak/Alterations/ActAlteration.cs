namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// The operator writes an event as a node does, in a creator's name: it breaks no rule, and the creator finds it.
/// </summary>
/// <param name="Kind">The type of the event.</param>
/// <param name="Act">Writes it, for a creator.</param>
internal sealed record ActAlteration(string Name, string Kind, Func<RegistryCaller, string, Task> Act)
    : Alteration(Name, Means.NodeKey, Finder.Monitor);
