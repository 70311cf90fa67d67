using System.Globalization;
using ConsentRegistry.Api.Startup;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>For how long requests can be answered, and how many a creator is bothered with.</summary>
/// <param name="OpenDays">Days in which a request can be answered: <c>Approvals:OpenDays</c>.</param>
/// <param name="RefusedDays">Days in which what a creator refused cannot be asked again: <c>Approvals:RefusedDays</c>; 0 for none.</param>
/// <param name="OpenPerRequester">Requests of one requester to one creator in <paramref name="OpenDays"/> that nobody answered, withdrawn ones among them: <c>Approvals:OpenPerRequester</c>.</param>
internal sealed record ApprovalOptions(int OpenDays, int RefusedDays, int OpenPerRequester)
{
    /// <summary>Open requests that one creator can have from everybody together: beyond it they only see that nobody can ask any more.</summary>
    public const int OpenPerCreator = 10_000;

    /// <summary>Grants of one creator that stand: a deny that touches them all is still one version.</summary>
    public const int GrantsPerCreator = 10_000;

    /// <summary>Creators whom one request can ask: the streams of all of them are locked while it is written.</summary>
    public const int CreatorsPerRequest = 256;

    private const int LongestDays = 3_650;

    private const int MostOpen = OpenPerCreator;

    public static readonly ApprovalOptions Usual = new(OpenDays: 30, RefusedDays: 90, OpenPerRequester: 100);

    public static ApprovalOptions From(IConfiguration configuration) => new(
        Number(configuration, "Approvals:OpenDays", Usual.OpenDays, 1, LongestDays),
        Number(configuration, "Approvals:RefusedDays", Usual.RefusedDays, 0, LongestDays),
        Number(configuration, "Approvals:OpenPerRequester", Usual.OpenPerRequester, 1, MostOpen));

    private static int Number(IConfiguration configuration, string key, int usual, int least, int most)
    {
        if (configuration[key] is not { Length: > 0 } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new StartupException($"{key} is a whole number from {least} to {most}.");
    }
}
