using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>A video as the studio knows it.</summary>
internal sealed record StudioVideo(string Owner, string Id, string Title, DateTimeOffset PublishedAt);

/// <summary>A remix, as it is begun.</summary>
/// <param name="Id">Its id, also as a video of its maker, and the idempotency key of its use.</param>
/// <param name="Source">The video that it is made from.</param>
/// <param name="SourceTitle">That video's title.</param>
/// <param name="Remixer">Who makes it.</param>
/// <param name="Caption">What it says.</param>
/// <param name="Obligations">What it has to observe.</param>
/// <param name="BegunAt">When.</param>
internal sealed record Remix(
    string Id,
    VideoName Source,
    string SourceTitle,
    string Remixer,
    string Caption,
    IReadOnlyList<string> Obligations,
    DateTimeOffset BegunAt
);

/// <summary>How far a remix is. Only a published one is shown.</summary>
internal enum RemixStatus
{
    /// <summary>Its use is not recorded yet.</summary>
    Waiting,

    /// <summary>Its use is recorded, and had consent.</summary>
    Published,

    /// <summary>Its use had no consent any more when it was recorded.</summary>
    Refused,

    /// <summary>Consent was withdrawn. For good.</summary>
    TakenDown,
}

/// <summary>A remix as it stands.</summary>
/// <param name="Remix">The remix.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Recall">The recall for which it was taken down.</param>
internal sealed record StudioRemix(Remix Remix, RemixStatus Status, Guid? Recall = null);

/// <summary>
/// The studio's videos and remixes: in memory, and rebuilt from the journal at start. A platform has a database for
/// that; what counts is that an event is on disk before anything is done that follows from it.
/// </summary>
internal sealed class Library : IDisposable
{
    /// <summary>All of it is in memory.</summary>
    public const int MaxVideos = 10_000;

    /// <inheritdoc cref="MaxVideos"/>
    public const int MaxRemixes = 100_000;

    private readonly Lock access = new();
    private readonly Dictionary<VideoName, StudioVideo> videos = [];
    private readonly Dictionary<string, StudioRemix> remixes = new(StringComparer.Ordinal);
    private readonly Journal journal;

    private Library(Journal journal) => this.journal = journal;

    public static Library Open(string folder)
    {
        var (journal, events) = Journal.Open(Path.Combine(folder, "journal.jsonl"));
        var library = new Library(journal);
        foreach (var happened in events)
            library.Apply(happened);
        return library;
    }

    public bool IsFull => Read(() => videos.Count >= MaxVideos || remixes.Count >= MaxRemixes);

    public IReadOnlyList<StudioVideo> Videos => Read(() => videos.Values.ToList());

    public IReadOnlyList<StudioRemix> Remixes => Read(() => remixes.Values.ToList());

    public StudioVideo? Video(VideoName name) => Read(() => videos.GetValueOrDefault(name));

    public StudioRemix? Remix(string id) => Read(() => remixes.GetValueOrDefault(id));

    /// <summary>Puts an event on disk, and then into memory.</summary>
    public void Add(StudioEvent happened)
    {
        lock (access)
        {
            journal.Append(happened);
            Apply(happened);
        }
    }

    public void Dispose() => journal.Dispose();

    private T Read<T>(Func<T> read)
    {
        lock (access)
            return read();
    }

    // Whatever happens twice, or too late, changes nothing: what was taken down stays down.
    private void Apply(StudioEvent happened)
    {
        switch (happened)
        {
            case VideoUploaded(var video):
                videos[new(video.Owner, video.Id)] = video;
                break;
            case RemixBegun(var remix):
                remixes.TryAdd(remix.Id, new(remix, RemixStatus.Waiting));
                break;
            case UseRecorded(var id, var hadConsent) when remixes[id] is { Status: RemixStatus.Waiting } waiting:
                remixes[id] = waiting with { Status = hadConsent ? RemixStatus.Published : RemixStatus.Refused };
                break;
            case RemixTakenDown(var id, var recall) when remixes[id].Status != RemixStatus.TakenDown:
                remixes[id] = remixes[id] with { Status = RemixStatus.TakenDown, Recall = recall };
                break;
        }
    }
}
