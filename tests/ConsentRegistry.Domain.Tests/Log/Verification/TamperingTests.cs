using System.Text;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>
/// What somebody with the whole database, and mostly with the registry's own keys, might do. Except where it says
/// otherwise, last lines are made to fit: what is found is the deed itself.
/// </summary>
public sealed class TamperingTests
{
    private static readonly VerificationRequest Unarmed = new();

    public static IEnumerable<TheoryDataRow<Deed>> Deeds() =>
        [
            Row(
                "A leaf is edited, checkpoints as signed: the first entry that no earlier checkpoint covers",
                7,
                "The entries are not those",
                log => Lines(log, lines => Replace(lines, "entry", 10, Id(10), Id(99)))
            ),
            Row(
                "A leaf is edited and everything is signed again, with a kept checkpoint",
                12,
                "another past",
                log => Edit(log, 10, row => row.Leaf = Swap(row.Leaf, Id(10), Id(99))),
                KeptBefore
            ),
            Row(
                "A body is edited",
                5,
                "not the one that the leaf commits to",
                log => Edit(log, 5, row => row.Body = Swap(row.Body, "somebody", "someb0dy"))
            ),
            Row(
                "A salt is swapped with another's",
                5,
                "not the one that the leaf commits to",
                log => Edit(log, 5, row => row.Salt = log.Rows[4].Salt)
            ),
            Row(
                "Body and salt are those of another entry",
                5,
                "not the one that the leaf commits to",
                log => Edit(log, 5, row => (row.Body, row.Salt) = (log.Rows[4].Body, log.Rows[4].Salt))
            ),
            Row(
                "Only a salt is cleared",
                5,
                "only one is there",
                log =>
                    Lines(
                        log,
                        lines =>
                            Replace(
                                lines,
                                "entry",
                                5,
                                log.Rows[5].Salt is var salt
                                    ? SampleLog.Quote(System.Buffers.Text.Base64Url.EncodeToString(salt))
                                    : "",
                                "null"
                            )
                    )
            ),
            Row(
                "Two entries of a stream change places, and everything is signed again",
                3,
                "missing",
                log => Then(log, () => (log.Rows[3], log.Rows[4]) = (log.Rows[4], log.Rows[3]))
            ),
            Row(
                "Two lines change places",
                7,
                "stands where entry",
                log => Lines(log, lines => Swap(lines, Find(lines, 7), Find(lines, 8)))
            ),
            Row(
                "A line of an entry is deleted",
                8,
                "stands where entry",
                log => Lines(log, lines => lines.RemoveAt(Find(lines, 8)))
            ),
            Row(
                "An entry is deleted, and everything is signed again",
                8,
                "do not stand together",
                log => Then(log, () => log.Rows.RemoveAt(8))
            ),
            Row(
                "The first entry of a stream is deleted, and everything is signed again",
                3,
                "missing",
                log => Then(log, () => log.Rows.RemoveAt(3))
            ),
            Row(
                "An entry stands twice, and everything is signed again",
                4,
                "the same id",
                log => Then(log, () => log.Rows.Insert(4, log.Rows[3]))
            ),
            Row("An entry is inserted that names the right one before it", 13, "again", log => Insert(log)),
            Row(
                "The newest entries are cut off, with a kept checkpoint",
                7,
                "shorter than a checkpoint that was kept",
                log => log.Part(0, 7),
                KeptBefore
            ),
            Row(
                "The last entry of a version is cut off, and everything is signed again",
                4,
                "ends before its 3 events",
                log => Then(log, () => log.Rows.RemoveRange(5, 9), 5)
            ),
            Row("An entry is backdated, and everything is signed again", 14, "backdated", log => Backdate(log)),
            Row(
                "A body is cleared without an erasure, nothing after it",
                13,
                "no erasure covers it",
                log => Edit(log, 13, row => row.IsCleared = true)
            ),
            Row(
                "A body is cleared without an erasure, with more of the stream after it",
                8,
                "no erasure covers it",
                log => Edit(log, 8, row => row.IsCleared = true)
            ),
            Row(
                "A body of the vocabulary is cleared",
                1,
                "no erasure takes",
                log => Edit(log, 1, row => row.IsCleared = true)
            ),
            Row(
                "The body of an erasure is cleared",
                11,
                "no erasure takes",
                log => Edit(log, 11, row => row.IsCleared = true)
            ),
            Row(
                "Another creator's body is cleared under an erasure",
                3,
                "missing",
                log => CoverAnother(log, isCleared: true)
            ),
            Row(
                "Another creator's newest body is cleared under an erasure",
                9,
                "not of the erased creator's stream",
                log => CoverNewest(log)
            ),
            Row(
                "An erasure covers another creator's body, which is still there",
                7,
                "not of the erased creator's stream",
                log => CoverAnother(log, isCleared: false)
            ),
            Row("Of an erased stream a whole version is gone", 4, "do not follow each other", _ => EraseWithout(3)),
            Row(
                "Of an erased stream the newest version is gone",
                4,
                "do not follow each other",
                _ => EraseWithout(2, skip: true)
            ),
            Row("An erasure does not list an event of its stream", 5, "does not list all", _ => LeaveOut()),
            Row("An erasure covers a place that its stream has already", 5, "do not follow each other", _ => Doubled()),
            Row("An erasure covers a requester's use", 2, "no erasure takes", _ => CoverUse()),
            Row(
                "An event of another stream stands inside a version",
                4,
                "do not stand together",
                log => Then(log, () => Move(log.Rows, 6, 4))
            ),
            Row(
                "Two events have one id",
                13,
                "the same id",
                log => Then(log, () => log.Rows[13] = Copied(log.Rows[13], log.Rows[3].Event.EventId))
            ),
            Row(
                "The keys are of one kind only",
                null,
                "not listed as",
                log => Lines(log, lines => lines[1] = OneKind(log.Keys))
            ),
            Row(
                "One of a checkpoint's signatures by the log's keys is wrong",
                null,
                "a wrong signature",
                log => Lines(log, lines => lines[Note(lines)] = SampleLog.NoteLine(WrongBeside(log, 3)))
            ),
            Row("An erasure covers an entry after it", 6, "not before it", log => CoverLater(log)),
            Row(
                "A stream goes on after its creator was erased",
                14,
                "after its creator was erased",
                log => Then(log, () => log.Add("bea", SampleLog.Lockdown()))
            ),
            Row(
                "Everything is signed again with other keys, but the auditor pinned the real ones",
                null,
                "not signed by a pinned key",
                Resigned,
                () => new() { PinnedSet = LogFixtures.Keys(1) }
            ),
            Row(
                "Checkpoints are signed by keys that the export does not list",
                null,
                "not signed by the log's keys",
                log => Lines(log, lines => lines[Note(lines)] = SampleLog.NoteLine(log.Note(3, LogFixtures.Keys(9))))
            ),
            Row(
                "A fork: another past, with a kept checkpoint",
                12,
                "another past",
                log => Edit(log, 10, row => row.Leaf = Swap(row.Leaf, Id(10), Id(99))),
                KeptBefore
            ),
            Row(
                "A checkpoint is of a tree that was not yet so large",
                null,
                "stands after",
                log => Lines(log, lines => lines[Note(lines)] = SampleLog.NoteLine(log.Note(7)))
            ),
            Row(
                "A checkpoint stands twice",
                null,
                "stands after",
                log => Lines(log, lines => lines.Insert(Note(lines), lines[Note(lines)]))
            ),
            Row(
                "The keys are another's",
                null,
                "not signed by the log's keys",
                log => Lines(log, lines => lines[1] = lines[1] is var _ ? Story(LogFixtures.Keys(9)).Export()[1] : "")
            ),
            Row(
                "The keys have a member more",
                null,
                "not listed as",
                log =>
                    Lines(log, lines => lines[1] = lines[1].Replace("\"kty\":\"EC\"", "\"kid2\":\"\",\"kty\":\"EC\""))
            ),
            Row(
                "A line has a member more",
                null,
                "not one that the registry writes",
                log => Lines(log, lines => lines[4] = lines[4].Replace("{\"body\"", "{\"a\":1,\"body\""))
            ),
            Row(
                "A line has a space more",
                null,
                "not one that the registry writes",
                log => Lines(log, lines => lines[4] = lines[4].Replace("\"kind\":", "\"kind\": "))
            ),
            Row(
                "The last line is not made to fit",
                null,
                "changed after it was written",
                log => [.. log.Export().SkipLast(1), log.Part(0, 13)[^1]]
            ),
            Row(
                "The first line promises more entries",
                14,
                "which its first line promises",
                log => Lines(log, lines => lines[0] = lines[0].Replace("\"to\":14", "\"to\":15"))
            ),
            Row(
                "A bundle's newest version is withheld",
                5,
                "another end of the stream",
                log => Withhold(log, keepEntries: 3)
            ),
            Row(
                "An older statement hides that a bundle has more",
                10,
                "another end of the stream",
                log => Statement(log, log.Statement("ana", 14, 1, log.Rows[5].Event.Hash))
            ),
            Row(
                "A bundle's statement is another creator's",
                10,
                "another end of the stream",
                log => Statement(log, log.Bundle("cem")[^2])
            ),
            Row(
                "A bundle's statement is signed by somebody else",
                null,
                "signed by a key that is not known",
                log => Statement(log, Story(LogFixtures.Keys(9)).Bundle("ana")[^2])
            ),
            Row(
                "A bundle leaves out an entry in the middle",
                5,
                "before this one is missing",
                log => BundleLines(log, lines => lines.RemoveAt(4))
            ),
            Row(
                "A bundle leaves out its first entry",
                4,
                "before this one is missing",
                log => BundleLines(log, lines => lines.RemoveAt(3))
            ),
            Row(
                "A bundle has an entry of another creator in place of its own",
                7,
                "not of the stream",
                log => BundleLines(log, lines => lines[3] = log.Bundle("cem")[3])
            ),
            Row(
                "A bundle has another creator's entry as well",
                13,
                "not of the stream",
                log => BundleLines(log, lines => lines.Insert(7, log.Bundle("cem")[5]))
            ),
            Row(
                "A bundle's entries change places",
                4,
                "is missing",
                log => BundleLines(log, lines => Swap(lines, 3, 4))
            ),
            Row(
                "A bundle's proof is for another place",
                2,
                "does not show",
                log => BundleLines(log, lines => lines[3] = lines[3].Replace("\"seq\":3}", "\"seq\":2}"))
            ),
            Row(
                "A bundle's body is cleared",
                4,
                "no erasure covers it",
                log => Then(log, () => log.Rows[4].IsCleared = true, export: () => log.Bundle("ana"))
            ),
            Row(
                "An erased event's leaf is replaced in the log, and the erased creator's bundle shows it",
                3,
                "does not name the one before it",
                _ => ReplaceErased()
            ),
            Row(
                "A bundle is said to be another creator's",
                3,
                "not of the stream",
                log => BundleLines(log, lines => lines[0] = lines[0].Replace("ana", "dan"))
            ),
            Row(
                "A bundle's checkpoint is signed with other keys, but the auditor pinned the real ones",
                null,
                "not signed by a pinned key",
                log => Story(LogFixtures.Keys(9)).Bundle("ana"),
                () => new() { PinnedSet = LogFixtures.Keys(1) }
            ),
            Row(
                "A bundle of a fork, with a kept checkpoint of the same size",
                13,
                "another past",
                log =>
                    Then(
                        log,
                        () =>
                        {
                            log.Rows[8].Leaf = Swap(log.Rows[8].Leaf, Id(8), Id(99));
                        },
                        export: () => log.Bundle("ana")
                    ),
                KeptBefore
            ),
        ];

