using System.Security.Cryptography;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace ConsentRegistry.Api.Notifications;

/// <summary>
/// The operator's key ring: a folder outside the database, with the keys that encrypt what the database must not show.
/// </summary>
internal static class KeyRing
{
    // Part of what is stored: hosts with another name could not read each other's secrets.
    private const string ApplicationName = "consent-registry";

    // Any number that nothing else in this database locks by.
    private const long FirstUseLock = 0x6b657972;

    /// <summary>
    /// Adds ASP.NET's data protection over the folder. It makes a new key every 90 days, two days before the key is
    /// used.
    /// </summary>
    public static IServiceCollection AddKeyRing(this IServiceCollection services, RegistryOptions options)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName).PersistKeysToFileSystem(new(options.KeyRing));
        services.AddSingleton<WebhookSecrets>();
        return services;
    }

    /// <summary>
    /// Checks that the ring can be used and opens what the database holds, and encrypts secrets that are not encrypted
    /// yet.
    /// </summary>
    /// <param name="secrets">What encrypts, over the ring.</param>
    /// <param name="options">
    /// Where the ring is. Only in Development the folder is made if it is missing: elsewhere that is a mistake in its
    /// name.
    /// </param>
    /// <param name="database">A migrated database.</param>
    /// <param name="renew">Whether to encrypt anew what an older key of the ring encrypted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StartupException">
    /// The ring cannot be used, or is not the one that the database's secrets were encrypted with.
    /// </exception>
    public static async Task PrepareAsync(
        WebhookSecrets secrets,
        RegistryOptions options,
        Database database,
        bool renew,
        CancellationToken cancellation
    )
    {
        await RequireAsync(secrets, options, database, cancellation);
        foreach (var (webhook, secret) in await WebhookStore.ListOnePerKeyAsync(database, cancellation))
        {
            if (!secrets.TryDecrypt(webhook, [secret], out _))
                throw new StartupException(
                    $"The key ring in {options.KeyRing} does not open the secrets of webhooks in the database. Use the "
                        + "ring that they were encrypted with."
                );
        }
        await WebhookStore.ReplaceSecretsAsync(database, onlyClear: !renew, secrets.Renew, cancellation);
    }

    /// <summary>
    /// Has a copy of another database use this ring: a secret that the ring does not open is lost, and a new one takes
    /// its place. Owners of webhooks have to replace those before they can verify messages again.
    /// </summary>
    /// <exception cref="StartupException">The ring cannot be used.</exception>
    public static async Task AdoptAsync(
        WebhookSecrets secrets,
        RegistryOptions options,
        Database database,
        CancellationToken cancellation
    )
    {
        await RequireAsync(secrets, options, database, cancellation);
        await WebhookStore.ReplaceSecretsAsync(
            database,
            onlyClear: false,
            (webhook, stored) =>
                secrets.TryDecrypt(webhook, [stored], out _)
                    ? secrets.Renew(webhook, stored)
                    : secrets.Encrypt(webhook, WebhookSecret.Draw()),
            cancellation
        );
    }

    /// <summary>Checks that the ring can be used, and makes its first key.</summary>
    private static async Task RequireAsync(
        WebhookSecrets secrets,
        RegistryOptions options,
        Database database,
        CancellationToken cancellation
    )
    {
        if (options.IsDevelopment)
            Directory.CreateDirectory(options.KeyRing);
        else if (!Directory.Exists(options.KeyRing))
            throw new StartupException($"DataProtection:KeyRing names no folder: {options.KeyRing}.");
        try
        {
            // One host after the other: where the ring is empty the first makes its key, and the others find it.
            await using var connection = await database.Changes.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var order = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({FirstUseLock})", connection))
                await order.ExecuteNonQueryAsync(cancellation);
            var probe = WebhookSecret.Draw();
            if (
                !secrets.TryDecrypt(default, [secrets.Encrypt(default, probe)], out var read)
                || !read[0].AsSpan().SequenceEqual(probe)
            )
                throw new CryptographicException();
        }
        catch (Exception e)
            when (e is CryptographicException or IOException or UnauthorizedAccessException or System.Xml.XmlException)
        {
            throw new StartupException(
                $"DataProtection:KeyRing cannot be used: the host has to read and write key files in {options.KeyRing}."
            );
        }
    }
}
