using System.Text.Json.Nodes;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// Histories that the operator makes anew and signs. Where an event breaks a rule, a verifier finds it alone; where it
/// breaks none, whoever kept a checkpoint.
/// </summary>
internal sealed class ForgedCatalogue(AlteredRegistry registry)
{
    private const string Stream = Story.Newest;

    /// <summary>All of them.</summary>
    public IEnumerable<TextAlteration> All() =>
        [
            // What a verifier finds without anything else.
            Leaf("the version is another", "ver", old => (long)old! + 1),
            Leaf("the place in the version is another", "n", old => (long)old! + 1),
            Leaf("there are more events in the version", "of", old => (long)old! + 1),
            Leaf("it is a day earlier", "tx", old => (long)old! - 86_400_000_000),
            Leaf("the type is another", "type", _ => "holdChanged"),
            Leaf("the type is unknown", "type", _ => "settingChanged"),
            Leaf("the format is another", "v", _ => 2),
            Body("the record before is another", "before", _ => new JsonObject { ["segments"] = new JsonArray() }),
            Body("there was no record before", "before", _ => null),
            Body("the purpose is unknown", "key/purpose", _ => "remix.unknown"),
            Body("there is no record after", "after", _ => new JsonObject { ["segments"] = new JsonArray() }),
            Body("the effect is unknown", "after/segments/0/effect", _ => "maybe"),
            Body("the version of the record is another", "after/segments/0/version", old => (long)old! + 1),
            Body("the time of the record is another", "after/segments/0/changedAt", _ => "2020-01-01T00:00:00.000000Z"),
            Body("the vocabulary is of the future", "after/segments/0/vocabularyVersion", _ => 99),
            Body("the record has a member more", "after/more", _ => 1),
            Body("the author has a member more", "by/more", _ => 1),
            Body("the stream is another", "stream", _ => "ben"),
            Body("nothing was before it", "prev", _ => null, isLinked: false),
            Whole(
                Finder.Verify,
                "two events have one id",
                log => log.Of(Stream)[^1].Leaf["eid"] = log.Of(Stream)[^2].Leaf["eid"]!.DeepClone()
            ),
            Whole(
                Finder.Verify,
                "an event stands twice",
                log => log.Entries.Insert(log.Entries.Count, log.Entries[^1].Copy())
            ),
            Whole(Finder.Verify, "a version is left out", log => log.Entries.Remove(log.Of(Stream)[3])),
            Whole(
                Finder.Verify,
                "two versions change places",
                log =>
                {
                    var (one, other) = (log.Of(Stream)[2], log.Of(Stream)[3]);
                    var (first, second) = (log.Entries.IndexOf(one), log.Entries.IndexOf(other));
                    (log.Entries[first], log.Entries[second]) = (other, one);
                }
            ),
            Whole(
                Finder.Verify,
                "a body is gone without an erasure",
                log => (log.Of(Stream)[^1].Body, log.Of(Stream)[^1].Salt) = (null, null)
            ),
            Whole(
                Finder.Verify,
                "an erasure covers less",
                log =>
                {
                    var leaf = log.Entries.Last(entry => (string)entry.Leaf["type"]! == "creatorErased").Leaf;
                    (leaf["ranges"], leaf["eids"]) = (new JsonArray(), new JsonArray());
                }
            ),
            Whole(
                Finder.Verify,
                "an erasure is left out",
                log => log.Entries.Remove(log.Entries.Last(entry => (string)entry.Leaf["type"]! == "creatorErased"))
            ),
            // What breaks no rule.
            Body("the effect is another", "after/segments/0/effect", _ => "ask", Finder.VerifyKept),
            Body("the subject is another", "by/subject", _ => "somebody", Finder.VerifyKept),
            Body("the client is another", "by/client", _ => "somebody", Finder.VerifyKept),
            Body("the reason is another", "by/reason", _ => "No reason.", Finder.VerifyKept),
            Body("somebody acted for the creator", "by/onBehalfOf", _ => Stream, Finder.VerifyKept),
            Leaf("it is a moment later", "tx", old => (long)old! + 1, Finder.VerifyKept, hasRecordTime: true),
            Leaf("the id is another", "eid", _ => "01890a5d-ac96-774b-bcce-b302099a8057", Finder.VerifyKept),
            Whole(
                Finder.VerifyKept,
                "the salt is another",
                log => log.Of(Stream)[^1].Salt = [.. log.Of(Stream)[^1].Salt!.Reverse()]
            ),
            Whole(
                Finder.VerifyKept,
                "the newest version is left out",
                log => log.Entries.RemoveAt(log.Entries.Count - 1)
            ),
            Whole(
                Finder.VerifyKept,
                "a whole stream is left out",
                log =>
                {
                    foreach (var entry in log.Of(Stream))
                        log.Entries.Remove(entry);
                }
            ),
            Whole(
                Finder.VerifyKept,
                "a version is put in place of the newest",
                log =>
                {
                    var entry = log.Of(Stream)[^1];
                    entry.Body!["key"]!["purpose"] = "grounding";
                    log.Link(Stream);
                }
            ),
            Whole(
                Finder.VerifyKept,
                "the newest changes of two creators change places",
                log =>
                {
                    var last = log.Entries.Count - 1;
                    var other = log.Entries.IndexOf(log.Entries.Last(entry => entry.Stream == "cat"));
                    (log.Entries[last], log.Entries[other]) = (log.Entries[other], log.Entries[last]);
                }
            ),
        ];

    private TextAlteration Leaf(
        string name,
        string member,
        Func<JsonNode?, JsonNode?> change,
        Finder finder = Finder.Verify,
        bool hasRecordTime = false
    ) =>
        Whole(
            finder,
            name,
            log =>
            {
                var entry = log.Of(Stream)[^1];
                entry.Leaf[member] = change(entry.Leaf[member]!.DeepClone());
                if (hasRecordTime)
                    entry.Body!["after"]!["segments"]![0]!["changedAt"] = new Domain.Instant(
                        (long)entry.Leaf[member]!
                    ).ToString();
            }
        );

    private TextAlteration Body(
        string name,
        string path,
        Func<JsonNode?, JsonNode?> change,
        Finder finder = Finder.Verify,
        bool isLinked = true
    ) =>
        Whole(
            finder,
            name,
            log =>
            {
                var entry = log.Of(Stream)[^1];
                entry.Body = JsonMembers.With(entry.Body!, path, change).AsObject();
                if (isLinked && entry.Stream == Stream)
                    log.Link(Stream);
            }
        );

    private TextAlteration Whole(Finder finder, string name, Action<ForgedLog> forge) =>
        new(
            $"a log is made anew: {name}",
            Means.LogKey,
            finder,
            (kept, _) =>
            {
                var log = ForgedLog.Read(kept.Export);
                forge(log);
                return new(log.Export(registry.LogKeySet), finder == Finder.VerifyKept ? kept.Auditor : new());
            }
        );
}
