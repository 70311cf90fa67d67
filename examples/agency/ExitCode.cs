namespace Agency;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All of it was done.</summary>
    public const int Done = 0;

    /// <summary>The registry or a file could not be used.</summary>
    public const int Failed = 1;

    /// <summary>Some of it was not done, because somebody else has changed something. What is said why.</summary>
    public const int Conflict = 3;
}
