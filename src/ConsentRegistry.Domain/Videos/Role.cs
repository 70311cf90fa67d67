namespace ConsentRegistry.Domain.Videos;

/// <summary>How a creator is concerned by a video. In the order in which a decision names them (R9).</summary>
public enum Role : byte
{
    /// <summary>The video is theirs.</summary>
    Owner,

    /// <summary>They made it with the owner.</summary>
    CoCreator,

    /// <summary>Their voice or likeness appears in it.</summary>
    Depicted,
}
