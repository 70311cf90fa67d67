using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// An event of a creator's bundle: it is in the log, and follows the one before it. Whether none was withheld is known
/// at the bundle's end.
/// </summary>
/// <param name="Seq">Its place in the log.</param>
/// <param name="Leaf">Its leaf.</param>
/// <param name="Hash">The SHA-256 of the leaf, which the next event of the stream names.</param>
/// <param name="By">Who made it; null where an erasure took what it says.</param>
public sealed record BundleEvent(long Seq, Leaf Leaf, byte[] Hash, Authorship? By);

/// <summary>What the registry signed about a whole bundle.</summary>
/// <param name="Checkpoint">The checkpoint that covers its events, as a signed note.</param>
/// <param name="Statement">The token that says where the stream ends.</param>
public sealed record BundleEnd(string Checkpoint, string Statement);
