namespace ConsentRegistry.Client.AspNetCore;

/// <summary>The words in <c>code</c> of the problem details with which an endpoint refuses.</summary>
public static class ConsentProblemCodes
{
    /// <summary>Status 403: the registry does not allow the use.</summary>
    public const string ConsentRefused = "consentRefused";

    /// <summary>Status 403: the registry allows the use under obligations that the endpoint does not meet.</summary>
    public const string ObligationsNotMet = "obligationsNotMet";

    /// <summary>Status 503: there is no answer of the registry.</summary>
    public const string ConsentUnavailable = "consentUnavailable";

    /// <summary>Status 400: the arguments of the request cannot be read.</summary>
    public const string InvalidRequest = "invalidRequest";

    /// <summary>Status 400: the request names no video, or not by ids.</summary>
    public const string InvalidVideo = "invalidVideo";

    /// <summary>Status 400: the request names no requester, or not by an id.</summary>
    public const string InvalidRequester = "invalidRequester";
}