    [Theory]
    [MemberData(nameof(Deeds))]
    public void A_deed_is_found_and_named(Deed deed)
    {
        var lines = deed.Do(SampleLog.Story());

        var report = SampleLog.Verify(lines, deed.Auditor());

        Assert.Equal(Verdict.Tampered, report.Verdict);
        Assert.Contains(deed.Sentence, report.Failure!.What);
        Assert.Equal(deed.Seq, report.Failure.Seq);
    }

    [Fact]
    public void Without_a_kept_checkpoint_a_log_that_was_cut_off_at_a_checkpoint_is_a_shorter_log() =>
        Assert.Equal(
            (Verdict.Valid, 3),
            SampleLog.Verify(SampleLog.Story().Part(0, 3)) is var report
                ? (report.Verdict, report.Proven.Size)
                : default
        );

    public static IEnumerable<TheoryDataRow<Deed>> NotEnough() =>
        [
            Row("Entries after the last checkpoint", 7, "not signed by anybody", log => log.Part(0, 9)),
            Row("The last line is missing", null, "broke off", log => [.. log.Export().SkipLast(1)]),
            Row("Everything after the keys is missing", null, "broke off", log => [.. log.Export().Take(2)]),
            Row("The export starts later", null, "Entries 0 to 6 are missing", log => log.Part(7, 14)),
            Row(
                "A part in the middle is missing",
                null,
                "Entries 3 to 6 are missing",
                log => [.. log.Part(0, 3), .. log.Part(7, 14)]
            ),
            Row(
                "A leaf of a later format",
                5,
                "does not know",
                log => Edit(log, 5, row => row.Leaf = Swap(row.Leaf, "\"v\":1", "\"v\":2"))
            ),
            Row(
                "A type of event that came later",
                5,
                "does not know",
                log => Edit(log, 5, row => row.Leaf = Swap(row.Leaf, "videoRegistered", "videoMoved"))
            ),
            Row("A part is given twice", null, "given twice", log => [.. log.Part(0, 7), .. log.Part(0, 7)]),
            Row("A bundle without its last line", null, "broke off", log => [.. log.Bundle("ana").SkipLast(1)]),
            Row("No export at all", null, "neither an export", _ => ["{\"error\":\"unauthorized\"}"]),
            Row("An empty file", null, "nothing to verify", _ => []),
            Row("An empty log", null, "not signed by anybody", log => log.Part(0, 0)),
            Row(
                "Pinned keys that sign no checkpoints",
                null,
                "Ed25519",
                log => log.Export(),
                () =>
                    new()
                    {
                        PinnedSet = LogFixtures.Keys(1) is var keys
                            ? KeySet
                                .Parse(Encoding.UTF8.GetBytes($"{{\"keys\":[{OnlyP256(keys)}]}}"), LogFixtures.Ed25519)
                                .Value
                            : null,
                    }
            ),
            Row(
                "A kept checkpoint that is none",
                null,
                "no signed checkpoint",
                log => log.Export(),
                () => new() { KeptCheckpoints = ["hello"] }
            ),
            Row(
                "A kept checkpoint by other keys",
                null,
                "none of the trusted keys",
                log => log.Export(),
                () => new() { KeptCheckpoints = [SampleLog.Story().Note(7, LogFixtures.Keys(9))] }
            ),
            Row(
                "A line beyond the limit",
                null,
                "longer than",
                log => [.. log.Export().Take(2), new string('a', ExportVerifier.MaxLineBytes + 1)]
            ),
        ];

