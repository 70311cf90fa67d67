using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>Stored grants as facts of a decision.</summary>
public static class GrantFacts
{
    /// <summary>
    /// The grant as the evaluator sees it. How many uses are left is known where they are spent; here, whether any is.
    /// </summary>
    /// <param name="grant">The stored grant.</param>
    /// <param name="purpose">Its purpose in the vocabulary of the facts.</param>
    public static Grant AsFact(this GrantRecord grant, PurposeIndex purpose)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return new()
        {
            Purpose = purpose,
            Conditions = grant.Terms.Conditions,
            VocabularyVersion = grant.Terms.VocabularyVersion,
            ExpiresAt = grant.Terms.ExpiresAt ?? Instant.Never,
            UsesLeft = grant.State == GrantState.Spent ? 0 : grant.Terms.Uses,
            IsRevoked = grant.State == GrantState.Revoked,
            Stamp = grant.Stamp,
        };
    }
}
