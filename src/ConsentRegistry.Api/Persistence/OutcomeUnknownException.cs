namespace ConsentRegistry.Api.Persistence;

/// <summary>The connection broke while a transaction was being committed.</summary>
public sealed class OutcomeUnknownException(Exception cause) : Exception("The outcome of a commit is unknown.", cause);
