namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// The private PostgreSQL server cannot be had: nothing is installed, the folder is in use, or the server does not
/// start. The message is written for whoever started the host and says what to do.
/// </summary>
public sealed class PrivatePostgresException(string message, Exception? innerException = null)
    : Exception(message, innerException);
