namespace ConsentRegistry.Client;

/// <summary>Answers checks. What an application depends on, so that its tests can put an answer of their own.</summary>
/// <remarks>
/// <para>
/// A use goes ahead only on a <see cref="Decision"/> whose <see cref="Decision.Allowed"/> is true, and only if its
/// <see cref="Decision.Obligations"/> can be met. Whatever a method throws is no consent.
/// </para>
/// <para><c>AddConsentRegistry</c> registers one that asks the registry: <see cref="ChecksClient"/>.</para>
/// </remarks>
public interface IConsentChecker
{
    /// <summary>Asks one check.</summary>
    /// <param name="check">The check; it names its creator and purpose.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<Decision> CheckAsync(Check check, CancellationToken cancellation = default);

    /// <summary>Asks 1 to 1,000 checks of one moment.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="defaults">Fields that the checks have in common; a check's own go before.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>As many results as checks, in their order.</returns>
    Task<BatchDecision> CheckBatchAsync(
        IReadOnlyList<Check> checks,
        BatchDefaults? defaults = null,
        CancellationToken cancellation = default
    );
}
