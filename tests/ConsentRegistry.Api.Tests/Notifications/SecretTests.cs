using System.Security.Cryptography;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Tests.Startup;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>Secrets of webhooks: encrypted in the database, with a key ring that is elsewhere.</summary>
public sealed class SecretTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("consent-ring-").FullName;
    private readonly string creator = RegistryApplication.NewId();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_database_has_no_secret_in_clear_and_messages_are_signed_by_what_was_shown()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await using var receiver = await Receiver.StartAsync();
        var (id, first) = await app.OfCreatorAsync(creator, receiver.Url);
        var second = (string)
            (await app.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200)["secret"]!;
        await app.ChangeAsync(creator);
        await Eventually.HoldsAsync("the message is there", () => Task.FromResult(receiver.All.Count > 0));
        Assert.True(receiver.All[0].IsSignedBy(first) && receiver.All[0].IsSignedBy(second));
        Assert.True(
            (bool)(await app.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200)["delivered"]!
        );

        var stored = await app.QueryAsync<byte[]>(
            "SELECT secret FROM consent.webhook UNION ALL SELECT secret FROM consent.former_secret"
        );
        Assert.Equal(2, stored.Count);
        foreach (var secret in new[] { first, second })
            Assert.All(
                stored,
                one => Assert.Equal(-1, one.AsSpan().IndexOf(Convert.FromBase64String(secret["whsec_".Length..])))
            );
        // Nor is one webhook's of any use to another.
        var secrets = app.Services.GetRequiredService<WebhookSecrets>();
        Assert.True(secrets.TryDecrypt(Guid.Parse(id), stored, out _));
        Assert.False(secrets.TryDecrypt(Guid.NewGuid(), stored, out _));
    }

    [Fact]
    public async Task Secrets_from_before_are_encrypted_when_a_host_starts_and_go_on_signing()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString);
        await using var receiver = await Receiver.StartAsync();
        var (id, _) = await app.OfCreatorAsync(creator, receiver.Url);
        var clear = RandomNumberGenerator.GetBytes(32);
        await app.QueryAsync<int>("UPDATE consent.webhook SET secret = $1 RETURNING 1", clear);
        await app.QueryAsync<int>(
            "INSERT INTO consent.former_secret SELECT id, $1, now() + interval '1 h' FROM consent.webhook RETURNING 1",
            RandomNumberGenerator.GetBytes(24)
        );
        await app.StopAsync();

        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString);
        Assert.All(
            await again.QueryAsync<byte[]>(
                "SELECT secret FROM consent.webhook UNION ALL SELECT secret FROM consent.former_secret"
            ),
            one => Assert.True(!WebhookSecrets.IsClear(one) && one.AsSpan().IndexOf(clear) < 0)
        );
        (await again.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.True(Assert.Single(receiver.All).IsSignedBy(WebhookSecret.Print(clear)));
    }

    [Fact]
    public async Task A_new_key_encrypts_from_then_on_and_a_migration_encrypts_the_rest_anew_so_that_the_old_key_can_go()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var ring = $"DataProtection:KeyRing={folder}";
        var app = await RegistryApplication.StartAsync(connectionString, ring);
        await using var receiver = await Receiver.StartAsync();
        var (id, secret) = await app.OfCreatorAsync(creator, receiver.Url);
        var old = Assert.Single(Directory.GetFiles(folder, "key-*.xml"));
        var now = TimeProvider.System.GetUtcNow();
        app.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));
        await app.StopAsync();
        Assert.Equal(2, Directory.GetFiles(folder, "key-*.xml").Length);

        await CommandAsync("migrate", connectionString, app.DataFolder);
        File.Delete(old);

        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString, ring);
        (await again.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.True(Assert.Single(receiver.All).IsSignedBy(secret));
    }

    [Fact]
    public async Task What_is_encrypted_can_be_read_under_the_names_that_it_was_always_stored_under()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"DataProtection:KeyRing={folder}"
        );
        var (id, secret) = await app.OfCreatorAsync(creator, new("https://hooks.example.com/"));
        var stored = await app.ScalarAsync<byte[]>("SELECT secret FROM consent.webhook");

        // A host of another version, which has nothing but these names in common with this one.
        var other = DataProtectionProvider.Create(
            new DirectoryInfo(folder),
            ring => ring.SetApplicationName("consent-registry")
        );
        var read = other
            .CreateProtector("ConsentRegistry.WebhookSecret")
            .CreateProtector($"{Guid.Parse(id):D}")
            .Unprotect(stored);
        Assert.Equal(secret, WebhookSecret.Print(read));
    }

    [Fact]
    public async Task A_host_with_another_ring_or_none_does_not_start()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString);
        await app.OfCreatorAsync(creator, new("https://hooks.example.com/"));
        await app.StopAsync();

        var refusal = await Assert.ThrowsAsync<StartupException>(() =>
            RegistryApplication.StartInAsync(app.DataFolder, connectionString, $"DataProtection:KeyRing={folder}")
        );
        Assert.Contains("does not open", refusal.Message, StringComparison.Ordinal);
        var elsewhere = await postgres.CreateDatabaseAsync();
        refusal = await Assert.ThrowsAsync<StartupException>(() =>
            RegistryApplication.StartAsync(
                elsewhere,
                "environment=Production",
                "Tokens:Authority=https://issuer.example",
                $"DataProtection:KeyRing={Path.Combine(folder, "nowhere")}"
            )
        );
        Assert.StartsWith("DataProtection:KeyRing names no folder", refusal.Message, StringComparison.Ordinal);
        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString);
    }

    [Fact]
    public async Task Whoever_owns_a_webhook_does_not_learn_which_names_lead_into_the_operators_network()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Notifications:AllowLoopback=false"
        );
        var ends = new HashSet<string>(StringComparer.Ordinal);
        foreach (var host in new[] { "localhost", "nowhere.invalid" })
        {
            var (id, _) = await app.OfCreatorAsync(creator, new($"https://{host}/"));
            ends.Add((await app.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200).Text);
            await app.ChangeAsync(creator, purpose: host == "localhost" ? "remix" : "mining");
            await Eventually.HoldsAsync(
                "it was tried",
                async () =>
                    (await app.Creator(creator).DeliveriesAsync(id)).Any(delivery => (int)delivery["attempts"]! > 0)
            );
            ends.Add(
                (string)
                    (await app.Creator(creator).DeliveriesAsync(id)).First(delivery => (int)delivery["attempts"]! > 0)[
                        "error"
                    ]!
            );
        }
        Assert.Equal(
            ["unreachable", """{"delivered":false,"status":null,"error":"unreachable"}"""],
            ends.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_copy_that_another_ring_cannot_open_has_new_secrets_once_it_is_declared()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString, $"DataProtection:KeyRing={folder}");
        await using var receiver = await Receiver.StartAsync();
        var (id, secret) = await app.OfCreatorAsync(creator, receiver.Url);
        await app.StopAsync();
        var other = Directory.CreateTempSubdirectory("consent-ring-").FullName;
        var options = RegistryOptionsOf(app, other);

        await using (var database = new Database(connectionString))
        await using (var services = new ServiceCollection().AddLogging().AddKeyRing(options).BuildServiceProvider())
        {
            var secrets = services.GetRequiredService<WebhookSecrets>();
            await Assert.ThrowsAsync<StartupException>(() =>
                KeyRing.PrepareAsync(secrets, options, database, renew: true, TestContext.Current.CancellationToken)
            );
            await KeyRing.AdoptAsync(secrets, options, database, TestContext.Current.CancellationToken);
            await KeyRing.PrepareAsync(secrets, options, database, renew: true, TestContext.Current.CancellationToken);
        }

        await using var copy = await RegistryApplication.StartInAsync(
            app.DataFolder,
            connectionString,
            $"DataProtection:KeyRing={other}"
        );
        (await copy.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.False(Assert.Single(receiver.All).IsSignedBy(secret));
    }

    [Fact]
    public async Task A_copy_whose_ring_came_with_it_keeps_its_secrets_when_it_is_declared()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var ring = $"DataProtection:KeyRing={folder}";
        var app = await RegistryApplication.StartAsync(connectionString, ring);
        await using var receiver = await Receiver.StartAsync();
        var (id, secret) = await app.OfCreatorAsync(creator, receiver.Url);
        await app.StopAsync();

        await CommandAsync("declare-copy", connectionString, app.DataFolder);

        await using var copy = await RegistryApplication.StartInAsync(app.DataFolder, connectionString, ring);
        (await copy.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.True(Assert.Single(receiver.All).IsSignedBy(secret));
    }

    [Fact]
    public async Task Hosts_that_start_at_once_with_an_empty_ring_make_one_key_between_them()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        var options = RegistryOptionsOf(app);
        await using var connection = await app.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        // By this number hosts of every version take turns.
        await using var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock(x'6b657972'::bigint)", connection);
        await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var preparing = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => PrepareAsync(connectionString, options)));
        await Eventually.HoldsAsync(
            "both wait",
            async () =>
                preparing.IsCompleted
                || await app.ScalarAsync<bool>(
                    "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                        + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
        );
        Assert.Empty(Directory.GetFiles(folder));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await preparing;

        Assert.Single(Directory.GetFiles(folder, "key-*.xml"));
    }

    [Fact]
    public async Task A_ring_that_cannot_be_read_is_named()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"key-{Guid.NewGuid()}.xml"),
            "<key",
            TestContext.Current.CancellationToken
        );

        var refusal = await Assert.ThrowsAsync<StartupException>(() =>
            PrepareAsync(connectionString, RegistryOptionsOf(app))
        );
        Assert.Equal(
            $"DataProtection:KeyRing cannot be used: the host has to read and write key files in {folder}.",
            refusal.Message
        );
    }

    private async Task CommandAsync(string command, string connectionString, string data) =>
        (
            await HostProcess.RunHereAsync(
                command,
                [.. HostProcess.Development(connectionString, data), ("DataProtection__KeyRing", folder)]
            )
        ).Succeeded();

    /// <summary>Prepares a ring as the `migrate` command does, which has no host.</summary>
    private static async Task PrepareAsync(string connectionString, RegistryOptions options)
    {
        await using var database = new Database(connectionString);
        await using var services = new ServiceCollection().AddLogging().AddKeyRing(options).BuildServiceProvider();
        await KeyRing.PrepareAsync(
            services.GetRequiredService<WebhookSecrets>(),
            options,
            database,
            renew: true,
            TestContext.Current.CancellationToken
        );
    }

    private RegistryOptions RegistryOptionsOf(RegistryApplication app, string? ring = null) =>
        new()
        {
            DataFolder = app.DataFolder,
            Audience = "",
            ChangesPerSecond = 1,
            LogOrigin = "",
            KeyRing = ring ?? folder,
        };
}
