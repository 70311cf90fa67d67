using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli;

/// <summary>A checkpoint that was seen and is kept.</summary>
/// <param name="Note">
/// The note. A witness keeps the lines of the log's keys and two lines of its own: the first that it gave for this
/// checkpoint, and the newest.
/// </param>
/// <param name="Checkpoint">What it says.</param>
internal sealed record SeenCheckpoint(SignedNote Note, Checkpoint Checkpoint);
