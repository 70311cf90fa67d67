namespace ConsentRegistry.Client;

/// <summary>Where a text with signals was found. A newer registry may know more places.</summary>
public static class SignalSources
{
    /// <summary>Headers of an answer of HTTP, a line each.</summary>
    public const string Headers = "headers";

    /// <summary>The file <c>/robots.txt</c> of a site.</summary>
    public const string Robots = "robots";

    /// <summary>The file <c>/.well-known/tdmrep.json</c> of a site.</summary>
    public const string Tdmrep = "tdmrep";

    /// <summary>An RSL document.</summary>
    public const string Rsl = "rsl";

    /// <summary>An XMP packet, part of a file or beside it.</summary>
    public const string Xmp = "xmp";

    /// <summary>A C2PA manifest as JSON, a manifest store, or an assertion of it alone.</summary>
    public const string Manifest = "manifest";

    /// <summary>An HTML page.</summary>
    public const string Page = "page";
}

/// <summary>How what a signal says stands to what the registry answers.</summary>
public static class Drifts
{
    /// <summary>Both say the same.</summary>
    public const string Agrees = "agrees";

    /// <summary>The signal says less than the registry allows.</summary>
    public const string Stricter = "stricter";

    /// <summary>The signal says more than the registry allows.</summary>
    public const string Looser = "looser";

    /// <summary>The signal says nothing of the purpose.</summary>
    public const string Unknown = "unknown";
}

/// <summary>What a signal says of a purpose, beside the registry's answer.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Says">What the signal says: <c>allow</c>, <c>nothing</c>, <c>ask</c> or <c>deny</c>.</param>
/// <param name="Effect">What the registry answers to everybody: the most restrictive effect.</param>
/// <param name="Drift">One of <see cref="Drifts"/>.</param>
public sealed record PurposeDrift(string Purpose, string Says, Effect Effect, string Drift);

/// <summary>Why a text cannot be read in a format.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The place in that line, from 1.</param>
/// <param name="Detail">One sentence for people.</param>
public sealed record UnreadableSignal(int Line, int Column, string Detail);

/// <summary>What a text says in one format, beside the registry's answers.</summary>
/// <param name="Format">One of <see cref="SignalFormats"/>.</param>
/// <param name="Unreadable">Why it cannot be read; null if it can. Then it says nothing.</param>
/// <param name="Purposes">For each purpose.</param>
public sealed record FormatDrift(string Format, UnreadableSignal? Unreadable, IReadOnlyList<PurposeDrift> Purposes);

/// <summary>How a signal stands to the registry.</summary>
/// <param name="Url">The URL that it is about; null of what is part of the file.</param>
/// <param name="FreshAt">The moment of the registry's answers.</param>
/// <param name="Formats">For each format that may stand there.</param>
public sealed record SignalComparison(string? Url, DateTimeOffset FreshAt, IReadOnlyList<FormatDrift> Formats);

internal sealed record SignalToCompare(string Source, string Text, string? Url);
