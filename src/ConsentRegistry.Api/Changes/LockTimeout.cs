namespace ConsentRegistry.Api.Changes;

/// <summary>How long a change waits for the creator's row, which another change of the same creator holds.</summary>
public enum LockTimeout
{
    /// <summary>Two seconds.</summary>
    Standard,

    /// <summary>Ten seconds: an emergency stop gives up last.</summary>
    EmergencyStop,
}
