using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Alterations of an export or a bundle on its way, by somebody without keys: every member of every kind of line, and
/// lines swapped, removed, doubled and cut off. The last line is made to fit, so that what is found is the deed itself.
/// </summary>
internal sealed class ExportCatalogue
{
    private readonly string what;
    private readonly Finder finder;
    private readonly Func<Kept, byte[]> of;

    private ExportCatalogue(string what, Finder finder, Func<Kept, byte[]> of) =>
        (this.what, this.finder, this.of) = (what, finder, of);

    /// <summary>All of them of exports and bundles.</summary>
    /// <param name="kept">Their members are read off what was kept.</param>
    public static IEnumerable<TextAlteration> All(Kept kept) =>
        [
            .. new ExportCatalogue("export", Finder.Verify, one => one.Export).Each(kept),
            .. new ExportCatalogue("bundle", Finder.Bundle, one => one.Bundle).Each(kept),
            Cut(Finder.VerifyKept),
            .. Inside(Finder.VerifyKept),
        ];

    private IEnumerable<TextAlteration> Each(Kept kept)
    {
        var sample = ExportText.Of(of(kept));
        foreach (var kind in sample.Lines.Select(ExportText.KindOf).Distinct(StringComparer.Ordinal).ToList())
        {
            var line = sample[sample.PlacesOf(kind)[0]];
            foreach (
                var path in JsonMembers
                    .PathsOf(line)
                    .Where(path => !path.StartsWith("proof/", StringComparison.Ordinal))
            )
            {
                yield return Line(
                    $"{kind}.{path} is another",
                    kind,
                    (one, random) => JsonMembers.Altered(one, path, random)
                );
                yield return Line($"{kind}.{path} is not there", kind, (one, _) => JsonMembers.Without(one, path));
            }
            yield return Line(
                $"{kind} has a member more",
                kind,
                (one, _) =>
                {
                    one["more"] = 1;
                    return one;
                }
            );
            yield return Lines($"{kind}: a line is removed", kind, (lines, at, _) => lines.RemoveAt(at));
            yield return Lines($"{kind}: a line is doubled", kind, (lines, at, _) => lines.Insert(at, lines[at]));
        }
        yield return Line("entry: body and salt are gone", "entry", (one, _) => Cleared(one));
        if (finder == Finder.Bundle)
            yield return Line("entry: a proof is another", "entry", (one, random) => Flipped(one, "proof", random));
        foreach (var member in new[] { "commit", "eid", "n", "of", "tx", "type", "v", "ver" })
            yield return Line(
                $"entry: the leaf's {member} is another",
                "entry",
                (one, random) => Inner(one, "leaf", member, random)
            );
        foreach (var member in new[] { "after", "before", "by/client", "by/subject", "prev", "stream" })
            yield return Line(
                $"entry: the body's {member} is another",
                "entry",
                (one, random) => Inner(one, "body", member, random)
            );
        yield return Lines(
            "entry: two lines change places",
            "entry",
            (lines, at, _) =>
            {
                var other = at > 0 && ExportText.KindOf(lines[at - 1]) == "entry" ? at - 1 : at + 1;
                (lines[at], lines[other]) = (lines[other], lines[at]);
            }
        );
        foreach (var (part, at) in new[] { ("origin", 0), ("size", 1), ("root", 2), ("signature", 4) })
            yield return Line(
                $"checkpoint: the {part} of the note is another",
                "checkpoint",
                (one, random) => Note(one, at, random)
            );
        yield return Make(
            "the last line is not made to fit",
            (bytes, random) =>
            {
                // Within the last line's hash.
                bytes[^(random.Next(8, 40))] ^= 1;
                return bytes;
            }
        );
        yield return Make("the end is cut off", (bytes, random) => bytes[..^random.Next(10, bytes.Length / 2)]);
    }

    // Everything after an earlier checkpoint is cut off, and nothing shows it but what somebody kept.
    private static TextAlteration Cut(Finder finder) =>
        new(
            "export: everything after an earlier checkpoint is cut off",
            Means.Files,
            finder,
            (kept, _) =>
            {
                var text = ExportText.Of(kept.Export);
                var end = text.PlacesOf("checkpoint")[^2];
                var size = SizeOf(text[end]);
                var lines = ExportText.Of(text.Lines.Take(end + 1));
                return new(lines.With(0, JsonMembers.With(lines[0], "to", _ => size)).Sealed(), kept.Auditor);
            }
        );

    // What verify finds alone, it finds with what was kept as well.
    private static IEnumerable<TextAlteration> Inside(Finder finder) =>
        [
            new(
                "export: all keys are somebody else's, who signed everything",
                Means.Files,
                finder,
                (kept, _) =>
                {
                    var forged = ForgedLog.Read(kept.Export);
                    return new(forged.Export(Api.Sequencing.LogKeys.Create(AlteredRegistry.Ed25519)), kept.Auditor);
                }
            ),
        ];

    private TextAlteration Line(string name, string kind, Func<JsonObject, Random, JsonNode> alter) =>
        Lines(
            name,
            kind,
            (lines, at, random) => lines[at] = ExportText.TextOf(alter(JsonNode.Parse(lines[at])!.AsObject(), random))
        );

    private TextAlteration Lines(string name, string kind, Action<List<string>, int, Random> alter) =>
        new(
            $"{what}, {name}",
            Means.Files,
            finder,
            (kept, random) =>
            {
                var text = ExportText.Of(of(kept));
                // Bodies that an erasure took can be altered by nobody. Without an earlier checkpoint the last is
                // enough.
                var places = text.PlacesOf(kind).Where(at => kind != "entry" || text[at]["body"] is not null).ToList();
                if (kind == "checkpoint")
                    places = [places[^1]];
                alter(text.Lines, places[random.Next(places.Count)], random);
                return new(text.Sealed(), new());
            }
        );

    private TextAlteration Make(string name, Func<byte[], Random, byte[]> alter) =>
        new($"{what}, {name}", Means.Files, finder, (kept, random) => new(alter([.. of(kept)], random), new()));

    private static JsonObject Cleared(JsonObject entry)
    {
        (entry["body"], entry["salt"]) = (null, null);
        return entry;
    }

    private static JsonNode Flipped(JsonObject entry, string member, Random random)
    {
        if (entry[member] is not JsonArray { Count: > 0 } items)
            throw new InvalidOperationException($"An entry has no {member}.");
        return JsonMembers.Altered(entry, $"{member}/{random.Next(items.Count)}", random);
    }

    private static JsonObject Inner(JsonObject entry, string member, string path, Random random)
    {
        var inner = JsonNode.Parse((string)entry[member]!)!;
        entry[member] = ExportText.TextOf(JsonMembers.Altered(inner, path, random));
        return entry;
    }

    private static JsonObject Note(JsonObject line, int at, Random random)
    {
        var lines = ((string)line["note"]!).Split('\n');
        lines[at] = at switch
        {
            1 => $"{long.Parse(lines[at], null) + random.Next(1, 9)}",
            2 => Convert.ToBase64String(MerkleTree.LeafHash(Encoding.UTF8.GetBytes(lines[at]))),
            // Within the signature, behind name and key.
            4 => lines[at][..^20] + (lines[at][^20] == 'A' ? 'B' : 'A') + lines[at][^19..],
            _ => $"{lines[at]}x",
        };
        line["note"] = string.Join('\n', lines);
        return line;
    }

    private static long SizeOf(JsonObject checkpoint) => long.Parse(((string)checkpoint["note"]!).Split('\n')[1], null);
}
