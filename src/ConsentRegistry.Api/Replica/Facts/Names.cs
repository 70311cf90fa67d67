using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>A creator whom a decision may name though no check did: a participant, or the owner of a source.</summary>
internal sealed record NamedCreator(CreatorId Id, FactKey Key);

/// <summary>A video that a decision may name though no check did: a source.</summary>
internal sealed record NamedVideo(VideoKey Id, FactKey Key, CreatorHandle Owner);

/// <summary>
/// Numbers those creators and videos, from 1; a number is never given twice. 0 is the checked video, and its owner.
/// </summary>
internal sealed class Names(KeyHasher hasher)
{
    private readonly Dictionary<CreatorId, int> creatorNumbers = [];
    private readonly Dictionary<VideoKey, int> videoNumbers = [];
    private NamedCreator[] creators = new NamedCreator[16];
    private NamedVideo[] videos = new NamedVideo[16];

    /// <summary>The checked video.</summary>
    public static readonly VideoHandle CheckedVideo = new(0);

    /// <summary>The owner of the checked video.</summary>
    public static readonly CreatorHandle CheckedOwner = new(0);

    public NamedCreator this[CreatorHandle handle] => Volatile.Read(ref creators)[(int)handle.Value];

    public NamedVideo this[VideoHandle handle] => Volatile.Read(ref videos)[(int)handle.Value];

    /// <summary>How many creators and videos have a number. It is exact for the one writer only.</summary>
    public int Count => creatorNumbers.Count + videoNumbers.Count;

    /// <summary>The number of a creator. Only the one writer may ask.</summary>
    public CreatorHandle NumberOf(CreatorId creator)
    {
        if (!creatorNumbers.TryGetValue(creator, out var number))
        {
            number = creatorNumbers.Count + 1;
            Add(ref creators, number, new(creator, hasher.Of(creator.Value)));
            creatorNumbers.Add(creator, number);
        }
        return new(number);
    }

    /// <summary>The number of a video. Only the one writer may ask.</summary>
    public VideoHandle NumberOf(VideoKey video)
    {
        if (!videoNumbers.TryGetValue(video, out var number))
        {
            number = videoNumbers.Count + 1;
            Add(ref videos, number, new(video, hasher.Of(video), NumberOf(video.Creator)));
            videoNumbers.Add(video, number);
        }
        return new(number);
    }

    private static void Add<T>(ref T[] all, int number, T named)
    {
        var room = all;
        if (number >= room.Length)
            Array.Resize(ref room, room.Length * 2);
        room[number] = named;
        Volatile.Write(ref all, room);
    }
}
