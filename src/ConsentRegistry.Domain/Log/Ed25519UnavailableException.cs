namespace ConsentRegistry.Domain.Log;

/// <summary>This machine cannot compute Ed25519. The message says what to do.</summary>
public sealed class Ed25519UnavailableException : Exception
{
    /// <summary>Without saying why.</summary>
    public Ed25519UnavailableException() { }

    /// <summary>What is missing, and what to do about it.</summary>
    public Ed25519UnavailableException(string message)
        : base(message) { }

    /// <summary>What is missing, what to do about it, and how it showed.</summary>
    public Ed25519UnavailableException(string message, Exception innerException)
        : base(message, innerException) { }
}
