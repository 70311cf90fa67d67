namespace ConsentRegistry.Api.Persistence;

/// <summary>The server that answers is none to commit on now: nothing was written.</summary>
/// <param name="reason">Why, in words for a caller, without a full stop.</param>
internal class ServerUnfitException(string reason) : Exception(reason);
