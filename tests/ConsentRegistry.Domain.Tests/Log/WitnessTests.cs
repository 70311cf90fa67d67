using System.Text;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Domain.Tests.Log;

/// <summary>A witness by C2SP tlog-witness: each answer of the protocol, and a log that shows two histories.</summary>
public sealed class WitnessTests
{
    private const string Origin = "log.example";
    private const long Now = 1_795_000_000;

    private static readonly NoteSigner Log = new(Origin, Key(1));
    private static readonly NoteSigner Cosigner = new("witness.example", Key(2));
    private static readonly Witness Witness = new([Log.Key(NoteKeyType.Ed25519)], Cosigner);

    [Fact]
    public void Cosigns_the_first_checkpoint_and_each_that_goes_on_from_the_last()
    {
        Checkpoint? last = null;
        foreach (var size in new[] { 3, 3, 5, 300, 700 })
        {
            var request = new AddCheckpoint(last?.Size ?? 0, last is null ? [] : Proof(last.Size, size), Note(size));
            Assert.True(AddCheckpoint.TryParse(Encoding.UTF8.GetBytes(request.ToString()), out var read));
            var answer = Witness.Judge(read, last, Now);

            Assert.Equal(200, answer.Status);
            Assert.True(SignedNote.TryParse(answer.Seen! + answer.Body, out var cosigned));
            Assert.Equal(NoteVerdict.Valid, cosigned.VerifiedBy(Witness.Key));
            Assert.True(Cosignature.TryVerify(cosigned.Signatures[^1], cosigned.Text, Witness.Key, out var seconds));
            Assert.Equal(Now, seconds);
            Assert.True(Checkpoint.TryParse(answer.Seen!.Text, out last));
        }
    }

    [Fact]
    public void Never_cosigns_a_second_history()
    {
        var last = CheckpointOf(5);
        var fork = Tree(9, other: true);
        var note = SignedNote.Sign(new Checkpoint(Origin, 9, fork.Builder.Root()).ToString(), [Log]);
        Assert.Equal(422, Witness.Judge(new(5, Proof(5, 9), note), last, Now).Status);
        Assert.Equal(
            422,
            Witness.Judge(new(5, fork.Hashes.ProofOf(ProofPath.Consistency(5, 9)), note), last, Now).Status
        );
        // An honest checkpoint with a bad proof looks the same: it is kept, and proves nothing.
        var doubt = Witness.Judge(new(5, [], note), last, Now);
        Assert.Equal((422, true, false), (doubt.Status, doubt.Evidence is not null, doubt.IsFork));

        // Another root of the same size, and a smaller tree.
        var sameSize = SignedNote.Sign(
            new Checkpoint(Origin, 5, Tree(5, other: true).Builder.Root()).ToString(),
            [Log]
        );
        var answer = Witness.Judge(new(5, [], sameSize), last, Now);
        Assert.Equal((422, true, true), (answer.Status, answer.Evidence is not null, answer.IsFork));
        Assert.Null(answer.Seen);
        var late = Witness.Judge(new(3, [], sameSize), last, Now);
        Assert.Equal(
            (409, "5\n", "text/x.tlog.size", true),
            (late.Status, late.Body, late.MediaType, late.Evidence is not null)
        );
        var older = Witness.Judge(new(3, [], Note(3)), last, Now);
        Assert.Equal((409, "5\n", false), (older.Status, older.Body, older.Evidence is not null));
        Assert.Equal(409, Witness.Judge(new(0, [], Note(9)), last, Now).Status);
    }

    [Fact]
    public void Evidence_has_the_lines_of_the_log_s_keys_alone()
    {
        var junk = new NoteSignature(new string('x', 900_000), 1, [1]);
        var answer = Witness.Judge(new(5, [], Note(9).With(Note(9).Signatures[0]).With(junk)), CheckpointOf(5), Now);

        Assert.Equal(422, answer.Status);
        Assert.Equal(Note(9).ToString(), answer.Evidence!.ToString());
    }

