namespace ConsentRegistry.Benchmarks.Load;

/// <summary>
/// How much data a run works on. All ids follow from numbers, counted from 1, so that any row can be named without a
/// look at the database.
/// </summary>
/// <param name="Creators">How many creators there are.</param>
internal sealed record Scale(int Creators)
{
    /// <summary>The scale that the targets are for.</summary>
    public const int FullCreators = 1_000_000;

    /// <summary>Videos of each creator, and as many overrides: one for each video.</summary>
    public const int VideosPerCreator = 10;

    /// <summary>
    /// All versions of a creator: the default, the registration of all ten videos, and an override at a time.
    /// </summary>
    public const int Versions = 2 + VideosPerCreator;

    /// <summary>Of so many videos one has a grant, where there are grants.</summary>
    private const int VideosPerGrant = 9;

    /// <summary>The most that ids of this width can name.</summary>
    public const int MaxCreators = 9_999_999;

    private const int Seconds = 10_000_000;

    private static readonly DateTime Epoch = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly string[] Effects = ["deny", "allow", "ask"];

    public int Videos => Creators * VideosPerCreator;

    public bool IsFull => Creators == FullCreators;

    public static string Creator(int number) => $"c{number:0000000}";

    public static string Video(int number) => $"v{number:00000000}";

    /// <summary>The number of the creator who owns a video.</summary>
    public static int OwnerOf(int video) => ((video - 1) / VideosPerCreator) + 1;

    /// <summary>The effect of a video's override, as it was loaded.</summary>
    public static string EffectOf(int video) => Effects[video % Effects.Length];

    /// <summary>How many grants there are, where there are grants.</summary>
    public int Grants => (Videos + VideosPerGrant - 2) / VideosPerGrant;

    /// <summary>Whether a video has a grant, where there are grants: it answers the ask.</summary>
    public static bool HasGrant(int video) => video % VideosPerGrant == 2;

    /// <summary>The same of a number in SQL.</summary>
    public static string HasGrant(string video) => $"({video}) % {VideosPerGrant} = 2";

    /// <summary>
    /// What a video is known by, where videos have identifiers, in SQL: by the table's column.
    /// </summary>
    public const string IdentifierInSql = "'url:https://videos.example/' || video";

    /// <summary>The body of a check of a video that is named by its URL.</summary>
    public static string ContentCheck(int video) =>
        $$"""{"content":[{"scheme":"url","value":"https://videos.example/{{Video(video)}}"}],"purpose":"remix"}""";

    /// <summary>
    /// The creator's last video, the only one whose override a run may change: all others stand as they were loaded.
    /// </summary>
    public static int ChangeableVideoOf(int creator) => creator * VideosPerCreator;

    /// <summary>
    /// When a creator made a version: their changes are a day apart, each creator's at another second of the year 2025.
    /// </summary>
    public static DateTime TimeOf(int creator, int version) => Epoch.AddSeconds(creator % Seconds).AddDays(version);

    /// <summary>The same in SQL.</summary>
    public static string TimeOf(string creator, string version) =>
        $"(timestamptz '{Epoch:yyyy-MM-dd} 00:00:00Z' + make_interval(secs => ({creator}) % {Seconds}, days => "
        + $"({version})::int))";

    /// <summary>The body of a check of a video.</summary>
    public static string Check(int video) =>
        $$"""{"creatorId":"{{Creator(OwnerOf(video))}}","videoId":"{{Video(video)}}","purpose":"remix"}""";

    /// <summary>A video, each as likely as any other.</summary>
    public int RandomVideo(Random random) => random.Next(1, Videos + 1);
}
