using ConsentRegistry.Api.Auditing;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Alterations of the rows that decide checks, which nodes find by seals and versions: every column of each table
/// that is sealed, rows deleted, inserted and set back. It follows from the schema as the audit's does.
/// </summary>
internal static class NodeCatalogue
{
    private const string Open = "untouched";

    /// <summary>What is beside the seals, as docs/explanation/integrity.md says; the audit finds it.</summary>
    private static readonly HashSet<string> BesideSeals =
    [
        "creator.changed_at",
        "creator.settings_version",
        "video.listed_identifiers",
        "video.version",
        "consent_grant.used",
    ];

    /// <summary>The tables, and the column that names the creator.</summary>
    private static readonly IReadOnlyList<(AuditedTable Table, string Creator, string Which)> Sealed =
    [
        (AuditedTables.Streams, "id", "true"),
        (AuditedTables.Defaults, "creator", "purpose = 'training'"),
        (AuditedTables.Overrides, "creator", "true"),
        (AuditedTables.Videos, "owner", "true"),
        (AuditedTables.Grants, "creator", "state = 'standing'"),
        (AuditedTables.ErasedIdentifiers, "creator", "true"),
    ];

    /// <summary>Values that a node can read, and that would open a check where one can.</summary>
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        { "creator_default.purpose", "'mining'" },
        { "creator_default.segments", "jsonb_set(segments, '{0,effect}', '\"allow\"')" },
        { "video_override.effect", "'allow'" },
        { "video_override.purpose", "'training'" },
        { "video_override.conditions", "'{}'" },
        { "video_override.vocabulary_version", "vocabulary_version + 1" },
        { "consent_grant.purpose", "'training'" },
        { "consent_grant.conditions", "CASE conditions WHEN '{}' THEN '{attribution}'::text[] ELSE '{}' END" },
        { "consent_grant.state", "'revoked'" },
        { "consent_grant.vocabulary_version", "vocabulary_version + 1" },
        { "creator.hold_purposes", "'{mining}'" },
        { "creator.lockdown_purposes", "'{mining}'" },
        { "video.co_creators", "'{}'" },
        { "video.depicted", "'{}'" },
        { "video.source_owners", "'{zz}'" },
        { "video.source_videos", "'{zz}'" },
        { "video.identifiers", "'{}'" },
    };

    /// <summary>More that is done to a creator's rows: a name and a statement.</summary>
    private static readonly IReadOnlyList<(string Name, string Statement)> Others =
    [
        ("creator.head is empty", "UPDATE consent.creator SET head = NULL WHERE id = '{creator}'"),
        ("creator.seal is empty", "UPDATE consent.creator SET seal = NULL WHERE id = '{creator}'"),
        ("creator.seal_kid is empty", "UPDATE consent.creator SET seal_kid = NULL WHERE id = '{creator}'"),
        (
            "creator.seal is another creator's",
            "UPDATE consent.creator c SET seal = o.seal FROM consent.creator o "
                + $"WHERE c.id = '{{creator}}' AND o.id = '{Open}'"
        ),
        (
            "creator: a hold is gone",
            "UPDATE consent.creator SET hold_purposes = NULL, hold_version = NULL, hold_at = NULL "
                + "WHERE id = '{creator}'"
        ),
        (
            "creator: a lockdown is gone",
            "UPDATE consent.creator SET lockdown_purposes = NULL, lockdown_version = NULL, lockdown_at = NULL "
                + "WHERE id = '{creator}'"
        ),
        (
            "creator: a lockdown is for all purposes",
            "UPDATE consent.creator SET lockdown_purposes = NULL WHERE id = '{creator}'"
        ),
        ("creator.version is less", "UPDATE consent.creator SET version = version - 1 WHERE id = '{creator}'"),
        ("creator: somebody is erased", "UPDATE consent.creator SET erased_at = changed_at WHERE id = '{creator}'"),
        ("creator: a row is deleted", "DELETE FROM consent.creator WHERE id = '{creator}'"),
        (
            "creator_default: a row is deleted",
            "DELETE FROM consent.creator_default WHERE creator = '{creator}' AND purpose = 'training'"
        ),
        (
            "video_override: a row is deleted",
            "DELETE FROM consent.video_override WHERE creator = '{creator}' AND purpose = 'mining'"
        ),
        ("video: a row is deleted", "DELETE FROM consent.video WHERE owner = '{creator}'"),
        ("consent_grant: a row is deleted", "DELETE FROM consent.consent_grant WHERE creator = '{creator}'"),
        (
            "video_override.expires_at is empty",
            "UPDATE consent.video_override SET expires_at = NULL WHERE creator = '{creator}'"
        ),
        (
            "consent_grant.expires_at is empty",
            "UPDATE consent.consent_grant SET expires_at = NULL WHERE creator = '{creator}'"
        ),
        ("consent_grant.uses is empty", "UPDATE consent.consent_grant SET uses = NULL WHERE creator = '{creator}'"),
        ("video.published_at is empty", "UPDATE consent.video SET published_at = NULL WHERE owner = '{creator}'"),
        (
            "creator_default: a row is inserted",
            $"INSERT INTO consent.creator_default SELECT '{{creator}}', purpose, requester, segments "
                + $"FROM consent.creator_default WHERE creator = '{Open}' AND purpose = 'grounding'"
        ),
        (
            "creator_default: a row for one requester is inserted",
            $"INSERT INTO consent.creator_default SELECT '{{creator}}', purpose, 'lab', segments "
                + $"FROM consent.creator_default WHERE creator = '{Open}' AND purpose = 'training'"
        ),
        (
            "video_override: a row is inserted",
            "INSERT INTO consent.video_override SELECT creator, owner, video, 'training', requester, 'allow', "
                + "conditions, expires_at, vocabulary_version, version, changed_at "
                + "FROM consent.video_override WHERE creator = '{creator}' AND purpose = 'mining'"
        ),
        (
            "video: a row is inserted",
            $"INSERT INTO consent.video SELECT '{{creator}}', 'w', published_at, co_creators, depicted, source_owners, "
                + "source_videos, version, identifiers, listed_identifiers "
                + $"FROM consent.video WHERE owner = '{Open}'"
        ),
        (
            "consent_grant: a row is inserted",
            "INSERT INTO consent.consent_grant SELECT gen_random_uuid(), request, creator, owner, video, used_owner, "
                + "used_video, requester, 'training', conditions, vocabulary_version, expires_at, uses, used, state, "
                + "version, changed_at "
                + "FROM consent.consent_grant WHERE creator = '{creator}'"
        ),
        (
            "erased_identifier: a row is inserted",
            "INSERT INTO consent.erased_identifier SELECT '{creator}', kid, hash FROM consent.erased_identifier LIMIT 1"
        ),
        ("creator_default: a row is set back", SetBack("creator_default", "creator", " AND purpose = 'training'")),
        ("video_override: a row is set back", SetBack("video_override", "creator", "")),
        ("video: a row is set back", SetBack("video", "owner", "")),
        ("creator: a row is set back", SetBack("creator", "id", "")),
        (
            "all rows of a creator are set back, with their seal",
            string.Join(
                "; ",
                SetBack("creator", "id", ""),
                SetBack("creator_default", "creator", ""),
                SetBack("video_override", "creator", ""),
                SetBack("video", "owner", ""),
                SetBack("consent_grant", "creator", "")
            )
        ),
        (
            "all rows of a creator are another's, with their seal",
            "DELETE FROM consent.creator_default WHERE creator = '{creator}'; "
                + "DELETE FROM consent.video WHERE owner = '{creator}'; "
                + "DELETE FROM consent.video_override WHERE creator = '{creator}'; "
                + "DELETE FROM consent.consent_grant WHERE creator = '{creator}'; "
                + "DELETE FROM consent.creator WHERE id = '{creator}'; "
                + Copied("creator_default", "creator")
                + "; "
                + Copied("video", "owner")
                + "; "
                + Copied("creator", "id")
        ),
    ];

    /// <summary>The same of a creator who was erased.</summary>
    private static readonly IReadOnlyList<(string Name, string Statement)> OthersOfErased =
    [
        ("creator: an erasure is gone", "UPDATE consent.creator SET erased_at = NULL WHERE id = '{creator}'"),
        ("erased_identifier: a row is deleted", "DELETE FROM consent.erased_identifier WHERE creator = '{creator}'"),
        (
            "creator: the row of somebody who was erased is deleted",
            "DELETE FROM consent.creator WHERE id = '{creator}'"
        ),
    ];

    /// <summary>All of them for one of the two kinds of node.</summary>
    public static IEnumerable<NodeAlteration> All(Finder finder, IReadOnlyList<SchemaColumn> columns, Random random)
    {
        foreach (var (table, creator, which) in Sealed)
        {
            foreach (var column in table.Columns.Where(column => !BesideSeals.Contains($"{table.Name}.{column}")))
            {
                var isOfErased = table == AuditedTables.ErasedIdentifiers || column == "erased_at";
                var value =
                    Values.GetValueOrDefault($"{table.Name}.{column}")
                    ?? columns.Single(one => one.Table == table.Name && one.Name == column).AnotherValue(random);
                yield return new(
                    $"{table.Name}.{column} is another",
                    finder,
                    $"UPDATE consent.{table.Name} SET {column} = {value} WHERE ctid = "
                        + $"(SELECT ctid FROM consent.{table.Name} "
                        + $"WHERE {creator} = '{{creator}}' AND {which} AND {column} IS NOT NULL "
                        + $"ORDER BY {string.Join(", ", table.Key)} LIMIT 1)",
                    isOfErased
                );
            }
        }
        foreach (var (name, statement) in Others)
            yield return new(name, finder, statement);
        foreach (var (name, statement) in OthersOfErased)
            yield return new(name, finder, statement, IsOfErased: true);
    }

    private static string SetBack(string table, string creator, string which) =>
        $"DELETE FROM consent.{table} WHERE {creator} = '{{creator}}'{which}; INSERT INTO consent.{table} "
        + $"SELECT * FROM {Preparation.KeptRows}.{table} WHERE {creator} = '{{creator}}'{which}";

    // Every column of the other's row but the one that names the creator.
    private static string Copied(string table, string creator) =>
        $"INSERT INTO consent.{table} SELECT "
        + $"(jsonb_populate_record(o, jsonb_build_object('{creator}', '{{creator}}'))).* "
        + $"FROM consent.{table} AS o WHERE {creator} = '{Open}'";
}
