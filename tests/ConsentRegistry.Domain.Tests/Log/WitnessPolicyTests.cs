using System.Text;
using System.Text.RegularExpressions;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>Policies on witnesses by C2SP tlog-policy: what is read, what is refused, and which notes meet them.</summary>
public sealed partial class WitnessPolicyTests
{
    private const long Time = 1_800_000_000;

    private static readonly string Log = $"log {LogFixtures.Key(1)}";

    [Fact]
    public void Two_of_three_witnesses_are_enough_and_one_is_not()
    {
        var policy = Read([.. Witnesses(3), "group g 2 w1 w2 w3", "quorum g"]);
        Assert.False(policy.IsMetBy(Note()));
        Assert.False(policy.IsMetBy(Note((1, Time))));
        Assert.True(policy.IsMetBy(Note((1, Time), (3, Time + 5))));
        Assert.True(policy.IsMetBy(Note((1, Time), (2, Time + 5), (3, Time + 9))));
    }

    [Theory]
    // By groups of groups: two of the first three, and any of the last two.
    [InlineData("1 2 4", true)]
    [InlineData("2 3 5", true)]
    [InlineData("1 2 3 4 5", true)]
    [InlineData("1 2 3", false)]
    [InlineData("1 4 5", false)]
    [InlineData("4 5", false)]
    [InlineData("", false)]
    public void Groups_of_groups_are_judged(string cosigned, bool isMet)
    {
        var policy = Read([
            .. Witnesses(5),
            "group first 2 w1 w2 w3",
            "group last any w4 w5",
            "group both all first last",
            "quorum both",
        ]);
        var numbers = cosigned.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(byte.Parse);
        Assert.Equal(isMet, policy.IsMetBy(Note([.. numbers.Select(number => (number, Time))])));
    }

    [Fact]
    public void The_policy_is_met_since_the_oldest_cosignature_that_it_needs()
    {
        var policy = Read([.. Witnesses(3), "group g 2 w1 w2 w3", "quorum g"]);
        var finding = policy.Judge(Note((1, Time + 20), (2, Time), (3, Time + 10)));
        Assert.Equal((true, Time + 10), (finding.IsMet, finding.Since));
        Assert.Equal([Time + 20, Time, Time + 10], finding.Counted.Select(one => one.Seconds));
        Assert.Equal(["w1", "w2", "w3"], finding.Counted.Select(one => one.Witness.Name));
        Assert.Null(policy.Judge(Note((1, Time))).Since);
    }

    [Fact]
    public void A_witness_counts_once_with_its_newest_cosignature()
    {
        var policy = Read([.. Witnesses(2), "group g all w1 w2", "quorum g"]);
        Assert.False(policy.IsMetBy(Note((1, Time), (1, Time + 1), (1, Time + 2))));
        var finding = policy.Judge(Note((1, Time + 2), (2, Time), (1, Time + 9), (1, Time + 1)));
        Assert.Equal([Time + 9, Time], finding.Counted.Select(one => one.Seconds));
    }

    [Fact]
    public void Lines_of_others_say_nothing_and_a_wrong_line_of_a_witness_is_refused()
    {
        var policy = Read([.. Witnesses(2), "group g any w1 w2", "quorum g"]);
        // Another witness, a witness's name under another key, and a witness's key under another name.
        var stranger = Cosignature.Sign(LogFixtures.Text, Time, LogFixtures.Signer(99, "w9"));
        var namesake = Cosignature.Sign(LogFixtures.Text, Time, LogFixtures.Signer(99, "witness.example/w1"));
        var renamed = Cosignature.Sign(LogFixtures.Text, Time, LogFixtures.Signer(41, "witness.example/other"));
        Assert.False(policy.IsMetBy(Note().With(stranger).With(namesake).With(renamed)));
        Assert.True(policy.IsMetBy(Note((1, Time)).With(stranger).With(namesake).With(renamed)));

        // A plain signature by the witness's key is no cosignature.
        Assert.False(policy.IsMetBy(Note().With(SignedNote.Sign(LogFixtures.Text, [Witness(1)]).Signatures[0])));
        // One over another checkpoint, and one that claims another time.
        var key = Witness(1).Key(NoteKeyType.Cosignature);
        var other = new Checkpoint(LogFixtures.Origin, 7, LogFixtures.Root(7)).ToString();
        var foreign = new NoteSignature(key.Name, key.Id, Cosignature.Sign(other, Time, Witness(1)).Bytes);
        byte[] moved = [.. Cosignature.Sign(LogFixtures.Text, Time, Witness(1)).Bytes];
        moved[7]++;
        foreach (var wrong in new[] { foreign, new(key.Name, key.Id, moved), new(key.Name, key.Id, [1]) })
        {
            var finding = policy.Judge(Note((2, Time)).With(wrong));
            Assert.Equal((false, null), (finding.IsMet, finding.Since));
            Assert.Empty(finding.Counted);
        }
    }