    [Fact]
    public void A_checkpoint_of_size_0_has_the_root_of_the_empty_tree()
    {
        SignedNote Empty(byte[] root) => SignedNote.Sign(new Checkpoint(Origin, 0, root).ToString(), [Log]);

        Assert.Equal(200, Witness.Judge(new(0, [], Empty(MerkleTree.EmptyRoot)), null, Now).Status);
        foreach (var last in new[] { null, new Checkpoint(Origin, 0, MerkleTree.EmptyRoot) })
        {
            var answer = Witness.Judge(new(0, [], Empty(LogFixtures.Root(1))), last, Now);
            Assert.Equal((422, true, true), (answer.Status, answer.Evidence is not null, answer.IsFork));
        }
        Assert.Equal(
            200,
            Witness.Judge(new(0, [], Note(3)), new Checkpoint(Origin, 0, MerkleTree.EmptyRoot), Now).Status
        );
    }

    [Fact]
    public void Watches_several_logs_whose_keys_have_names_of_their_own()
    {
        var named = new NoteSigner("key.example", Key(5));
        var witness = new Witness(
            new Dictionary<string, IReadOnlyCollection<NoteKey>>
            {
                [Origin] = [Log.Key(NoteKeyType.Ed25519)],
                ["other.example/log"] = [named.Key(NoteKeyType.Ed25519)],
            },
            Cosigner
        );
        SignedNote By(NoteSigner signer, string origin) =>
            SignedNote.Sign(new Checkpoint(origin, 3, Tree(3).Builder.Root()).ToString(), [signer]);

        Assert.Equal(200, witness.Judge(new(0, [], Note(3)), null, Now).Status);
        var answer = witness.Judge(new(0, [], By(named, "other.example/log").With(Note(3).Signatures[0])), null, Now);
        Assert.Equal(200, answer.Status);
        // What is kept has the lines of this log's keys alone.
        Assert.Equal("key.example", Assert.Single(answer.Seen!.Signatures).Name);
        // A key signs for its own log.
        Assert.Equal(403, witness.Judge(new(0, [], By(named, Origin)), null, Now).Status);
        Assert.Equal(403, witness.Judge(new(0, [], By(Log, "other.example/log")), null, Now).Status);
        Assert.Equal(404, witness.Judge(new(0, [], By(named, "key.example")), null, Now).Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(16)]
    public void Keeps_one_line_of_each_key(int times)
    {
        var line = $"{Note(3).Signatures[0]}\n";
        Assert.True(
            SignedNote.TryParse($"{Note(3).Text}\n{string.Concat(Enumerable.Repeat(line, times))}", out var note)
        );

        var answer = Witness.Judge(new(0, [], note), null, Now);

        Assert.Equal(200, answer.Status);
        Assert.Equal(Note(3).ToString(), answer.Seen!.ToString());
    }

    [Fact]
    public void What_is_kept_has_room_for_two_lines_of_the_witness()
    {
        var signers = Enumerable.Range(1, 16).Select(number => new NoteSigner(Origin, Key((byte)number))).ToList();
        var witness = new Witness(signers.Select(signer => signer.Key(NoteKeyType.Ed25519)), Cosigner);
        var note = SignedNote.Sign(CheckpointOf(3).ToString(), signers);

        var answer = witness.Judge(new(0, [], note), null, Now);

        Assert.Equal(200, answer.Status);
        Assert.True(witness.TryRead(answer.Seen!, out _));
        var kept = answer.Seen!.With(Cosignature.Sign(note.Text, Now, Cosigner));
        Assert.True(SignedNote.TryParse(kept + answer.Body, out _));
    }

    [Fact]
    public void A_checkpoint_that_leaves_no_room_for_a_cosignature_gets_none()
    {
        SignedNote Long(int length) => SignedNote.Sign($"{CheckpointOf(3)}{new string('x', length)}\n", [Log]);

        Assert.Equal(200, Witness.Judge(new(0, [], Long(1_000)), null, Now).Status);
        Assert.Equal(400, Witness.Judge(new(0, [], Long(SignedNote.MaxBytes - 300)), null, Now).Status);
    }

    [Fact]
    public void Refuses_what_is_not_this_log_s_and_what_makes_no_sense()
    {
        var elsewhere = new NoteSigner("other.example", Key(3));
        Assert.Equal(
            404,
            Witness
                .Judge(
                    new(
                        0,
                        [],
                        SignedNote.Sign(new Checkpoint("other.example", 3, new byte[32]).ToString(), [elsewhere])
                    ),
                    null,
                    Now
                )
                .Status
        );
        Assert.Equal(
            403,
            Witness
                .Judge(
                    new(0, [], SignedNote.Sign(CheckpointOf(3).ToString(), [new NoteSigner(Origin, Key(4))])),
                    null,
                    Now
                )
                .Status
        );
        Assert.Equal(400, Witness.Judge(new(4, [], Note(3)), CheckpointOf(4), Now).Status);
        Assert.Equal(422, Witness.Judge(new(0, Proof(2, 3), Note(3)), null, Now).Status);
        Assert.Equal(400, Witness.Judge(new(0, [], SignedNote.Sign("no checkpoint\n", [Log])), null, Now).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0\n")]
    [InlineData("old 0\n\n")]
    [InlineData("old 00\n\nNOTE")]
    [InlineData("old -1\n\nNOTE")]
    [InlineData("old  0\n\nNOTE")]
    [InlineData("new 0\n\nNOTE")]
    [InlineData("old 0\r\n\r\nNOTE")]
    [InlineData("old 5\nAAAA\n\nNOTE")]
    [InlineData("old 5\nnot base64\n\nNOTE")]
    [InlineData("\nold 5\n\nNOTE")]
    public void Refuses_what_is_no_request(string body) =>
        Assert.False(
            AddCheckpoint.TryParse(
                Encoding.UTF8.GetBytes(body.Replace("NOTE", Note(3).ToString(), StringComparison.Ordinal)),
                out _
            )
        );

    [Fact]
    public void Refuses_more_lines_of_proof_than_a_tree_is_high()
    {
        var line = Convert.ToBase64String(new byte[32]) + "\n";
        string Body(int lines) => $"old 5\n{string.Concat(Enumerable.Repeat(line, lines))}\n{Note(700)}";
        Assert.True(AddCheckpoint.TryParse(Encoding.UTF8.GetBytes(Body(AddCheckpoint.MaxProof)), out _));
        Assert.False(AddCheckpoint.TryParse(Encoding.UTF8.GetBytes(Body(AddCheckpoint.MaxProof + 1)), out _));
    }

    [Fact]
    public void No_flipped_bit_of_a_request_is_cosigned()
    {
        var last = CheckpointOf(5);
        var body = Encoding.UTF8.GetBytes(new AddCheckpoint(5, Proof(5, 9), Note(9)).ToString());
        for (var bit = 0; bit < body.Length * 8; bit++)
        {
            var flipped = body.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(
                AddCheckpoint.TryParse(flipped, out var request) && Witness.Judge(request, last, Now).IsCosigned,
                $"bit {bit}"
            );
        }
    }

    private static Ed25519PrivateKey Key(byte number) =>
        LogFixtures.Ed25519.ImportPrivateKey([.. Enumerable.Repeat(number, 32)]);

    private static Checkpoint CheckpointOf(int size) => new(Origin, size, Tree(size).Builder.Root());

    private static SignedNote Note(int size) => SignedNote.Sign(CheckpointOf(size).ToString(), [Log]);

    private static byte[][] Proof(long from, int to) => Tree(to).Hashes.ProofOf(ProofPath.Consistency(from, to));

    private static (TreeBuilder Builder, TreeHashes Hashes) Tree(int size, bool other = false)
    {
        var builder = new TreeBuilder();
        var completed = new List<Tile>();
        var leaves = Enumerable
            .Range(0, size)
            .Select(leaf => MerkleTree.LeafHash(BitConverter.GetBytes(other && leaf == 1 ? -1 : leaf)))
            .ToArray();
        foreach (var leaf in leaves)
            builder.Append(leaf, completed);
        var tiles = completed.ToDictionary(tile => tile.Id, tile => tile.Hashes);
        if (size % TileId.Width > 0)
            tiles[new(0, size / TileId.Width)] = [.. leaves[^(size % TileId.Width)..].SelectMany(hash => hash)];
        if (size >= TileId.Width)
            tiles[new(1, 0)] = [.. completed.SelectMany(tile => tile.Root)];
        return (builder, new(tiles));
    }
}