    [Theory]
    [MemberData(nameof(NotEnough))]
    public void What_is_not_enough_is_neither_valid_nor_tampered(Deed deed)
    {
        var report = SampleLog.Verify(deed.Do(SampleLog.Story()), deed.Auditor());

        Assert.Equal(Verdict.Unusable, report.Verdict);
        Assert.Contains(deed.Sentence, report.Failure!.What);
    }

    [Fact]
    public void How_far_back_time_may_go_is_the_auditors_choice()
    {
        var log = SampleLog.Story();
        log.Now = log.Now.Plus(TimeSpan.FromMinutes(-9));
        log.Add("dan", SampleLog.Lockdown());
        log.Checkpoints.Add(15);

        Assert.Equal(Verdict.Valid, SampleLog.Verify(log.Export()).Verdict);
        Assert.Equal(
            14,
            SampleLog.Verify(log.Export(), new() { ClockTolerance = TimeSpan.FromMinutes(5) }).Failure?.Seq
        );
    }

    public sealed record Deed(
        string Name,
        long? Seq,
        string Sentence,
        Func<SampleLogLines, List<string>> Act,
        Func<VerificationRequest> Auditor
    )
    {
        internal List<string> Do(SampleLog log) => Act(new(log));

        public override string ToString() => Name;
    }

