using System.Globalization;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// The seed of tests that draw at random: always the same, so that a change is judged by itself, unless
/// <see cref="Variable"/> gives another to search further.
/// </summary>
internal static class TestSeed
{
    /// <summary>The environment variable that holds another seed.</summary>
    public const string Variable = "CONSENT_TEST_SEED";

    private const int Usual = 20_260_401;

    public static int Get() =>
        int.TryParse(
            Environment.GetEnvironmentVariable(Variable),
            NumberStyles.Integer,
            CultureInfo.InvariantCulture,
            out var given
        )
            ? given
            : Usual;
}
