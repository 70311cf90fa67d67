using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>What is shown to a verifier, and what the auditor brings.</summary>
internal sealed record Shown(byte[] Export, VerificationRequest Request)
{
    /// <summary>Words of which the verdict has to have one; anything if there are none.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>An export, a bundle or a receipt is altered on its way, or made anew by whoever has the keys.</summary>
/// <param name="Make">Makes what is shown from what was kept.</param>
internal sealed record TextAlteration(string Name, Means Means, Finder Finder, Func<Kept, Random, Shown> Make)
    : Alteration(Name, Means, Finder);
