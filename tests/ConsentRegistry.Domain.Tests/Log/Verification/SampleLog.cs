using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>A log in memory, and its exports written by hand: nothing here reads what the verifier reads.</summary>
internal sealed class SampleLog
{
    public const string Origin = LogFixtures.Origin;

    private static readonly TimeSpan Step = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (long Version, byte[]? Head)> heads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject?> records = new(StringComparer.Ordinal);
    private int drawn;

    public List<Row> Rows { get; } = [];

    public SortedSet<long> Checkpoints { get; } = [];

    public KeySet Keys { get; set; } = LogFixtures.Keys(1);

    /// <summary>Who signs the checkpoint of a size, where it is not <see cref="Keys"/>.</summary>
    public Dictionary<long, KeySet> Signers { get; } = [];

    public Instant Now { get; set; } = new(1_800_000_000_000_000);

    /// <summary>
    /// A vocabulary, three creators, a version of three events, an erasure, and checkpoints between them.
    /// </summary>
    public static SampleLog Story()
    {
        var log = new SampleLog();
        log.AddVocabulary(["remix", "remix.voice", "training"]);
        log.Checkpoints.Add(3);
        log.Add("ana", Default("remix", Effect.Allow), Default("training", Effect.Deny), Video("ana", "v1"));
        log.Add("bea", Default("remix", Effect.Allow));
        log.Checkpoints.Add(7);
        log.Add("cem", Video("cem", "v1"), Lockdown());
        log.Add("bea", Default("remix", Effect.Ask));
        log.Add("ana", Lockdown());
        log.Erase("bea");
        log.Checkpoints.Add(13);
        log.Add("cem", Default("remix", Effect.Allow));
        log.Checkpoints.Add(14);
        return log;
    }

    public void AddVocabulary(IEnumerable<string> names) =>
        Add(
            "$vocabulary",
            [
                .. names.Select(name =>
                    Records.PurposeRegistered(
                        new PurposeDefinition(Purpose.Parse(name), false, $"What {name} means.", 1)
                    )
                ),
            ]
        );

    /// <summary>The change that is added to a stream next.</summary>
    public Stamp NextStamp(string stream) => new(heads.GetValueOrDefault(stream).Version + 1, Now.Plus(Step));

    /// <summary>
    /// A change: the next version of a stream, a minute later. The records get the stamps of that version, and begin
    /// with what the stream has; a stop that stands is lifted.
    /// </summary>
    public void Add(string stream, params RecordChange[] changes)
    {
        var stamp = NextStamp(stream);
        Add(
            stream,
            new Authorship("somebody", "a program", null, "a \"reason\""),
            [.. changes.Select(change => Continued(stream, change, stamp))]
        );
    }

    /// <summary>Whether a change would leave a record as it is.</summary>
    public bool Has(string stream, RecordChange change)
    {
        var continued = Continued(stream, change, NextStamp(stream));
        return JsonNode.DeepEquals(Stamped(continued.Before, default), Stamped(continued.After, default));
    }

    /// <summary>A change by somebody: the next version of a stream, a minute later.</summary>
    public void Add(string stream, Authorship by, params RecordChange[] changes)
    {
        Now = Now.Plus(Step);
        var (version, head) = heads.GetValueOrDefault(stream);
        Assert.True(StreamId.TryParse(stream, out var id));
        var events = Event.Seal(id, version + 1, Now, head, changes, by, Draw);
        heads[stream] = (version + 1, events[^1].Hash);
        foreach (var change in changes)
            records[PlaceOf(stream, change)] = change.After;
        Rows.AddRange(events.Select(each => new Row(each)));
    }

    /// <summary>Raises a stream by a version of which there is no event.</summary>
    public void Skip(string stream) => heads[stream] = heads[stream] with { Version = heads[stream].Version + 1 };

    /// <summary>Erases a creator; some of the covered events by their id instead of their place.</summary>
    public void Erase(string creator, int byId = 1, IReadOnlyList<ErasedIdentifiers>? identifiers = null)
    {
        var covered = Rows.Select((row, seq) => (row, Seq: (long)seq))
            .Where(each => each.row.Event.Stream.Name == creator)
            .ToList();
        foreach (var (row, _) in covered)
            row.IsCleared = true;
        var parts = Erasure.Covering(
            covered.SkipLast(byId).Select(each => each.Seq),
            covered.TakeLast(byId).Select(each => each.row.Event.EventId)
        );
        Add(
            creator,
            [
                .. Enumerable
                    .Range(0, Math.Max(parts.Length, identifiers?.Count ?? 0))
                    .Select(i =>
                        Records.CreatorErased(
                            Now,
                            i < parts.Length ? parts[i] : new([], []),
                            identifiers?.ElementAtOrDefault(i)
                        )
                    ),
            ]
        );
    }