    [Fact]
    public void What_is_later_than_the_clock_allows_does_not_count_and_what_is_old_does()
    {
        var policy = Read([.. Witnesses(2), "group g 2 w1 w2", "quorum g"]);
        var note = Note((1, 0), (2, Time));
        Assert.True(policy.IsMetBy(note, latest: Time));
        Assert.False(policy.IsMetBy(note, latest: Time - 1));
        Assert.Equal(0, policy.Judge(note, Time).Since);
        // The largest time that C2SP allows.
        Assert.True(policy.IsMetBy(Note((1, long.MaxValue), (2, Time))));
        Assert.False(policy.IsMetBy(Note((1, long.MaxValue), (2, Time)), latest: Time));
        // One that is too late hides none that is not.
        Assert.True(policy.IsMetBy(Note((1, Time), (1, Time + 90), (2, Time)), latest: Time));
    }

    [Fact]
    public void A_policy_that_names_logs_wants_the_signature_of_one_of_them_under_its_own_origin()
    {
        string[] rest = ["witness w1 " + Key(1), "quorum w1"];
        Assert.True(Read([Log, .. rest]).IsMetBy(Note((1, Time))));
        Assert.True(Read([$"log {LogFixtures.Key(2)}", Log, .. rest]).IsMetBy(Note((1, Time))));
        Assert.False(Read([$"log {LogFixtures.Key(2)}", .. rest]).IsMetBy(Note((1, Time))));
        Assert.False(Read([$"log {LogFixtures.Key(1, "other.example/log")}", .. rest]).IsMetBy(Note((1, Time))));
        Assert.True(Read(rest).IsMetBy(Note((1, Time))));
        var none = Read([Log, "quorum none"]);
        Assert.True(none.IsMetBy(Note()));
        Assert.False(none.AsksForWitnesses);
        Assert.Null(none.Judge(Note()).Since);
        Assert.False(none.IsMetBy(SignedNote.Sign("no checkpoint\n", [LogFixtures.Signer(1)])));
    }

    [Fact]
    public void The_order_of_lines_does_not_matter_where_names_are_defined_before()
    {
        string[] lines = [Log, .. Witnesses(4), "group a 1 w1 w2", "group b all w3 w4", "group g 2 a b", "quorum g"];
        var random = new Random(20_261_130);
        var notes = Enumerable
            .Range(0, 16)
            .Select(mask =>
                Note([.. Enumerable.Range(0, 4).Where(i => (mask >> i) % 2 == 1).Select(i => ((byte)(i + 1), Time))])
            )
            .ToList();
        var expected = notes.ConvertAll(note => Read(lines).IsMetBy(note));
        for (var round = 0; round < 50; round++)
        {
            // Definitions before groups, and groups before the quorum; comments and blank lines anywhere.
            var definitions = lines[..5];
            random.Shuffle(definitions);
            var groups = lines[5..7];
            random.Shuffle(groups);
            var signatures = notes.ConvertAll(Shuffled);
            var policy = Read(["# comment", .. definitions, "", "\t #\tcomment", .. groups, .. lines[7..]]);
            Assert.Equal(expected, signatures.ConvertAll(note => policy.IsMetBy(note)));
        }

        SignedNote Shuffled(SignedNote note)
        {
            var order = note.Signatures.ToArray();
            random.Shuffle(order);
            return order.Skip(1).Aggregate(note.Keep(line => line.Equals(order[0])), (made, line) => made.With(line));
        }
    }

