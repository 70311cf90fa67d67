using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Domain.Approvals;

namespace ConsentRegistry.Api.Configuration;

/// <summary>For how long requests can be answered, and how many a creator is bothered with.</summary>
internal sealed record ApprovalOptions
{
    /// <summary>
    /// Open requests that one creator can have from everybody together: beyond it they only see that nobody can ask any
    /// more.
    /// </summary>
    public const int OpenPerCreator = 10_000;

    /// <summary>Grants of one creator that stand: a deny that touches them all is still one version.</summary>
    public const int GrantsPerCreator = 10_000;

    /// <summary>Creators whom one request can ask: the streams of all of them are locked while it is written.</summary>
    public const int CreatorsPerRequest = 256;

    private const int LongestDays = 3_650;

    private const string WholeNumber = "{0} is a whole number from {1} to {2}.";

    /// <summary>Days in which a request can be answered.</summary>
    [Range(1, LongestDays, ErrorMessage = WholeNumber)]
    public int OpenDays { get; init; } = 30;

    /// <summary>Days in which what a creator refused cannot be asked again; 0 for none.</summary>
    [Range(0, LongestDays, ErrorMessage = WholeNumber)]
    public int RefusedDays { get; init; } = 90;

    /// <summary>
    /// Requests of one requester to one creator in <see cref="OpenDays"/> that nobody answered, withdrawn ones among
    /// them.
    /// </summary>
    [Range(1, OpenPerCreator, ErrorMessage = WholeNumber)]
    public int OpenPerRequester { get; init; } = 100;

    /// <summary>How often a requester may ask the same creators.</summary>
    public AskingLimits AskingLimits => new(OpenDays, RefusedDays, OpenPerRequester, OpenPerCreator);
}
