using System.Text.Json;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Auditing;

/// <summary>A table that an audit compares with the log.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Key">The columns that tell its rows apart.</param>
/// <param name="Values">The other columns that are compared.</param>
internal sealed record AuditedTable(string Name, IReadOnlyList<string> Key, IReadOnlyList<string> Values)
{
    /// <summary>Those of the values that no finding shows: secrets, and what somebody wrote.</summary>
    public IReadOnlyList<string> Withheld { get; init; } = [];

    /// <summary>
    /// Those of the values that no record of the log has as such: each is verified by what follows from it. They stand
    /// last.
    /// </summary>
    public IReadOnlyList<string> Derived { get; init; } = [];

    /// <summary>Columns without which a row cannot be read: the schema says that every row has them.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>The key and the values, in the order in which rows are read.</summary>
    public IEnumerable<string> Columns => Key.Concat(Values);

    /// <summary>The statement that reads rows.</summary>
    /// <param name="where">Which rows.</param>
    public string Select(string where) => $"SELECT {string.Join(", ", Columns)} FROM consent.{Name} WHERE {where}";

    /// <summary>The place of a value among the columns.</summary>
    public int IndexOf(string column) => Columns.ToList().IndexOf(column);
}

/// <summary>The tables that an audit compares with the log, and their columns.</summary>
/// <remarks>
/// Every other column of the schema is in a table of docs/explanation/integrity.md, with the reason why it can open no
/// check.
/// </remarks>
internal static class AuditedTables
{
    public static readonly AuditedTable Streams = new(
        "creator",
        ["id"],
        [
            "version",
            "head",
            "changed_at",
            "settings_version",
            "erased_at",
            "hold_purposes",
            "hold_version",
            "hold_at",
            "lockdown_purposes",
            "lockdown_version",
            "lockdown_at",
            "seal_kid",
            "seal",
        ]
    )
    {
        Withheld = ["seal"],
        Derived = ["seal_kid", "seal"],
    };

    public static readonly AuditedTable Defaults = new(
        "creator_default",
        ["creator", "purpose", "requester"],
        ["segments"]
    );

    public static readonly AuditedTable Overrides = new(
        "video_override",
        ["creator", "owner", "video", "purpose", "requester"],
        ["effect", "conditions", "expires_at", "vocabulary_version", "version", "changed_at"]
    );

    public static readonly AuditedTable Videos = new(
        "video",
        ["owner", "video"],
        [
            "published_at",
            "co_creators",
            "depicted",
            "source_owners",
            "source_videos",
            "identifiers",
            "listed_identifiers",
            "version",
        ]
    );

    public static readonly AuditedTable Grants = new(
        "consent_grant",
        ["id"],
        [
            "creator",
            "request",
            "owner",
            "video",
            "used_owner",
            "used_video",
            "requester",
            "purpose",
            "conditions",
            "vocabulary_version",
            "expires_at",
            "uses",
            "used",
            "state",
            "version",
            "changed_at",
        ]
    );

    public static readonly AuditedTable Blocks = new(
        "asking_block",
        ["creator", "requester"],
        ["version", "changed_at"]
    );

    public static readonly AuditedTable Parts = new(
        "approval_part",
        ["creator", "request"],
        ["owners", "videos", "state", "reason", "version", "changed_at"]
    )
    {
        Withheld = ["reason"],
    };

    public static readonly AuditedTable Requests = new(
        "approval_request",
        ["id"],
        ["requester", "owner", "video", "purpose", "use", "until", "uses", "expires_at"]
    )
    {
        Withheld = ["use"],
    };

    public static readonly AuditedTable ErasedIdentifiers = new("erased_identifier", ["creator", "kid", "hash"], []);

    public static readonly AuditedTable Pseudonyms = new("pseudonym", ["creator"], ["name", "key"])
    {
        Withheld = ["key"],
        Derived = ["name", "key"],
    };

    public static readonly AuditedTable Purposes = new(
        "purpose",
        ["purpose"],
        ["place", "uses_likeness", "description", "introduced_in"]
    )
    {
        Withheld = ["description"],
    };

