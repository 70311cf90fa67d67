namespace ConsentRegistry.Api.Configuration;

/// <summary>How long the service waits for those who read long answers or send streams.</summary>
public sealed class StreamOptions
{
    /// <summary>For how long a caller may take nothing of what is answered.</summary>
    public TimeSpan LongestStall { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For how long a stream of checks may be silent. A client that has nothing to ask for longer opens a new one.
    /// </summary>
    public TimeSpan LongestIdle { get; set; } = TimeSpan.FromMinutes(10);
}
