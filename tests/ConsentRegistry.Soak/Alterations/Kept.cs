using System.Text;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>What others keep outside the database, from before the alterations.</summary>
internal sealed record Kept
{
    /// <summary>The whole log, as an auditor downloaded it.</summary>
    public required byte[] Export { get; init; }

    /// <summary>A creator's bundle.</summary>
    public required byte[] Bundle { get; init; }

    /// <summary>The newest checkpoint.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The public keys.</summary>
    public required string Keys { get; init; }

    /// <summary>
    /// Receipts of checks: one of a deny, and one of an allow by a grant, with the id of the decision.
    /// </summary>
    public required IReadOnlyList<string> Receipts { get; init; }

    /// <summary>The folder of a mirror that has the newest checkpoint.</summary>
    public required string Mirror { get; init; }

    /// <summary>The folder of a mirror that has an older one.</summary>
    public required string OlderMirror { get; init; }

    /// <summary>What a witness saw last, the newest checkpoint: the folder with its state and its key.</summary>
    public required string Witness { get; init; }

    /// <summary>The verifier key of the log.</summary>
    public required string VerifierKey { get; init; }

    /// <summary>The keys, read.</summary>
    public KeySet KeySet => KeySet.Parse(Encoding.UTF8.GetBytes(Keys), AlteredRegistry.Ed25519).Value;

    /// <summary>What an auditor brings who kept the keys and the newest checkpoint.</summary>
    public VerificationRequest Auditor => new() { PinnedSet = KeySet, KeptCheckpoints = [Checkpoint] };
}
