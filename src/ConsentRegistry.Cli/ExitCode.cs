using ConsentRegistry.Client;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Everything was as expected.</summary>
    public const int Success = 0;

    /// <summary>The registry answered otherwise than it promises, or what it wrote was tampered with.</summary>
    public const int Unexpected = 1;

    /// <summary>The registry, or the input, could not be used at all.</summary>
    public const int Unusable = 2;

    /// <summary>Nothing is wrong, but not all that was asked for could be shown.</summary>
    public const int NotShown = 3;

    /// <summary>The code for what a verification found.</summary>
    public static int For(Verdict verdict) =>
        verdict switch
        {
            Verdict.Valid => Success,
            Verdict.Tampered => Unexpected,
            Verdict.NotShown => NotShown,
            _ => Unusable,
        };

    /// <summary>
    /// Whether a command ends with <see cref="Unusable"/> and a sentence by this: the registry does not answer, a file
    /// cannot be read or written, or the user ends it.
    /// </summary>
    public static bool MeansUnusable(Exception wrong) =>
        wrong
            is ConsentRegistryException
                or HttpRequestException
                or IOException
                or UnauthorizedAccessException
                or OperationCanceledException;
}