    /// <summary>Hides the internal type from the public theory.</summary>
    public sealed class SampleLogLines
    {
        internal SampleLogLines(SampleLog log) => Log = log;

        internal SampleLog Log { get; }
    }

    private static TheoryDataRow<Deed> Row(
        string name,
        long? seq,
        string sentence,
        Func<SampleLog, List<string>> act,
        Func<VerificationRequest>? auditor = null
    ) => new(new(name, seq, sentence, lines => act(lines.Log), auditor ?? (() => Unarmed))) { TestDisplayName = name };

    private static VerificationRequest KeptBefore() =>
        new() { KeptCheckpoints = [SampleLog.Story().Note(13), SampleLog.Story().Note(14)] };

    private static SampleLog Story(KeySet keys)
    {
        var log = SampleLog.Story();
        log.Keys = keys;
        return log;
    }

    private static List<string> Resigned(SampleLog log)
    {
        log.Keys = LogFixtures.Keys(9);
        return log.Export();
    }

    private static List<string> Edit(SampleLog log, int seq, Action<SampleLog.Row> edit)
    {
        edit(log.Rows[seq]);
        return log.Export();
    }

    private static List<string> Then(
        SampleLog log,
        Action act,
        long? checkpoint = null,
        Func<List<string>>? export = null
    )
    {
        act();
        log.Checkpoints.RemoveWhere(size => size > log.Rows.Count);
        log.Checkpoints.Add(checkpoint ?? log.Rows.Count);
        return (export ?? log.Export)();
    }

