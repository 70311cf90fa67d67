namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary><c>noai</c>: it only denies. What begins with the name of one reader is not for anybody.</summary>
internal static class NoAiReader
{
    /// <summary>The header.</summary>
    public const string Header = "X-Robots-Tag";

    public static SignalReading Read(IEnumerable<string> values) =>
        new(
            SignalFormat.Noai,
            values
                .SelectMany(value => value.Split(','))
                .Any(value => value.Trim().Equals(NoAi.Words[0].Name, StringComparison.OrdinalIgnoreCase))
                ? [new(NoAi.Words[0], Said.Deny)]
                : []
        );
}
