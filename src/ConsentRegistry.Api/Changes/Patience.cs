namespace ConsentRegistry.Api.Changes;

/// <summary>How long a change waits for the creator's row, which another change of the same creator holds.</summary>
public enum Patience
{
    /// <summary>Two seconds.</summary>
    Usual,

    /// <summary>Ten seconds: an emergency stop gives up last.</summary>
    Stop,
}
