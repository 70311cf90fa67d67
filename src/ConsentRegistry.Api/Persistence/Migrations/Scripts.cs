using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConsentRegistry.Api.Persistence.Migrations;

/// <summary>
/// A migration is the SQL script of this folder that has its id for a name, run in one transaction and never edited
/// once it was released. An id has EF Core's form: the date and time of its making in fourteen digits, then a name.
/// </summary>
public abstract class ScriptMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        ArgumentNullException.ThrowIfNull(migrationBuilder);
        migrationBuilder.Sql(Read(GetType().GetCustomAttribute<MigrationAttribute>()!.Id));
    }

    /// <summary>The script of a migration.</summary>
    internal static string Read(string id)
    {
        var assembly = typeof(ScriptMigration).Assembly;
        var name = assembly
            .GetManifestResourceNames()
            .Single(resource => resource.EndsWith($".{id}.sql", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>The tables of settings, videos and vocabulary, the inbox of events, and the idempotency keys.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000001_registry")]
public sealed class Registry : ScriptMigration;

/// <summary>The history log, and the rights of the host and of auditors.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000002_log")]
public sealed class Log : ScriptMigration;

/// <summary>The nodes that answer from memory, and what replays wait for.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000003_replica")]
public sealed class Replicas : ScriptMigration;

/// <summary>Approval requests, grants, and who may not ask.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000004_approvals")]
public sealed class Approvals : ScriptMigration;

/// <summary>The outbox of notifications, the inboxes of creators, and webhooks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000005_notifications")]
public sealed class Notifications : ScriptMigration;

/// <summary>Uses, who relies on consent, and recalls.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000006_usages")]
public sealed class Usages : ScriptMigration;

/// <summary>Whom recalls concern, and who is to be looked at.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000007_recalls")]
public sealed class Recalls : ScriptMigration;

/// <summary>Warnings of grants that end, and former secrets of webhooks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000008_notices")]
public sealed class Notices : ScriptMigration;

/// <summary>What uses are looked for by, and what they relied on.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000009_uses")]
public sealed class Uses : ScriptMigration;

/// <summary>How many creators an approval request asks.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000010_asked")]
public sealed class AskedCreators : ScriptMigration;

/// <summary>What erased creators' events said, hidden from the moment of the erasure.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000011_erased")]
public sealed class ErasedEvents : ScriptMigration;

/// <summary>What replayed answers speak of, and the versions of registered videos.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000012_replays")]
public sealed class Replays : ScriptMigration;

/// <summary>Which history log the database belongs to.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000013_identity")]
public sealed class Identity : ScriptMigration;

/// <summary>
/// Names of creators in requesters' streams, what requesters said to recalls, and moments that are all finite.
/// </summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000015_pseudonyms")]
public sealed class Pseudonyms : ScriptMigration;

/// <summary>Secrets of webhooks that are encrypted, and deliveries that say less of addresses.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261123000016_secrets")]
public sealed class Secrets : ScriptMigration;

/// <summary>Which traces events and notifications belong to.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261128000017_traces")]
public sealed class Traces : ScriptMigration;

/// <summary>The ids of decisions that uses relied on.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261128000018_decisions")]
public sealed class Decisions : ScriptMigration;

/// <summary>What videos are known by outside the platform, and what erasures keep of it.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261129000019_identifiers")]
public sealed class Identifiers : ScriptMigration;

/// <summary>Who wrote an event.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261129000020_integrity")]
public sealed class Integrity : ScriptMigration;

/// <summary>Whether what the tables hold of a stream is what nodes wrote.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261129000021_seals")]
public sealed class Seals : ScriptMigration;

/// <summary>Which history the server tells, since its last promotion or restore.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261130000022_incarnation")]
public sealed class Incarnation : ScriptMigration;

/// <summary>Checkpoints that witnesses cosigned.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261130000023_witnesses")]
public sealed class Witnesses : ScriptMigration;

/// <summary>How far every stream of the log is, as one number.</summary>
[DbContext(typeof(RegistryContext))]
[Migration("20261130000024_log_digest")]
public sealed class LogDigests : ScriptMigration;