    private RecordChange Continued(string stream, RecordChange change, Stamp stamp)
    {
        var before = records.GetValueOrDefault(PlaceOf(stream, change));
        var isLift = before is not null && change.Type is EventType.LockdownChanged or EventType.HoldChanged;
        return change with
        {
            Before = before,
            After = isLift && before is not null ? null : Stamped(change.After, stamp),
        };
    }

    private static string PlaceOf(string stream, RecordChange change) =>
        $"{stream} {(change.Type.StartsWith("grant", StringComparison.Ordinal) ? "grant" : change.Type)} {change.Key.ToJsonString()}";

    private static JsonObject? Stamped(JsonObject? record, Stamp stamp)
    {
        var stamped = record?.DeepClone().AsObject();
        foreach (var each in stamped?["segments"]?.AsArray().OfType<JsonObject>() ?? [])
            Put(each);
        if (stamped is not null)
            Put(stamped);
        return stamped;

        void Put(JsonObject members)
        {
            if (members.ContainsKey("changedAt"))
                (members["version"], members["changedAt"]) = (stamp.Version, stamp.At.ToString());
            if (members.ContainsKey("erasedAt"))
                members["erasedAt"] = stamp.At.ToString();
        }
    }

    public static RecordChange Default(string purpose, Effect effect) =>
        Records.DefaultChanged(
            new DefaultKey(Purpose.Parse(purpose), null),
            null,
            new DefaultSetting([new(null, Choice.Create(effect, Conditions.None, null, 1), new(1, new(5)))])
        );

    public static RecordChange Video(string creator, string video) =>
        Records.VideoRegistered(
            new VideoKey(CreatorId.Parse(creator), VideoId.Parse(video)),
            null,
            new VideoRecord(null, [], [])
        );

    public static RecordChange Lockdown() =>
        Records.StopChanged(StopKind.Lockdown, null, Stop.Create(null, new(2, new(6))));

    public static RecordChange Use(string creator, string video) =>
        Records.UseRecorded(
            new Guid(0, 0, 0, [0, 0, 0, 0, 0, 0, 1, 1]),
            new UseRecord(
                Requester.Parse("studio"),
                Purpose.Parse("remix"),
                null,
                [new(new(CreatorId.Parse(creator), VideoId.Parse(video)), UseReason.CreatorDefault, [], null)],
                new(7),
                new(1, new(8))
            )
        );

    public byte[] RootAt(long size) => Root([.. Rows.Take((int)size).Select(row => MerkleTree.LeafHash(row.Leaf))]);

    public string Note(long size, KeySet? keys = null) =>
        SignedNote
            .Sign(
                $"{Origin}\n{size}\n{Convert.ToBase64String(RootAt(size))}\n",
                (keys ?? Signers.GetValueOrDefault(size, Keys)).LogSigners(Origin)
            )
            .ToString();

    /// <summary>The lines of one part.</summary>
    public List<string> Part(long from, long to)
    {
        List<string> lines =
        [
            $$"""{"from":{{from}},"kind":"log","origin":"{{Origin}}","to":{{to}},"v":1}""",
            KeysLine(),
        ];
        for (var seq = from; seq < to; seq++)
        {
            lines.Add(Entry(seq));
            if (Checkpoints.Contains(seq + 1))
                lines.Add(NoteLine(Note(seq + 1)));
        }
        return Seal(lines);
    }

    public List<string> Export() => Part(0, Rows.Count);

    /// <summary>A creator's bundle under the checkpoint of a size.</summary>
    public List<string> Bundle(string creator, long? upTo = null)
    {
        var size = upTo ?? Rows.Count;
        return Seal([
            $$"""{"creatorId":"{{creator}}","kind":"creator","origin":"{{Origin}}","v":1}""",
            KeysLine(),
            NoteLine(Note(size)),
            .. StreamLines(creator, size),
        ]);
    }

    /// <summary>The bundle of a receipt, as a registry writes it that signs whatever it is given.</summary>
    public List<string> ReceiptBundle(JsonObject receipt)
    {
        var size = Rows.Count;
        List<string> lines =
        [
            $$"""{"jws":"{{Jws.Sign(receipt, Receipt.Type, Keys.TokenSigner!)}}","kind":"receipt","origin":"{{Origin}}","v":1}""",
            KeysLine(),
            NoteLine(Note(size)),
        ];
        if (receipt["log"] is { } log && (long)log["size"]! is > 0 and var old && old <= size)
            lines.Add(HeadLine(old, size));
        return Seal([
            .. lines,
            .. receipt["versions"]!
                .AsObject()
                .Select(version => version.Key)
                .Order(StringComparer.Ordinal)
                .SelectMany(stream => StreamLines(stream, size)),
        ]);
    }

