using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Persistence;

/// <summary>The head of a stream, and the stops of its creator.</summary>
public sealed class CreatorRow
{
    public required string Id { get; init; }

    public long Version { get; init; }

    public long SettingsVersion { get; init; }

    public Instant ChangedAt { get; init; }

    public byte[]? Head { get; init; }

    public string[]? LockdownPurposes { get; init; }

    public long? LockdownVersion { get; init; }

    public Instant? LockdownAt { get; init; }

    public string[]? HoldPurposes { get; init; }

    public long? HoldVersion { get; init; }

    public Instant? HoldAt { get; init; }

    public Instant? ErasedAt { get; init; }
}

/// <summary>A default; requester '' means anybody.</summary>
public sealed class DefaultRow
{
    public required string Creator { get; init; }

    public required string Purpose { get; init; }

    public required string Requester { get; init; }

    public required string Segments { get; init; }
}

/// <summary>An override; requester '' means anybody.</summary>
public sealed class OverrideRow
{
    public required string Creator { get; init; }

    public required string Owner { get; init; }

    public required string Video { get; init; }

    public required string Purpose { get; init; }

    public required string Requester { get; init; }

    public required string Effect { get; init; }

    public required string[] Conditions { get; init; }

    public Instant? ExpiresAt { get; init; }

    public int VocabularyVersion { get; init; }

    public long Version { get; init; }

    public Instant ChangedAt { get; init; }
}

/// <summary>What is registered about a video.</summary>
public sealed class VideoRow
{
    public required string Owner { get; init; }

    public required string Video { get; init; }

    public Instant? PublishedAt { get; init; }

    public required string[] CoCreators { get; init; }

    public required string[] Depicted { get; init; }

    public required string[] SourceOwners { get; init; }

    public required string[] SourceVideos { get; init; }

    public required string[] Identifiers { get; init; }

    public int ListedIdentifiers { get; init; }
}

/// <summary>A requester whom a creator keeps from asking.</summary>
public sealed class BlockRow
{
    public required string Creator { get; init; }

    public required string Requester { get; init; }

    public long Version { get; init; }

    public Instant ChangedAt { get; init; }
}
