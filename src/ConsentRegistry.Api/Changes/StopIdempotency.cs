using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Changes;

/// <summary>
/// What an idempotency key means to the setting of a stop. One that is malformed, reused or in flight never refuses it.
/// </summary>
/// <param name="StillStands">
/// Whether the stop stands that the key's answer speaks of; if not, it is set anew, and the new answer takes the place
/// of the stored one. Null where an answer is repeated whatever became of the stop.
/// </param>
internal sealed record StopIdempotency(Func<StreamTransaction, CancellationToken, Task<bool>>? StillStands);
