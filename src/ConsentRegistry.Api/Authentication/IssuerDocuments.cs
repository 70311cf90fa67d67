using ConsentRegistry.Api.Diagnostics;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ConsentRegistry.Api.Authentication;

/// <summary>
/// Reads what the issuer of tokens publishes, knows when that last went well, and says in the log what could not be
/// read, where and why.
/// </summary>
internal sealed partial class IssuerDocuments(TimeProvider clock, ILogger<IssuerDocuments> logger)
    : IConfigurationRetriever<OpenIdConnectConfiguration>
{
    /// <summary>How often the same failure is said again.</summary>
    private static readonly TimeSpan BetweenSayings = TimeSpan.FromMinutes(1);

    private readonly Lock guard = new();
    private long? readAt;
    private (string Problem, long At)? said;

    /// <summary>How long ago the documents were read; null if they never were.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (guard)
                return readAt is { } at ? clock.GetElapsedTime(at) : null;
        }
    }

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(
        string address,
        IDocumentRetriever retriever,
        CancellationToken cancel
    )
    {
        var asked = new Asked(retriever);
        try
        {
            var published = await OpenIdConnectConfigurationRetriever.GetAsync(address, asked, cancel);
            TokenRules.KeepVerifyingKeys(published);
            lock (guard)
                (readAt, said) = (clock.GetTimestamp(), null);
            return published;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            Say(WithoutSecrets(asked.Last ?? address), ReasonOf(e));
            throw;
        }
    }

    private void Say(string address, string reason)
    {
        lock (guard)
        {
            var problem = $"{address} {reason}";
            if (said is { } before && before.Problem == problem && clock.GetElapsedTime(before.At) < BetweenSayings)
                return;
            said = (problem, clock.GetTimestamp());
        }
        LogUnread(address, reason);
    }

    // An answer's status is in the exception's data, and not among its causes.
    private static string ReasonOf(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause.Data[HttpDocumentRetriever.StatusCode] is { } status)
                return $"HTTP {(int)status}";
        }
        return ExceptionSummary.Summarize(e);
    }

    // A provider's address needs no name, password or query, and no one but the provider should see those.
    private static string WithoutSecrets(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : "an address that is none";

    [LoggerMessage(
        LogEvents.IssuerKeysUnread,
        LogLevel.Warning,
        "The issuer's keys could not be read from {Address}: {Reason}; docs/how-to/connect-an-identity-provider.md "
            + "says "
            + "what to look at",
        EventName = nameof(LogEvents.IssuerKeysUnread)
    )]
    private partial void LogUnread(string address, string reason);

    /// <summary>Knows which document was asked for last: the metadata name the address of the keys.</summary>
    private sealed class Asked(IDocumentRetriever inner) : IDocumentRetriever
    {
        public string? Last { get; private set; }

        public Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            Last = address;
            return inner.GetDocumentAsync(address, cancel);
        }
    }
}