    public string HeadLine(long old, long size)
    {
        string Proven(long seq) =>
            $$"""{"leaf":{{Quote(Encoding.UTF8.GetString(Rows[(int)seq].Leaf))}},"proof":{{Hashes(ProofOf(seq, size))}}}""";
        byte[][] leaves = [.. Rows.Take((int)size).Select(row => MerkleTree.LeafHash(row.Leaf))];
        var consistency = ProofPath
            .Consistency(old, size)
            .Select(range => Root(leaves[(int)range.First..(int)range.End]));
        return $$"""{"consistency":{{Hashes(consistency)}},"kind":"head","last":{{Proven(old - 1)}},"next":{{(old < size ? Proven(old) : "null")}}}""";
    }

    private IEnumerable<string> StreamLines(string stream, long size)
    {
        var own = Enumerable.Range(0, (int)size).Where(seq => Rows[seq].Event.Stream.Name == stream).ToList();
        var last = own.Count == 0 ? null : Rows[own[^1]];
        return
        [
            .. own.Select(seq => Entry(seq, ProofOf(seq, size))),
            Statement(stream, size, last?.Event.Version ?? 0, last is null ? null : SHA256.HashData(last.Leaf)),
        ];
    }

    public string Statement(string creator, long size, long version, byte[]? head) =>
        $$"""{"jws":"{{Jws.Sign(
            new() { ["creatorId"] = creator, ["head"] = head is null ? null : Base64Url.EncodeToString(head), ["origin"] = Origin, ["treeSize"] = size, ["v"] = 1, ["version"] = version },
            "consent-stream+jws",
            Keys.TokenSigner!)}}","kind":"statement"}""";

    public string Entry(long seq, IEnumerable<byte[]>? proof = null)
    {
        var row = Rows[(int)seq];
        var body = row.IsCleared ? "null" : Quote(Encoding.UTF8.GetString(row.Body));
        var salt = row.IsCleared ? "null" : Quote(Base64Url.EncodeToString(row.Salt));
        var path = proof is null ? "" : $"\"proof\":{Hashes(proof)},";
        return $$"""{"body":{{body}},"kind":"entry","leaf":{{Quote(Encoding.UTF8.GetString(row.Leaf))}},{{path}}"salt":{{salt}},"seq":{{seq}}}""";
    }

    private static string Hashes(IEnumerable<byte[]> hashes) =>
        $"[{string.Join(',', hashes.Select(hash => Quote(Base64Url.EncodeToString(hash))))}]";

    public static string NoteLine(string note) => $$"""{"kind":"checkpoint","note":{{Quote(note)}}}""";

    /// <summary>The lines with the last line that belongs to them, in place of the one they have.</summary>
    public static List<string> Seal(IEnumerable<string> lines)
    {
        var kept = lines.Where(line => !line.StartsWith("{\"kind\":\"end\"", StringComparison.Ordinal)).ToList();
        return [.. kept, $$"""{"kind":"end","sha256":"{{Base64Url.EncodeToString(SHA256.HashData(Bytes(kept)))}}"}"""];
    }

    public static byte[] Bytes(IEnumerable<string> lines) =>
        Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    public static VerificationReport Verify(IEnumerable<string> lines, VerificationRequest? request = null) =>
        Verify(request ?? new(), Bytes(lines));

    public static VerificationReport Verify(VerificationRequest request, params IEnumerable<byte[]> inputs)
    {
        using var verifier = new ExportVerifier(request, LogFixtures.Ed25519);
        foreach (var input in inputs)
        {
            foreach (var chunk in input.Chunk(777))
                verifier.Read(chunk);
            verifier.EndInput();
        }
        return verifier.Finish();
    }

    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"";

    private string KeysLine() => Keys.Public(Origin)[..^1] + ",\"kind\":\"keys\"}";

    private IEnumerable<byte[]> ProofOf(long seq, long size)
    {
        byte[][] leaves = [.. Rows.Take((int)size).Select(row => MerkleTree.LeafHash(row.Leaf))];
        return ProofPath.Inclusion(seq, size).Select(range => Root(leaves[(int)range.First..(int)range.End]));
    }

    // RFC 6962, section 2.1, by its definition.
    private static byte[] Root(byte[][] leaves)
    {
        if (leaves.Length == 0)
            return SHA256.HashData([]);
        if (leaves.Length == 1)
            return leaves[0];
        var split = 1;
        while (split * 2 < leaves.Length)
            split *= 2;
        return MerkleTree.NodeHash(Root(leaves[..split]), Root(leaves[split..]));
    }

    private EventEntropy Draw()
    {
        var number = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(number.AsSpan(12), ++drawn);
        return new(new(number, bigEndian: true), SHA256.HashData(number));
    }

    /// <summary>An event in its place in the log, and what somebody made of it.</summary>
    public sealed class Row(Event sealedEvent)
    {
        public Event Event { get; } = sealedEvent;

        public byte[] Leaf { get; set; } = sealedEvent.Leaf;

        public byte[] Body { get; set; } = sealedEvent.Body;

        public byte[] Salt { get; set; } = sealedEvent.Salt;

        public bool IsCleared { get; set; }
    }
}