    public static readonly AuditedTable Uses = new(
        "usage",
        ["id"],
        ["requester", "purpose", "made_owner", "made_video", "training_run", "used_at", "version", "recorded_at"]
    );

    public static readonly AuditedTable UsedVideos = new(
        "used_video",
        ["usage", "place"],
        ["owner", "video", "requester", "purpose", "reason", "status", "spent", "decided_at", "receipt"]
    );

    public static readonly AuditedTable UseConcerns = new(
        "use_concern",
        ["usage", "place"],
        ["owner", "video", "purpose", "requester", "status", "recorded_at"]
    );

    public static readonly AuditedTable Recalls = new(
        "recall",
        ["id"],
        [
            "requester",
            "owner",
            "video",
            "purpose",
            "creator",
            "reason",
            "stop_by",
            "state",
            "version",
            "changed_at",
            "created_at",
            "statement",
            "statement_key",
        ]
    )
    {
        Withheld = ["statement", "statement_key"],
        Derived = ["statement", "statement_key"],
    };

    public static readonly AuditedTable History = new(
        "history",
        ["seq"],
        ["creator", "version", "ordinal", "count", "event_id", "type", "tx", "leaf", "body", "salt", "kid", "mac"]
    )
    {
        Withheld = ["body", "salt"],
        Required = ["creator", "version", "ordinal", "count", "event_id", "type", "tx", "leaf"],
    };

    public static readonly AuditedTable Inbox = new(
        "inbox",
        ["creator", "version", "ordinal"],
        ["count", "event_id", "type", "tx", "leaf", "body", "salt", "kid", "mac"]
    )
    {
        Withheld = ["body", "salt"],
        Required = ["count", "event_id", "type", "tx", "leaf"],
    };

    public static readonly AuditedTable Tiles = new("tile", ["level", "index"], ["hashes", "root"]);

    public static readonly AuditedTable Heads = new("tree_head", ["size"], ["root", "note"])
    {
        Required = ["root", "note"],
    };

    public static readonly AuditedTable CosignedHeads = new("cosigned_head", ["size"], ["note"])
    {
        Required = ["note"],
    };

    public static readonly AuditedTable Identity = new("log_identity", [], ["origin", "development"])
    {
        Required = ["origin", "development", "since"],
    };

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<AuditedTable> All =
    [
        Streams,
        Defaults,
        Overrides,
        Videos,
        Grants,
        Blocks,
        Parts,
        Requests,
        ErasedIdentifiers,
        Pseudonyms,
        Purposes,
        Uses,
        UsedVideos,
        UseConcerns,
        Recalls,
        History,
        Inbox,
        Tiles,
        Heads,
        CosignedHeads,
        Identity,
    ];
}

/// <summary>Values of columns as one text each, so that what the log says and what a table says can be compared.</summary>
internal static class ColumnText
{
    /// <summary>The text of a value; null for none.</summary>
    public static string? Format(object? value) =>
        value switch
        {
            null or DBNull => null,
            string text => text,
            Instant moment => moment.ToString(),
            // What PostgreSQL calls infinite is no moment.
            DateTime time when time == DateTime.MaxValue => "infinite",
            DateTime time => Instant.From(time).ToString(),
            byte[] bytes => Convert.ToHexStringLower(bytes),
            bool truth => truth ? "true" : "false",
            Array items => JsonSerializer.Serialize(items.Cast<object?>().Select(Format)),
            IFormattable other => other.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"A {value.GetType().Name} is in no column."),
        };

    /// <summary>The text of segments, however they are laid out; the text itself where they cannot be read.</summary>
    public static string? OfSegments(string? stored)
    {
        try
        {
            return stored is null ? null : SegmentsJson.Write(SegmentsJson.Read(stored));
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or FormatException
                        or ArgumentException
                        or NullReferenceException
                        or OverflowException
            )
        {
            return stored;
        }
    }

    /// <summary>The text of several values, of which each means one list of values only.</summary>
    public static string OfKey(IEnumerable<string?> key) => JsonSerializer.Serialize(key);

    /// <summary>The head of a stream that ends in this leaf.</summary>
    public static string HeadOf(byte[] leaf) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(leaf));
}
