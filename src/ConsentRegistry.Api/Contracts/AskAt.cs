namespace ConsentRegistry.Api.Contracts;

/// <summary>Where a requester asks creators for approval.</summary>
internal static class AskAt
{
    /// <summary>The path of approval requests, which an answer with the effect <c>ask</c> names.</summary>
    public const string Path = "/v1/approval-requests";
}
