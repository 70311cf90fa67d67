namespace ConsentRegistry.Api.Diagnostics;

/// <summary>
/// The numbers of all events that the service logs, by name. A number keeps its meaning: alarms are set on it.
/// docs/reference/log-events.md says what each one is.
/// </summary>
internal static class LogEvents
{
    // Requests.
    public const int RequestFailed = 1;
    public const int RequestUnavailable = 2;
    public const int RecordsUntold = 5;
    public const int AnswerCutOff = 3;
    public const int AnswerFailed = 4;
    public const int RequestFinished = 10;

    // Upkeep.
    public const int IdempotencyKeysKept = 20;
    public const int BacklogUnseen = 21;

    // The history log.
    public const int LogUnseen = 30;
    public const int LogLags = 31;
    public const int SequencingBegun = 40;
    public const int SequencingHandedOver = 41;
    public const int SequencingInterrupted = 42;
    public const int SequencingStopped = 43;
    public const int WitnessCosigns = 44;
    public const int WitnessFailed = 45;
    public const int WitnessesMissing = 46;
    public const int CosignaturesUnkept = 47;

    // The memory of a node.
    public const int NodeJoined = 50;
    public const int NodeEvicted = 51;
    public const int NodesEvicted = 52;
    public const int MemoryLost = 53;
    public const int FollowingInterrupted = 54;
    public const int FollowingFailed = 55;
    public const int ServerOutdated = 56;
    public const int StreamSetBack = 57;
    public const int StreamsSetBack = 58;
    public const int VersionGap = 60;
    public const int MemoryLoaded = 61;
    public const int BodiesMissing = 62;
    public const int NodesUnseen = 63;
    public const int EventForged = 64;
    public const int StreamsUnsealed = 65;
    public const int StreamUnsealed = 66;
    public const int WakeUpsInterrupted = 67;
    public const int BeatUnconfirmed = 68;
    public const int ServerReplaced = 69;

    // The issuer's keys.
    public const int IssuerKeysUnseen = 70;
    public const int IssuerKeysUnread = 71;

    // The comparison of memory with the tables.
    public const int MemoryDiffers = 80;
    public const int MemoryNotCompared = 81;

    // Stopping.
    public const int DrainBegun = 85;

    // Recalls and approvals.
    public const int RecallsIssued = 90;
    public const int RecallsPostponed = 91;
    public const int ExpiryNoticesPostponed = 92;

    // Development's own PostgreSQL.
    public const int PrivatePostgresStarted = 100;
    public const int PrivateDataKeptOutside = 101;
    public const int PrivatePostgresLeftOver = 102;
    public const int PrivatePostgresKilled = 103;
    public const int PrivatePostgresEnded = 110;
    public const int PrivatePostgresRecovered = 111;
    public const int PrivatePostgresNotStarted = 112;

    // Starting.
    public const int ConfigurationDoubtful = 120;
    public const int CheckpointStray = 121;

    // Notifications.
    public const int NotificationsNotHandedOn = 130;
    public const int DeliveriesPostponed = 131;
    public const int DeliveryUnrecorded = 132;
    public const int WebhookDisabled = 133;
    public const int DeliveryFailed = 134;
    public const int NotificationsKept = 135;
    public const int InboxesUnseen = 136;
    public const int WebhookSecretUnreadable = 137;
    public const int WebhookAddressRefused = 138;

    // The log of decisions.
    public const int DecisionsLost = 140;

    // The audit of the database.
    public const int AuditFound = 150;
    public const int AuditFinished = 151;
    public const int AuditInterrupted = 152;
}