    private static List<string> Lines(SampleLog log, Action<List<string>> change) => Changed(log.Export(), change);

    private static List<string> BundleLines(SampleLog log, Action<List<string>> change) =>
        Changed(log.Bundle("ana"), change);

    private static List<string> Statement(SampleLog log, string statement) =>
        BundleLines(log, lines => lines[^2] = statement);

    private static List<string> Withhold(SampleLog log, int keepEntries) =>
        BundleLines(log, lines => lines.RemoveRange(3 + keepEntries, lines.Count - 5 - keepEntries));

    private static List<string> Changed(List<string> lines, Action<List<string>> change)
    {
        change(lines);
        return SampleLog.Seal(lines);
    }

    private static List<string> Insert(SampleLog log)
    {
        // In the stream of cem a second version 1 follows, made by somebody who holds everything but the past.
        var forged = Event.Seal(
            StreamId.OfCreator(CreatorId.Parse("cem")),
            1,
            log.Now,
            log.Rows[8].Event.Hash,
            [SampleLog.Lockdown()],
            Authorship.Registry,
            () => new(Guid.AllBitsSet, new byte[32])
        )[0];
        return Then(log, () => log.Rows.Insert(13, new(forged)));
    }

    private static List<string> Backdate(SampleLog log)
    {
        log.Now = log.Now.Plus(TimeSpan.FromMinutes(-12));
        return Then(log, () => log.Add("dan", SampleLog.Lockdown()));
    }

