using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// <c>noai</c> and <c>noimageai</c> (DeviantArt, November 2022). They only deny, and nobody defined what.
/// </summary>
internal static class NoAi
{
    private const string Value = "noai, noimageai";

    internal static readonly ImmutableArray<Word> Words = [new("noai", StandardPurposes.AllTraining)];

    public static Signal OfContent(PublicConsent consent)
    {
        var statement = new Statement(consent, new() { NeverAllows = Lost.Allow }, Words);
        var isSilent = statement.Says[0] != Said.Deny;
        return new(
            SignalFormat.Noai,
            SignalForm.Meta,
            isSilent ? null : "text/html",
            isSilent ? null : $"<meta name=\"robots\" content=\"{Value}\">",
            isSilent ? [] : [new("X-Robots-Tag", Value)],
            null,
            [.. statement.Losses]
        );
    }
}
