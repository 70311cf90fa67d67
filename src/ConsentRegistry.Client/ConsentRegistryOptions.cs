using Microsoft.Extensions.Options;

namespace ConsentRegistry.Client;

/// <summary>How an application reaches its consent registry. Checked when the host starts.</summary>
public sealed class ConsentRegistryOptions
{
    /// <summary>
    /// Where the registry is, a path included. It starts with <c>https://</c>; <c>http://</c> is accepted only for this
    /// machine itself (loopback), for tokens and answers would go unprotected. Required.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// Gives the bearer token to use now. Called for each attempt of each request, by several at once: it should cache.
    /// What it throws, the method of the client throws. Required.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? AccessToken { get; set; }

    /// <summary>
    /// How long a request may take, all its attempts and the pauses between them included: 10 milliseconds to a day; 10
    /// seconds if it is not set. What takes longer ends with <see cref="TaskCanceledException"/>, and is no consent.
    /// Streams that are followed live have no end; it counts for their beginning.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// What options have to be. By hand, for attributes that the options' generator reads would say only one of the three
/// rules.
/// </summary>
internal sealed class ConsentRegistryOptionsValidator : IValidateOptions<ConsentRegistryOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsentRegistryOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        if (options.Address is not { IsAbsoluteUri: true } address)
            result.AddError("An absolute address is required.", nameof(options.Address));
        else if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            result.AddError("The address starts with https://, or is http:// of loopback.", nameof(options.Address));
        else if (address.Query.Length + address.Fragment.Length + address.UserInfo.Length > 0)
            result.AddError("The address has no query, fragment or user.", nameof(options.Address));
        if (options.AccessToken is null)
            result.AddError("A function that gives tokens is required.", nameof(options.AccessToken));
        if (options.Timeout < RetryHandler.ShortestTotal || options.Timeout > RetryHandler.LongestTotal)
            result.AddError("It is 10 milliseconds to a day.", nameof(options.Timeout));
        return result.Build();
    }
}
