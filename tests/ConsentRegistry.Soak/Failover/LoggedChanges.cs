using System.Text.Json.Nodes;

namespace ConsentRegistry.Soak.Failover;

/// <summary>Which changes an export of the log holds.</summary>
internal sealed class LoggedChanges
{
    private readonly Dictionary<string, List<long>> streams = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Stream, string Video), int> overrides = [];

    /// <summary>Streams whose versions are not 1, 2, 3 and so on, in the order of the log.</summary>
    public IEnumerable<string> OutOfOrder =>
        streams
            .Where(stream => !stream.Value.SequenceEqual(Enumerable.Range(1, stream.Value.Count).Select(i => (long)i)))
            .Select(stream => stream.Key);

    public static LoggedChanges Read(string export)
    {
        var logged = new LoggedChanges();
        foreach (var line in File.ReadLines(export))
        {
            var entry = JsonNode.Parse(line)!;
            if (entry["kind"]!.GetValue<string>() != "entry")
                continue;
            var (leaf, body) = (Inner(entry, "leaf"), Inner(entry, "body"));
            var stream = body["stream"]!.GetValue<string>();
            logged.AddVersion(stream, leaf["ver"]!.GetValue<long>());
            if (leaf["type"]!.GetValue<string>() == "overrideChanged")
                logged.AddOverride(stream, body["key"]!["video"]!["videoId"]!.GetValue<string>());
        }
        return logged;
    }

    /// <summary>Whether a version is there.</summary>
    public bool Contains(string stream, long version) =>
        streams.TryGetValue(stream, out var versions) && versions.BinarySearch(version) >= 0;

    /// <summary>How often a setting of a video was changed.</summary>
    public int CountOf(string stream, string video) => overrides.GetValueOrDefault((stream, video));

    private static JsonNode Inner(JsonNode entry, string name) => JsonNode.Parse(entry[name]!.GetValue<string>())!;

    // Several events in a row may be one version.
    private void AddVersion(string stream, long version)
    {
        if (!streams.TryGetValue(stream, out var versions))
            streams.Add(stream, versions = []);
        if (versions.Count == 0 || versions[^1] != version)
            versions.Add(version);
    }

    private void AddOverride(string stream, string video) => overrides[(stream, video)] = CountOf(stream, video) + 1;
}
