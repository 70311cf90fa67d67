using System.ComponentModel.DataAnnotations;

namespace ConsentRegistry.Api.Configuration;

/// <summary>Whether decisions are logged, which of them, and where to.</summary>
internal sealed record DecisionLogOptions : KeySettings
{
    /// <summary>Nothing is logged.</summary>
    public const string Off = "off";

    /// <summary>Decisions are lines of JSON in files of this node.</summary>
    public const string ToFile = "file";

    /// <summary>Decisions are log records, sent by OTLP as the variables <c>OTEL_…</c> say.</summary>
    public const string ToOtlp = "otlp";

    /// <summary>Ids are named by pseudonyms.</summary>
    public const string Pseudonyms = "pseudonyms";

    private const int MostMegabytes = 10_000;

    private const int MostFiles = 10_000;

    /// <summary>Where to.</summary>
    [AllowedValues(Off, ToFile, ToOtlp, ErrorMessage = "{0} is off, file or otlp.")]
    public string To { get; init; } = Off;

    /// <summary>The share of decisions that are logged. One whose id was asked for is logged always.</summary>
    [Range(0.0, 1.0, ErrorMessage = "{0} is a number from 0 to 1.")]
    public double Share { get; init; } = 1;

    /// <summary>The newest file; a full one gets a number. In the data folder unless it is named.</summary>
    public string? File { get; init; }

    /// <summary>The size with which a file is full, in megabytes of 1,048,576 bytes.</summary>
    [Range(1, MostMegabytes, ErrorMessage = "{0} is a whole number of megabytes, from {1} to {2}.")]
    public int FileMegabytes { get; init; } = 100;

    /// <summary>How many files are kept, the newest among them.</summary>
    [Range(1, MostFiles, ErrorMessage = "{0} is a whole number, from {1} to {2}.")]
    public int Files { get; init; } = 10;

    /// <summary>How creators, videos and requesters are named.</summary>
    [AllowedValues(Pseudonyms, "plain", ErrorMessage = "{0} is pseudonyms or plain.")]
    public string Ids { get; init; } = Pseudonyms;

    /// <summary>Whether decisions are logged.</summary>
    public bool IsOn => To != Off;

    /// <summary>Whether ids are named by pseudonyms.</summary>
    public bool HidesIds => Ids == Pseudonyms;
}
