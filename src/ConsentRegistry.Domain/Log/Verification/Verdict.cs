using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>What became of a verification; the worst comes last.</summary>
public enum Verdict
{
    /// <summary>Everything that was asked for holds.</summary>
    Valid,

    /// <summary>Nothing is wrong, but a receipt says something that the log does not show.</summary>
    NotShown,

    /// <summary>What was given is not enough, or not of the kind, to say either.</summary>
    Unusable,

    /// <summary>Something is not as the registry wrote and signed it.</summary>
    Tampered,
}

/// <summary>Why a verification did not succeed: the first thing that is wrong.</summary>
/// <param name="Verdict">Any but <see cref="Verdict.Valid"/>.</param>
/// <param name="What">One sentence for people.</param>
/// <param name="Seq">The entry, where one is at fault.</param>
/// <param name="Input">Which input, from 1, where a line is at fault.</param>
/// <param name="Line">The line of that input, from 1.</param>
public sealed record Finding(Verdict Verdict, string What, long? Seq = null, int? Input = null, long? Line = null)
{
    /// <summary>
    /// The stable word for the rule that an event breaks, one of <see cref="ReplayRules.All"/>; null if it is another
    /// thing that is wrong.
    /// </summary>
    public string? Code { get; init; }

    internal static Finding Broken(Violation violation, long seq) =>
        Tampered(violation.How, seq) with
        {
            Code = violation.Rule.Code,
        };

    internal static Finding Tampered(string what, long? seq = null) => new(Verdict.Tampered, what, seq);

    internal static Finding Unusable(string what, long? seq = null) => new(Verdict.Unusable, what, seq);
}