    private static List<string> CoverAnother(SampleLog log, bool isCleared)
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        for (var version = 1; version <= 3; version++)
        {
            own.Add("ana", SampleLog.Lockdown());
            own.Add("bea", SampleLog.Lockdown());
        }
        // Entry 4 is the second version of bea, whom nobody erases, while ana's own second is entry 3.
        own.Rows[1].IsCleared = own.Rows[5].IsCleared = true;
        own.Rows[isCleared ? 4 : 3].IsCleared = true;
        if (!isCleared)
        {
            own.Add("cem", Records.CreatorErased(own.Now, new([(4, 4)], [])));
            own.Rows[1].IsCleared = own.Rows[5].IsCleared = own.Rows[3].IsCleared = false;
            return Padded(own);
        }
        own.Add("ana", Records.CreatorErased(own.Now, new([(1, 1), (4, 5)], [])));
        own.Rows[3].IsCleared = false;
        return Padded(own);
    }

    private static List<string> Padded(SampleLog own)
    {
        own.Checkpoints.Add(own.Rows.Count);
        return own.Export();
    }

    private static List<string> CoverNewest(SampleLog log)
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        for (var version = 1; version <= 4; version++)
            own.Add("bea", SampleLog.Lockdown());
        own.Add("ana", SampleLog.Lockdown());
        own.Add("ana", SampleLog.Lockdown());
        own.Add("cem", SampleLog.Lockdown());
        own.Add("dan", SampleLog.Lockdown());
        own.Rows[4].IsCleared = own.Rows[5].IsCleared = own.Rows[6].IsCleared = true;
        own.Add("ana", Records.CreatorErased(own.Now, new([(4, 6)], [])));
        return Padded(own);
    }

    private static List<string> ReplaceErased()
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        own.Add("ana", SampleLog.Lockdown());
        own.Add("ana", SampleLog.Lockdown());
        own.Erase("ana", byId: 0);
        own.Rows[2].Leaf = Swap(own.Rows[2].Leaf, Id(2), Id(99));
        return own.Bundle("ana");
    }

    private static List<string> CoverLater(SampleLog log)
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        for (var version = 1; version <= 5; version++)
            own.Add("ana", SampleLog.Lockdown());
        own.Add("ana", Records.CreatorErased(own.Now, new([(1, 9)], [])));
        return Padded(own);
    }

    // The creator's versions but the last, or with a gap before the erasure.
    private static List<string> EraseWithout(int versions, bool skip = false)
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        for (var version = 1; version <= versions; version++)
            own.Add("ana", SampleLog.Lockdown());
        if (skip)
            own.Skip("ana");
        own.Add("bea", SampleLog.Lockdown());
        own.Erase("ana", byId: 0);
        if (skip)
            return Padded(own);
        // Version 2 of three is gone as if it had never been, and the erasure covers what is left.
        own.Rows.RemoveAt(2);
        own.Rows[^1] = Erasing(own.Rows[^1], [(1, 2)]);
        return Padded(own);
    }

    private static List<string> LeaveOut()
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        for (var version = 1; version <= 3; version++)
            own.Add("ana", SampleLog.Lockdown());
        own.Add("bea", SampleLog.Lockdown());
        own.Add("ana", Records.CreatorErased(own.Now, new([(1, 2)], [])));
        return Padded(own);
    }

    // The first version of bea passes for one of ana, who has a first one.
    private static List<string> Doubled()
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        own.Add("ana", SampleLog.Lockdown());
        own.Add("bea", SampleLog.Lockdown());
        own.Add("ana", SampleLog.Lockdown());
        own.Add("cem", SampleLog.Lockdown());
        own.Rows[2].IsCleared = own.Rows[3].IsCleared = true;
        own.Add("ana", Records.CreatorErased(own.Now, new([(1, 3)], [])));
        return Padded(own);
    }

    private static List<string> CoverUse()
    {
        var own = new SampleLog();
        own.AddVocabulary(["remix"]);
        own.Add("ana", SampleLog.Lockdown());
        own.Add("$requester/studio", SampleLog.Use("ana", "v"));
        own.Rows[1].IsCleared = own.Rows[2].IsCleared = true;
        own.Add("ana", Records.CreatorErased(own.Now, new([(1, 2)], [])));
        return Padded(own);
    }

    private static void Move(List<SampleLog.Row> rows, int from, int to)
    {
        var row = rows[from];
        rows.RemoveAt(from);
        rows.Insert(to, row);
    }

    private static SampleLog.Row Copied(SampleLog.Row row, Guid id) =>
        new(row.Event) { Leaf = Swap(row.Leaf, row.Event.EventId.ToString(), id.ToString()) };

    private static SampleLog.Row Erasing(SampleLog.Row row, IEnumerable<(long, long)> ranges)
    {
        Assert.True(Leaf.TryParse(row.Leaf, out var leaf));
        return new(row.Event) { Leaf = (leaf with { Erased = new([.. ranges], []) }).Encode() };
    }

    private static string OneKind(KeySet keys)
    {
        var all = keys.Public(SampleLog.Origin);
        var ecdsa = all.IndexOf(",{\"alg\":\"ES256\"", StringComparison.Ordinal);
        Assert.True(ecdsa > 0);
        return all[..ecdsa] + "],\"kind\":\"keys\"}";
    }

    // The log's own key signed the checkpoint, and something else under it.
    private static string WrongBeside(SampleLog log, long size)
    {
        var note = log.Note(size);
        var other = log.Note(7);
        return note + other[other.IndexOf('\u2014', StringComparison.Ordinal)..];
    }

    private static string Id(int row) => new Guid(0, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)(row + 1)]).ToString();

    private static string OnlyP256(KeySet keys) =>
        keys.ToJson(false) is var json ? json[json.IndexOf("{\"alg\":\"ES256\"", StringComparison.Ordinal)..^2] : "";

    private static byte[] Swap(byte[] bytes, string from, string to)
    {
        var text = Encoding.UTF8.GetString(bytes);
        Assert.Contains(from, text);
        return Encoding.UTF8.GetBytes(text.Replace(from, to));
    }

    private static void Replace(List<string> lines, string kind, int seq, string from, string to)
    {
        var at = Find(lines, seq);
        Assert.Contains($"\"kind\":\"{kind}\"", lines[at]);
        Assert.Contains(from, lines[at]);
        lines[at] = lines[at].Replace(from, to);
    }

    private static void Swap(List<string> lines, int one, int other) =>
        (lines[one], lines[other]) = (lines[other], lines[one]);

    private static int Find(List<string> lines, int seq) =>
        lines.FindIndex(line => line.EndsWith($"\"seq\":{seq}}}", StringComparison.Ordinal));

    private static int Note(List<string> lines) =>
        lines.FindIndex(line => line.StartsWith("{\"kind\":\"checkpoint\"", StringComparison.Ordinal));
}
