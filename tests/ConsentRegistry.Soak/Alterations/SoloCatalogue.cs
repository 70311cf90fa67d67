using ConsentRegistry.Api.Auditing;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Alterations of the log, of its tree and of the vocabulary, which nodes find that start and that sequence.
/// </summary>
internal sealed class SoloCatalogue(ForgedEvent forged)
{
    private const string Stopped = "This node does not extend the log any more";

    private const string Lost = "Memory is lost";

    private const string Forged = "was written by no node: nothing is answered";

    private const string Newest = "(SELECT max(size) FROM consent.tree_head)";

    private const string Last = "(SELECT max(seq) FROM consent.history)";

    /// <summary>
    /// The mark covers all columns of an event that waits but body and salt, which its leaf commits to.
    /// </summary>
    private static IEnumerable<SoloAlteration> OfWaiting(IReadOnlyList<SchemaColumn> columns, Random random) =>
        AuditedTables.Inbox.Columns.Select(column =>
            Sequencer(
                $"inbox.{column} is another",
                $"UPDATE consent.inbox SET {column} = {ValueOf(columns, column, random)} WHERE creator = 'fay1'",
                Means.Database
            ) with
            {
                // It is no part of a whole version then, and never moved.
                Finder = column == "ordinal" ? Finder.StartingNode : Finder.Sequencer,
                Says = column == "ordinal" ? Forged : Stopped,
            }
        );

    private IReadOnlyList<SoloAlteration> Inserted =>
        [
            Sequencer(
                "inbox: a complete event with a mark of no key is inserted",
                forged.Insertion("'x'", "sha256('m')"),
                Means.Database
            ),
            Sequencer(
                "inbox: a complete event with a drawn mark is inserted",
                forged.Insertion("(SELECT kid FROM consent.history LIMIT 1)", "sha256('m')"),
                Means.Database
            ),
            Sequencer(
                "inbox: a complete event with another's mark is inserted",
                forged.Insertion(
                    "(SELECT kid FROM consent.history ORDER BY seq LIMIT 1)",
                    "(SELECT mac FROM consent.history ORDER BY seq LIMIT 1)"
                ),
                Means.Database
            ),
            Sequencer(
                "inbox: a complete event without a mark is inserted, where the schema's rule was dropped",
                AlteredRegistry.NoMarks + forged.Insertion("NULL", "NULL"),
                Means.Database
            ),
        ];

    private static readonly IReadOnlyList<SoloAlteration> Sequenced =
    [
        Sequencer(
            "inbox: an event has the mark of another",
            "UPDATE consent.inbox i SET mac = o.mac FROM consent.inbox o "
                + "WHERE i.creator = 'fay1' AND o.creator = 'fay2'",
            Means.Database
        ),
        Sequencer(
            "history: the newest leaf is another",
            $"UPDATE consent.history SET leaf = set_byte(leaf, length(leaf) - 2, 57) WHERE seq = {Last}"
        ),
        Sequencer("history: the newest leaf is deleted", $"DELETE FROM consent.history WHERE seq = {Last}"),
        Sequencer(
            "history: the two newest leaves change places",
            $"UPDATE consent.history SET seq = seq + 100000 WHERE seq >= {Last} - 1; UPDATE consent.history SET seq = "
                + "(SELECT min(seq) + max(seq) FROM consent.history WHERE seq >= 100000) - seq - 100000 "
                + "WHERE seq >= 100000"
        ),
        Sequencer(
            "history: a leaf is inserted behind the last",
            "INSERT INTO consent.history (seq, creator, version, ordinal, count, event_id, type, tx, leaf, body, "
                + $"salt, kid, mac) SELECT {Last} + 1, creator, version + 1, ordinal, count, gen_random_uuid(), type, "
                + "tx, leaf, body, salt, kid, mac "
                + $"FROM consent.history WHERE seq = {Last}"
        ),
        Sequencer("tile.root is another", "UPDATE consent.tile SET root = sha256(root) WHERE level = 0 AND index = 0"),
        Sequencer("tile: a row is deleted", "DELETE FROM consent.tile WHERE level = 0 AND index = 0"),
        Sequencer(
            "tree_head.root is another",
            $"UPDATE consent.tree_head SET root = sha256(root) WHERE size = {Newest}"
        ),
        Sequencer("tree_head.size is more", $"UPDATE consent.tree_head SET size = size + 1000 WHERE size = {Newest}"),
        Sequencer("tree_head.size is less", $"UPDATE consent.tree_head SET size = size - 1 WHERE size = {Newest}"),
        Sequencer(
            "tree_head: a row is inserted",
            $"INSERT INTO consent.tree_head SELECT size + 1, root, note FROM consent.tree_head WHERE size = {Newest}"
        ),
        Sequencer(
            "everything is set back, and a node has the checkpoint that it signed last",
            "DO $$ DECLARE one record; BEGIN "
                + "FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'kept' LOOP "
                + "EXECUTE format('DELETE FROM consent.%I', one.name); "
                + "EXECUTE format('INSERT INTO consent.%I SELECT * FROM kept.%I', one.name, one.name); "
                + "END LOOP; END $$; "
                // There has to be something to sign.
                + $"DELETE FROM consent.tree_head WHERE size = {Newest}"
        ) with
        {
            HasOwnCheckpoint = true,
        },
    ];