    [Fact]
    public void Gathering_keeps_what_the_log_signed_and_adds_the_newest_line_of_each_witness()
    {
        var policy = Read([.. Witnesses(3), "group g 2 w1 w2 w3", "quorum g"]);
        var lines = Note((1, Time), (3, Time), (1, Time + 7), (1, Time + 3), (9, Time)).Signatures;
        var gathered = policy.Gather(Note(), lines);
        Assert.StartsWith(Note().ToString(), gathered.ToString(), StringComparison.Ordinal);
        Assert.Equal([Time + 7, Time], policy.Judge(gathered).Counted.Select(one => one.Seconds));
        Assert.Equal(3, gathered.Signatures.Count);
        Assert.Equal($"{gathered}", $"{policy.Gather(Note(), gathered.Signatures.Reverse())}");
        // A line of another checkpoint is not taken.
        var other = new Checkpoint(LogFixtures.Origin, 7, LogFixtures.Root(7)).ToString();
        Assert.Single(policy.Gather(Note(), [Cosignature.Sign(other, Time, Witness(1))]).Signatures);
    }

    [Fact]
    public void Says_whether_some_of_the_witnesses_could_be_enough()
    {
        var policy = Read([.. Witnesses(3), "group g 2 w1 w2 w3", "quorum g"]);
        Assert.True(policy.CanBeMetBy(policy.Witnesses.Take(2)));
        Assert.False(policy.CanBeMetBy(policy.Witnesses.Take(1)));
    }

    [Fact]
    public void Reads_names_addresses_and_spaces_as_C2SP_has_them()
    {
        var text =
            $"\t log\t{LogFixtures.Key(1)}  https://log.example/ \n# ünïcode\n"
            + $"  witness  Zeugin-ä {Key(1)} http://127.0.0.1:7380/w\nquorum Zeugin-ä";
        Assert.True(
            WitnessPolicy.Parse(Encoding.UTF8.GetBytes(text), LogFixtures.Ed25519).Succeeded(out var policy, out _)
        );
        Assert.Equal("https://log.example/", Assert.Single(policy.Logs).Url);
        var witness = Assert.Single(policy.Witnesses);
        Assert.Equal(("Zeugin-ä", "http://127.0.0.1:7380/w"), (witness.Name, witness.Url));
        Assert.Equal(LogFixtures.Key(1), Assert.Single(policy.LogKeys(LogFixtures.Origin)));
        Assert.Empty(policy.LogKeys("other.example"));
        // A name is its bytes: these are two names, though both look like one.
        Read(["witness K " + Key(1), "witness \u212a " + Key(2), "group g 2 K \u212a", "quorum g"]);
    }

