using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConsentRegistry.Api.Persistence.Migrations;

/// <summary>A migration is a SQL script of this folder, run in one transaction and never edited once it was released.</summary>
public abstract class ScriptMigration(string script) : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql(Read());
    }

    private string Read()
    {
        var assembly = typeof(ScriptMigration).Assembly;
        var name = assembly.GetManifestResourceNames().Single(resource => resource.EndsWith($".{script}.sql", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>The tables of settings, videos and vocabulary, the inbox of events, and the idempotency keys.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0001_registry")]
public sealed class Registry() : ScriptMigration("0001_registry");

/// <summary>The history log, and the rights of the host and of auditors.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0002_log")]
public sealed class Log() : ScriptMigration("0002_log");

/// <summary>The nodes that answer from memory, and what replays wait for.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0003_replica")]
public sealed class Replicas() : ScriptMigration("0003_replica");

/// <summary>Approval requests, grants, and who may not ask.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0004_approvals")]
public sealed class Approvals() : ScriptMigration("0004_approvals");

/// <summary>The outbox of notifications, the inboxes of creators, and webhooks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0005_notifications")]
public sealed class Notifications() : ScriptMigration("0005_notifications");

/// <summary>Uses, who relies on consent, and recalls.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0006_usages")]
public sealed class Usages() : ScriptMigration("0006_usages");

/// <summary>Whom recalls concern, and who is to be looked at.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0007_recalls")]
public sealed class Recalls() : ScriptMigration("0007_recalls");

/// <summary>Warnings of grants that end, and former secrets of webhooks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0008_notices")]
public sealed class Notices() : ScriptMigration("0008_notices");

/// <summary>What uses are looked for by, and what they relied on.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0009_uses")]
public sealed class Uses() : ScriptMigration("0009_uses");

/// <summary>How many creators an approval request asks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0010_asked")]
public sealed class AskedCreators() : ScriptMigration("0010_asked");

/// <summary>What erased creators' events said, hidden from the moment of the erasure.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0011_erased")]
public sealed class ErasedEvents() : ScriptMigration("0011_erased");

/// <summary>What replayed answers speak of, and the versions of registered videos.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0012_replays")]
public sealed class Replays() : ScriptMigration("0012_replays");

/// <summary>Which history log the database belongs to.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0013_identity")]
public sealed class Identity() : ScriptMigration("0013_identity");

/// <summary>Names of creators in requesters' streams, what requesters said to recalls, and moments that are all finite.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0015_pseudonyms")]
public sealed class Pseudonyms() : ScriptMigration("0015_pseudonyms");

/// <summary>Secrets of webhooks that are encrypted, and deliveries that say less of addresses.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0016_secrets")]
public sealed class Secrets() : ScriptMigration("0016_secrets");

/// <summary>Which traces events and notifications belong to.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("0017_traces")]
public sealed class Traces() : ScriptMigration("0017_traces");
