using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Console.Sessions;

/// <summary>
/// Keeps who is signed in, with their tokens, in the console's database. The browser gets a random key and nothing
/// else.
/// </summary>
internal sealed class SessionStore(
    IDbContextFactory<SessionDatabase> databases,
    IDataProtectionProvider protection,
    TimeProvider clock
) : ITicketStore
{
    private const int KeyBytes = 32;

    // Where a ticket says its own key, for whoever has the ticket alone.
    private const string KeyItem = ".session";

    private readonly IDataProtector protector = protection.CreateProtector("ConsentRegistry.Console.Session.v1");

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(KeyBytes));
        ticket.Properties.Items[KeyItem] = key;
        await using var database = await databases.CreateDbContextAsync();
        database.Sessions.Add(
            new()
            {
                Id = IdOf(key),
                Ticket = Protect(ticket),
                ExpiresAt = EndOf(ticket),
            }
        );
        await database.SaveChangesAsync();
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var (id, content, end) = (IdOf(key), Protect(ticket), EndOf(ticket));
        await using var database = await databases.CreateDbContextAsync();
        await database
            .Sessions.Where(row => row.Id == id)
            .ExecuteUpdateAsync(set =>
                set.SetProperty(row => row.Ticket, content).SetProperty(row => row.ExpiresAt, end)
            );
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var (id, now) = (IdOf(key), clock.GetUtcNow());
        await using var database = await databases.CreateDbContextAsync();
        var content = await database
            .Sessions.Where(row => row.Id == id && row.ExpiresAt > now)
            .Select(row => row.Ticket)
            .SingleOrDefaultAsync();
        return content is null ? null : Unprotect(content);
    }

    public async Task RemoveAsync(string key)
    {
        var id = IdOf(key);
        await using var database = await databases.CreateDbContextAsync();
        await database.Sessions.Where(row => row.Id == id).ExecuteDeleteAsync();
    }

    /// <summary>
    /// Replaces a session's tokens, once at a time: whoever comes meanwhile, on whatever node, waits and gets the new
    /// ones.
    /// </summary>
    /// <param name="stale">The ticket whose tokens are too old.</param>
    /// <param name="isFresh">Whether a ticket needs nothing, since somebody else replaced its tokens.</param>
    /// <param name="refresh">Gets new tokens; null where the session is over.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The ticket with new tokens; null where the session is over.</returns>
    public async Task<AuthenticationTicket?> RefreshAsync(
        AuthenticationTicket stale,
        Predicate<AuthenticationTicket> isFresh,
        Func<AuthenticationTicket, CancellationToken, Task<AuthenticationTicket?>> refresh,
        CancellationToken cancellation
    )
    {
        if (stale.Properties.Items[KeyItem] is not { } key)
            return null;
        var id = IdOf(key);
        await using var database = await databases.CreateDbContextAsync(cancellation);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var row = await database
            .Sessions.FromSql($"SELECT * FROM console.session WHERE id = {id} FOR UPDATE")
            .SingleOrDefaultAsync(cancellation);
        if (row is null || Unprotect(row.Ticket) is not { } current)
            return null;
        if (isFresh(current))
            return current;
        var renewed = await refresh(current, cancellation);
        if (renewed is null)
            database.Sessions.Remove(row);
        else
            row.Ticket = Protect(renewed);
        // The provider has taken the old refresh token already: what it gave for it is kept, whoever has gone away.
        await database.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return renewed;
    }

    /// <summary>Deletes the sessions that have ended.</summary>
    public async Task<int> DeleteEndedAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellation);
        return await database.Sessions.Where(row => row.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
    }

    private static byte[] IdOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static DateTimeOffset EndOf(AuthenticationTicket ticket) =>
        ticket.Properties.ExpiresUtc
        ?? throw new InvalidOperationException("The cookie scheme gives each session an end.");

    private byte[] Protect(AuthenticationTicket ticket) =>
        protector.Protect(TicketSerializer.Default.Serialize(ticket));

    // A key that is lost ends the sessions that it protected.
    private AuthenticationTicket? Unprotect(byte[] content)
    {
        try
        {
            return TicketSerializer.Default.Deserialize(protector.Unprotect(content));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
