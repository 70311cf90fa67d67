namespace ConsentRegistry.Api.Tests;

/// <summary>Marks tests that are too long for every run: <c>./dev test --full</c> runs them too.</summary>
internal static class LongRun
{
    /// <summary>The name of the trait.</summary>
    public const string Trait = "Run";

    /// <summary>Its value.</summary>
    public const string Full = "Full";
}
