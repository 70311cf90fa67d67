namespace ConsentRegistry.Api.Configuration;

/// <summary>The host cannot start, for a reason that whoever starts it can mend.</summary>
public sealed class StartupException(string message) : Exception(message);
