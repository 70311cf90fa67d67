namespace ConsentRegistry.Soak.Alterations;

/// <summary>What somebody needs who makes an alteration.</summary>
internal enum Means
{
    /// <summary>The rights of a database administrator.</summary>
    Database,

    /// <summary>The same, and triggers turned off by <c>session_replication_role = replica</c>.</summary>
    DatabaseWithoutTriggers,

    /// <summary>The key of the nodes, as an operator has it: whatever a node may write.</summary>
    NodeKey,

    /// <summary>The keys of the log: whatever the log may sign.</summary>
    LogKey,

    /// <summary>Files on their way, or where they are served.</summary>
    Files,
}
