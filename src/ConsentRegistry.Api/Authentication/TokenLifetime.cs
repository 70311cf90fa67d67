namespace ConsentRegistry.Api.Authentication;

/// <summary>Until when a token is taken: one rule for every request and every stream.</summary>
internal static class TokenLifetime
{
    /// <summary>
    /// By how much the clocks of the issuer and of this host may differ. A token is good for so much longer than its
    /// <c>exp</c>, and as much earlier than its <c>nbf</c>.
    /// </summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>When a token ends whose <c>exp</c> is this moment.</summary>
    /// <param name="expiry">The moment, in UTC.</param>
    public static DateTime EndOf(DateTime expiry) =>
        DateTime.MaxValue - expiry > ClockSkew ? expiry + ClockSkew : DateTime.MaxValue;
}
