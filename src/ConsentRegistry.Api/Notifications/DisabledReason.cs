using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Why a webhook is sent nothing.</summary>
[SchemaName("DisabledFor")]
public enum DisabledReason
{
    /// <summary>Whoever manages it disabled it.</summary>
    Owner,

    /// <summary>Its receiver answered 410: it wants to hear no more.</summary>
    Gone,

    /// <summary>Nothing reached its receiver for days.</summary>
    Failing,
}
