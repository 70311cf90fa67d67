namespace ConsentRegistry.Api.Tests;

/// <summary>
/// Tests that look at what the whole process has allocated, or that need the whole machine: they run while no other does.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
