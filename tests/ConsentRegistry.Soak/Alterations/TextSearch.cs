using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>Shows what was altered to the verifier of <c>consent verify</c>.</summary>
internal static class TextSearch
{
    /// <summary>What is wrong with what nobody altered; null if all of it is valid.</summary>
    public static string? FindAnyway(Kept kept) =>
        new[] { kept.Auditor, kept.Auditor with { Receipts = [.. kept.Receipts] } }
            .Select(request => Verify(kept.Export, request))
            .Append(Verify(kept.Bundle, kept.Auditor))
            .Select(report => report.Failure?.What)
            .FirstOrDefault(what => what is not null);

    /// <summary>Searches for each.</summary>
    public static IReadOnlyList<Outcome> Run(Kept kept, IEnumerable<TextAlteration> alterations, Random random) =>
        [.. alterations.Select(alteration => Search(kept, alteration, random))];

    private static Outcome Search(Kept kept, TextAlteration alteration, Random random)
    {
        var shown = alteration.Make(kept, random);
        var started = Stopwatch.GetTimestamp();
        var report = Verify(shown.Export, shown.Request);
        return new(
            alteration,
            report.Failure is { } failure ? Describe(failure) : null,
            Stopwatch.GetElapsedTime(started)
        );
    }

    private static VerificationReport Verify(byte[] export, VerificationRequest request)
    {
        using var verifier = new ExportVerifier(request, AlteredRegistry.Ed25519);
        verifier.Read(export);
        verifier.EndInput();
        return verifier.Finish();
    }

    private static string Describe(Finding failure) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{failure.Verdict}{Named("line", failure.Line)}{Named("entry", failure.Seq)} {failure.Code}: "
                + $"{failure.What}"
        );

    private static string Named(string what, long? number) =>
        number is { } at ? string.Create(CultureInfo.InvariantCulture, $" {what} {at}") : "";
}