    private static readonly IReadOnlyList<SoloAlteration> Started =
    [
        Starting(
            "purpose.purpose is another",
            "UPDATE consent.purpose SET purpose = 'remix.voice.other' WHERE purpose = 'remix.voice.dub'"
        ),
        Starting(
            "purpose.uses_likeness is another",
            "UPDATE consent.purpose SET uses_likeness = NOT uses_likeness WHERE purpose = 'training'"
        ),
        Starting(
            "purpose.description is another",
            "UPDATE consent.purpose SET description = description || '!' WHERE purpose = 'training'"
        ),
        Starting(
            "purpose.introduced_in is another",
            "UPDATE consent.purpose SET introduced_in = 1 WHERE purpose = 'remix.voice.dub'"
        ),
        Starting("purpose: a row is deleted", "DELETE FROM consent.purpose WHERE purpose = 'remix.voice.dub'"),
        Starting(
            "purpose: a row is inserted",
            "INSERT INTO consent.purpose (purpose, place, uses_likeness, description, introduced_in) "
                + "SELECT 'mining.other', max(place) + 1, false, 'Other.', max(introduced_in) FROM consent.purpose"
        ),
        Starting("history: the newest leaves are deleted", $"DELETE FROM consent.history WHERE seq > {Last} - 3"),
        Starting("history: a leaf has another place", $"UPDATE consent.history SET seq = seq + 1 WHERE seq = {Last}"),
    ];

    /// <summary>All of them.</summary>
    public IEnumerable<SoloAlteration> All(IReadOnlyList<SchemaColumn> columns, Random random) =>
        [.. OfWaiting(columns, random), .. Inserted, .. Sequenced, .. Started];

    // Leaves and bodies that are no text would be found by anybody.
    private static string ValueOf(IReadOnlyList<SchemaColumn> columns, string column, Random random) =>
        column switch
        {
            "leaf" => "convert_to(replace(convert_from(leaf, 'UTF8'), '\"n\":1', '\"n\":2'), 'UTF8')",
            "body" => "convert_to(replace(convert_from(body, 'UTF8'), '\"deny\"', '\"allow\"'), 'UTF8')",
            "type" => "'overrideChanged'",
            "creator" => "'ben'",
            _ => columns.Single(one => one.Table == "inbox" && one.Name == column).AnotherValue(random),
        };

    private static SoloAlteration Sequencer(
        string name,
        string statement,
        Means means = Means.DatabaseWithoutTriggers
    ) => new(name, means, Finder.Sequencer, statement, Stopped);

    private static SoloAlteration Starting(string name, string statement) =>
        new(name, Means.DatabaseWithoutTriggers, Finder.StartingNode, statement, Lost);
}
