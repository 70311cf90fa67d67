namespace ConsentRegistry.Api.Configuration;

/// <summary>A history log, as a host or a database names it.</summary>
/// <param name="Origin">What its checkpoints begin with.</param>
/// <param name="IsDevelopment">Whether Development hosts write it, or all others.</param>
public sealed record LogIdentity(string Origin, bool IsDevelopment);
