namespace ConsentRegistry.Console.Startup;

/// <summary>The console cannot start. The message is one line that says why, for whoever started it.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);