    [Theory]
    [InlineData("", "no line 'quorum")]
    [InlineData("W1", "no line 'quorum")]
    [InlineData("W1|quorum w2", "Line 2:")]
    [InlineData("quorum w1|W1", "Line 1:")]
    [InlineData("W1|quorum w1|quorum w1", "Line 3:")]
    [InlineData("W1|quorum", "Line 2:")]
    [InlineData("W1|quorum w1 w1", "Line 2:")]
    [InlineData("W1|W1|quorum w1", "Line 2:")]
    [InlineData("W1|witness w2 KEY1|quorum w1", "Line 2:")]
    [InlineData("W1|witness w2 RENAMED1|quorum w1", "Line 2:")]
    [InlineData("witness none KEY1|quorum none", "Line 1:")]
    [InlineData("W1|W2|group none any w1 w2|quorum none", "Line 3:")]
    [InlineData("W1|W2|group w1 any w2|quorum w1", "Line 3:")]
    [InlineData("W1|W2|group g 3 w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g 0 w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g -1 w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g +1 w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g 01 w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g some w1 w2|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g 1|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g any w1 w1|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g any w1 none|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g any w1 g|quorum g", "Line 3:")]
    [InlineData("W1|W2|group g any w1|group h any w1 w2|quorum h", "Line 4:")]
    [InlineData("witness w1 LOG|quorum w1", "Line 1:")]
    [InlineData("log KEY1|quorum none", "Line 1:")]
    [InlineData("log LOG|log LOG|quorum none", "Line 2:")]
    [InlineData("log LOG url more|quorum none", "Line 1:")]
    [InlineData("witness w1 KEY1 url more|quorum w1", "Line 1:")]
    [InlineData("witness w1|quorum w1", "Line 1:")]
    [InlineData("witness w1 KEY1x|quorum w1", "Line 1:")]
    [InlineData("witness w1 example.com+00000000+BAAA|quorum w1", "Line 1:")]
    [InlineData("witnesses w1 KEY1|quorum w1", "Line 1:")]
    [InlineData("W1|quorum w1\r", "Line 2: a control character")]
    [InlineData("W1|#\0|quorum w1", "Line 2: a control character")]
    [InlineData("W1|# \u007f|quorum w1", "Line 2: a control character")]
    public void Refuses_everything_else_and_names_the_line(string template, string why)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KEY1"] = Key(1),
            ["RENAMED1"] = $"{LogFixtures.Key(41, "another", NoteKeyType.Cosignature)}",
            ["LOG"] = $"{LogFixtures.Key(1)}",
            ["W1"] = $"witness w1 {Key(1)}",
            ["W2"] = $"witness w2 {Key(2)}",
            ["|"] = "\n",
        };
        var text = Word().Replace(template, word => words[word.Value]);
        Assert.Contains(why, Refusal(text).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_limits_that_leave_room_for_what_C2SP_asks_for()
    {
        Read([.. Witnesses(32), "quorum w1"]);
        string[] Groups(int count) =>
            [
                .. Enumerable.Range(1, count).Select(i => $"group g{i} any {(i == 1 ? "w1" : $"g{i - 1}")}"),
                $"quorum g{count}",
            ];
        var deep = Read([.. Witnesses(1), .. Groups(WitnessPolicy.MaxItems)]);
        Assert.True(deep.IsMetBy(Note((1, Time))));
        Assert.StartsWith(
            $"Line {WitnessPolicy.MaxItems + 2}:",
            Refusal(string.Join('\n', [.. Witnesses(1), .. Groups(WitnessPolicy.MaxItems + 1)])).Detail,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            $"Line {WitnessPolicy.MaxItems + 1}:",
            Refusal(string.Join('\n', Witnesses(WitnessPolicy.MaxItems + 1))).Detail,
            StringComparison.Ordinal
        );
        var logs = Enumerable.Range(1, WitnessPolicy.MaxItems + 1).Select(i => $"log {LogFixtures.Key((byte)i)}");
        Assert.StartsWith(
            $"Line {WitnessPolicy.MaxItems + 1}:",
            Refusal(string.Join('\n', logs)).Detail,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "longer",
            Refusal(new string('#', WitnessPolicy.MaxBytes + 1)).Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Bytes_of_no_meaning_are_refused_and_nothing_throws()
    {
        var text = string.Join('\n', [Log, .. Witnesses(2), "group g any w1 w2", "quorum g"]);
        foreach (var bytes in LogFixtures.Hostile(text))
            _ = WitnessPolicy.Parse(bytes, LogFixtures.Ed25519);
        Assert.False(
            WitnessPolicy
                .Parse([.. "witness w1 "u8, 0xFF, (byte)'+', .. "x\nquorum w1"u8], LogFixtures.Ed25519)
                .Succeeded(out _, out _)
        );
    }

    [GeneratedRegex("KEY1|RENAMED1|LOG|W1|W2|[|]", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Word();

    private static Failure Refusal(string text)
    {
        Assert.False(
            WitnessPolicy.Parse(Encoding.UTF8.GetBytes(text), LogFixtures.Ed25519).Succeeded(out _, out var failure)
        );
        return failure;
    }

    private static WitnessPolicy Read(string[] lines) =>
        WitnessPolicy.Parse(Encoding.UTF8.GetBytes(string.Join('\n', lines)), LogFixtures.Ed25519).Value;

    private static string[] Witnesses(int count) =>
        [.. Enumerable.Range(1, count).Select(i => $"witness w{i} {Key((byte)i)}")];

    private static NoteSigner Witness(byte number) =>
        LogFixtures.Signer((byte)(40 + number), $"witness.example/w{number}");

    private static string Key(byte number) => Witness(number).Key(NoteKeyType.Cosignature).ToString();

    private static SignedNote Note(params (byte Witness, long Seconds)[] cosigned) =>
        cosigned.Aggregate(
            SignedNote.Sign(LogFixtures.Text, [LogFixtures.Signer(1)]),
            (note, one) => note.With(Cosignature.Sign(LogFixtures.Text, one.Seconds, Witness(one.Witness)))
        );
}
