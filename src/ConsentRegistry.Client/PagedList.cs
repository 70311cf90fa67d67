namespace ConsentRegistry.Client;

/// <summary>
/// A list that the registry gives page by page. Enumerated, it gives every item, and asks for each page when it is
/// needed; <see cref="GetPageAsync"/> gives a single page, for whoever shows pages to people.
/// </summary>
/// <remarks>Nothing is asked before that. It can be enumerated again, and then asks again.</remarks>
/// <typeparam name="T">What the items are.</typeparam>
public sealed class PagedList<T> : IAsyncEnumerable<T>
{
    private readonly Func<string?, CancellationToken, Task<Page<T>>> read;
    private readonly CancellationToken cancellation;

    internal PagedList(Func<string?, CancellationToken, Task<Page<T>>> read, CancellationToken cancellation) =>
        (this.read, this.cancellation) = (read, cancellation);

    /// <summary>Reads one page.</summary>
    /// <param name="cursor">
    /// <see cref="Page{T}.NextCursor"/> of the page before; null for the first. It belongs to this list with these
    /// filters: the registry refuses it in another (status 422).
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Page<T>> GetPageAsync(string? cursor = null, CancellationToken cancellation = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(this.cancellation, cancellation);
        return await read(cursor, either.Token);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        string? cursor = null;
        do
        {
            var page = await GetPageAsync(cursor, cancellationToken);
            foreach (var item in page.Items)
                yield return item;
            if (page.NextCursor is not null && page.NextCursor == cursor)
                throw Wire.Unreadable("The list does not go on.");
            cursor = page.NextCursor;
        } while (cursor is not null);
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="NextCursor">Where the next page begins; null where this is the last one.</param>
/// <typeparam name="T">What the items are.</typeparam>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor = null);
