using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.Registry;
using ConsentRegistry.Console.Sessions;
using Microsoft.AspNetCore.Components;

namespace ConsentRegistry.Console.Components;

/// <summary>
/// A page that asks the registry. What the registry refuses, and that it cannot be reached, is no exception: the page
/// shows <see cref="Trouble"/>, and what it has besides.
/// </summary>
public abstract class RegistryPage : ComponentBase
{
    [Inject]
    internal ConsentRegistryClient Registry { get; set; } = null!;

    [Inject]
    internal Texts T { get; set; } = null!;

    [CascadingParameter]
    internal HttpContext Http { get; set; } = null!;

    /// <summary>Who is signed in.</summary>
    internal Person Person => field ??= new(Http.User);

    /// <summary>What went wrong first; null while nothing did.</summary>
    internal Trouble? Trouble { get; private set; }

    /// <summary>Ends when the reader goes away.</summary>
    protected CancellationToken Gone => Http.RequestAborted;

    /// <summary>Asks the registry something that changes nothing.</summary>
    /// <returns>The answer; null where there is <see cref="Trouble"/> now.</returns>
    internal Task<T?> AskAsync<T>(Func<Task<T>> question)
        where T : class => TryAsync(question, isChange: false);

    /// <summary>Asks the registry for a change.</summary>
    /// <returns>The answer; null where there is <see cref="Trouble"/> now.</returns>
    internal Task<T?> ChangeAsync<T>(Func<Task<T>> change)
        where T : class => TryAsync(change, isChange: true);

    /// <summary>Says that something went wrong; the first that did counts, and gives the page its status.</summary>
    internal void Fail(Trouble trouble)
    {
        Trouble ??= trouble;
        if (!Http.Response.HasStarted)
            Http.Response.StatusCode = (int)Trouble.Status;
    }

    /// <summary>
    /// The key of a form that is shown now. The same form sent again is the same change while it is not known what became
    /// of it; what was refused is asked for anew, for the registry answers a key that it knows as it did before.
    /// </summary>
    /// <param name="key">The key with which the form was sent; null where it was not.</param>
    internal string KeyFor(string? key) =>
        Trouble is { IsRefusal: false } && !string.IsNullOrEmpty(key) ? key : ChangeKey.New();

    private async Task<T?> TryAsync<T>(Func<Task<T>> question, bool isChange)
        where T : class
    {
        try
        {
            return await question();
        }
        catch (Exception e) when (!Gone.IsCancellationRequested && Trouble.From(e, isChange) is { } trouble)
        {
            Fail(trouble);
            return null;
        }
    }
}
