using System.Collections.Concurrent;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>By what kind of setting a subject allows what it allows.</summary>
internal enum Ground
{
    /// <summary>One default for everything.</summary>
    Default,

    /// <summary>An override for each video, and no default.</summary>
    Overrides,
}

/// <summary>A creator with a few videos, whose consent one writer withdraws and gives back again and again.</summary>
internal sealed class Subject
{
    private const int VideosEach = 4;

    /// <summary>What checks ask for: one that uses likeness, so that those depicted decide too.</summary>
    private const string CheckedPurpose = "training.generative";

    private const string Studio = "studio";

    private readonly ConcurrentDictionary<string, long> acknowledged = new(StringComparer.Ordinal);

    public Subject(string creator, Random random)
    {
        Creator = creator;
        Ground = random.Next(2) == 0 ? Ground.Default : Ground.Overrides;
        Purpose = random.Next(2) == 0 ? CheckedPurpose : "training";
        Keys =
        [
            .. Enumerable.Range(0, VideosEach).Select(video => new Key(creator, $"v{video}", CheckedPurpose, Studio)),
        ];
        Depicted = [.. Keys.Select(_ => new List<string>())];
    }

    public string Creator { get; }

    public Ground Ground { get; }

    /// <summary>The purpose that settings are for: the checked one, or the one above it.</summary>
    public string Purpose { get; }

    /// <summary>What is checked, a key for each video.</summary>
    public IReadOnlyList<Key> Keys { get; }

    /// <summary>
    /// For each video those who are registered as depicted in it, all of whom have consented in the meantime.
    /// </summary>
    public IReadOnlyList<List<string>> Depicted { get; }

    /// <summary>The newest version of each stream that has been acknowledged.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged => acknowledged;

    public void Acknowledge(string stream, long version) =>
        acknowledged.AddOrUpdate(stream, version, (_, before) => Math.Max(before, version));

    /// <summary>The changes that allow everything at first.</summary>
    public IEnumerable<ChangeRequest> Opening() =>
        [
            new(
                HttpMethod.Post,
                "/v1/videos/batch",
                Creator,
                new { videos = Keys.Select(key => new { creatorId = Creator, videoId = key.Video }) }
            ),
            Ground == Ground.Default ? AllowDefault(Creator) : Bulk(Allowing),
        ];

    public ChangeRequest AllowDefault(string creator, DateTimeOffset? expiresAt = null) =>
        ChangeRequest.Put(
            creator,
            $"consent/defaults/{Purpose}",
            new
            {
                effect = "allow",
                appliesTo = "all",
                expiresAt,
            }
        ) with
        {
            Expires = expiresAt is not null,
        };

    /// <summary>One change of the overrides of every video.</summary>
    public ChangeRequest Bulk(Func<Key, object> item) => ChangeRequest.Bulk(Creator, Keys.Select(item));

    public object Allowing(Key key) => Setting(key, "allow");

    public object Denying(Key key) => Setting(key, "deny");

    public object Clearing(Key key) =>
        new
        {
            op = "clearOverride",
            purpose = Purpose,
            video = new { creatorId = Creator, videoId = key.Video },
        };

    private object Setting(Key key, string effect) =>
        new
        {
            op = "setOverride",
            purpose = Purpose,
            video = new { creatorId = Creator, videoId = key.Video },
            effect,
        };
}
