using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Tests.Purposes;

public sealed class VocabularyTests
{
    [Fact]
    public void Version_1_has_the_ten_purposes_of_the_table()
    {
        (string Name, bool Likeness)[] table =
        [
            ("remix", false),
            ("remix.background", false),
            ("remix.meme", true),
            ("remix.voice", true),
            ("remix.likeness", true),
            ("training", true),
            ("training.generative", true),
            ("training.nongenerative", true),
            ("grounding", false),
            ("mining", false),
        ];
        Assert.Equal(table, Vocabulary.Initial.Purposes.Select(p => (p.Purpose.Name, p.MarkedLikeness)));
        Assert.All(Vocabulary.Initial.Purposes, p => Assert.Equal(1, p.IntroducedIn));
        Assert.All(
            Vocabulary.Initial.Purposes,
            p => Assert.InRange(p.Description.Length, 1, Vocabulary.MaxDescriptionLength)
        );
        Assert.Equal(1, Vocabulary.Initial.Version);
    }

    [Theory]
    [InlineData("remix", true)]
    [InlineData("remix.background", false)]
    [InlineData("remix.voice", true)]
    [InlineData("training", true)]
    [InlineData("grounding", false)]
    [InlineData("mining", false)]
    public void A_purpose_uses_likeness_if_it_is_marked_or_one_below_it_is(string purpose, bool expected) =>
        Assert.Equal(expected, Vocabulary.Initial.UsesLikeness(Vocabulary.Initial.Find(Purpose.Parse(purpose))));

    [Fact]
    public void A_mark_reaches_every_purpose_above_and_none_below_or_beside()
    {
        var vocabulary = With(("mining.a", false), ("mining.a.b", true), ("mining.a.b.c", false), ("mining.d", false));
        Assert.Equal(
            ["mining", "mining.a", "mining.a.b"],
            vocabulary
                .Purposes.Where(p =>
                    p.Purpose.IsAtOrBelow(Purpose.Parse("mining"))
                    && vocabulary.UsesLikeness(vocabulary.Find(p.Purpose))
                )
                .Select(p => p.Purpose.Name)
        );
    }

    [Fact]
    public void Each_registration_raises_the_version_by_one_and_is_kept_with_it()
    {
        var vocabulary = With(("remix.dub", false), ("remix.dub.opera", true), ("dance", false));
        Assert.Equal(4, vocabulary.Version);
        Assert.Equal([2, 3, 4], vocabulary.Purposes[Vocabulary.Initial.Purposes.Length..].Select(p => p.IntroducedIn));
        Assert.Equal(3, vocabulary.IntroducedIn(vocabulary.Find(Purpose.Parse("remix.dub.opera"))));
    }

    [Fact]
    public void The_same_registration_again_is_the_definition_that_stands()
    {
        var vocabulary = With(("remix.dub", true));
        Assert.Same(vocabulary.Purposes[^1], vocabulary.Register(Purpose.Parse("remix.dub"), true, "A purpose.").Value);
    }

    [Theory]
    [InlineData(
        "A purpose is never marked afterwards",
        "remix.dub",
        false,
        "A purpose.",
        FailureCode.PurposeExists,
        "purpose"
    )]
    [InlineData(
        "A purpose is never described otherwise",
        "remix.dub",
        true,
        "Another.",
        FailureCode.PurposeExists,
        "purpose"
    )]
    [InlineData("An initial purpose stands as well", "remix", true, "A purpose.", FailureCode.PurposeExists, "purpose")]
    [InlineData(
        "The parent has to be known",
        "remix.sing.opera",
        true,
        "A purpose.",
        FailureCode.UnknownPurpose,
        "parent"
    )]
    [InlineData("A description says something", "remix.sing", true, "", FailureCode.Invalid, "description")]
    public void A_registration_is_refused(
        string sentence,
        string purpose,
        bool likeness,
        string description,
        string code,
        string field
    )
    {
        Assert.NotEmpty(sentence);
        Assert.False(
            With(("remix.dub", true))
                .Register(Purpose.Parse(purpose), likeness, description)
                .Succeeded(out _, out var failure)
        );
        Assert.Equal((code, field), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_description_has_1000_characters_at_most()
    {
        Assert.True(
            Vocabulary.Initial.Register(Purpose.Parse("dance"), false, new('x', 1_000)).Succeeded(out _, out _)
        );
        Assert.False(
            Vocabulary
                .Initial.Register(Purpose.Parse("dance"), false, new('x', 1_001))
                .Succeeded(out _, out var failure)
        );
        Assert.Equal((FailureCode.Invalid, "description"), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_vocabulary_holds_256_purposes_and_no_more()
    {
        var more = Limits.Purposes - Vocabulary.Initial.Purposes.Length;
        var full = With([.. Enumerable.Range(0, more).Select(i => ($"p{i}", false))]);
        Assert.Equal(256, full.Purposes.Length);
        Assert.False(full.Register(Purpose.Parse("dance"), false, "A purpose.").Succeeded(out _, out var failure));
        Assert.Equal(FailureCode.TooMany, failure.Code);
        Assert.Equal(255, full.Find(Purpose.Parse($"p{more - 1}")).Value);
        Assert.Throws<ArgumentException>(() =>
            new Vocabulary([.. full.Purposes, new(Purpose.Parse("dance"), false, "A purpose.", more + 2)])
        );
    }

    [Fact]
    public void The_tree_says_what_is_below_above_and_related()
    {
        var vocabulary = With(("remix.voice.song", false), ("remix.voice.song.cover", false), ("remixer", false));
        Assert.Equal(["remix.voice.song", "remix.voice.song.cover"], Names(v => v.Below(Index("remix.voice"))));
        Assert.Equal(["remix", "remix.voice", "remix.voice.song"], Names(v => v.AtOrAbove(Index("remix.voice.song"))));
        Assert.Equal(
            ["remix", "remix.voice", "remix.voice.song", "remix.voice.song.cover"],
            Names(v => v.Related(Index("remix.voice")))
        );
        Assert.Empty(Names(v => v.Below(Index("remix.voice.song.cover"))));
        Assert.Equal(["mining"], Names(v => v.Related(Index("mining"))));
        Assert.Equal(4, vocabulary.Depth(Index("remix.voice.song.cover")));

        PurposeIndex Index(string name) => vocabulary.Find(Purpose.Parse(name));
        IEnumerable<string> Names(Func<Vocabulary, PurposeSet> set) =>
            vocabulary.Names(set(vocabulary)).Select(p => p.Name);
    }

    [Fact]
    public void Introduced_after_a_version_is_what_came_later_among_those_asked_for()
    {
        var vocabulary = With(("remix.dub", false), ("mining.deep", false), ("remix.sing", false));
        Assert.Equal(["remix.dub", "remix.sing"], After(1));
        Assert.Equal(["remix.sing"], After(2));
        Assert.Equal(["remix.sing"], After(3));
        Assert.Empty(After(4));
        Assert.Empty(After(5));
        Assert.Equal(6, After(0).Count());

        IEnumerable<string> After(int version) =>
            vocabulary
                .Names(vocabulary.IntroducedAfter(version, vocabulary.Below(vocabulary.Find(Purpose.Parse("remix")))))
                .Select(p => p.Name);
    }

    [Fact]
    public void Ranks_of_names_are_their_ordinal_order()
    {
        var vocabulary = With(("aaa", false), ("remix.a", false), ("zzz", false));
        Assert.Equal(
            vocabulary.Purposes.Select(p => p.Purpose).Order(),
            vocabulary.Purposes.Select(p => p.Purpose).OrderBy(p => vocabulary.NameRank(vocabulary.Find(p)))
        );
    }

    [Fact]
    public void A_vocabulary_of_no_order_cannot_be_made()
    {
        static PurposeDefinition Of(string name, int version) => new(Purpose.Parse(name), false, "A purpose.", version);

        Assert.Throws<ArgumentException>(() => new Vocabulary([]));
        Assert.Throws<ArgumentException>(() => new Vocabulary([Of("a.b", 1), Of("a", 1)]));
        Assert.Throws<ArgumentException>(() => new Vocabulary([Of("a", 1), Of("a", 2)]));
        Assert.Throws<ArgumentException>(() => new Vocabulary([Of("a", 2), Of("b", 1)]));
        Assert.False(Vocabulary.Initial.TryFind(Purpose.Parse("dance"), out _));
        Assert.Throws<KeyNotFoundException>(() => Vocabulary.Initial.Find(Purpose.Parse("dance")));
    }

    [Fact]
    public void A_set_of_purposes_is_a_set_of_256_bits()
    {
        byte[] members = [0, 1, 63, 64, 127, 128, 191, 192, 255];
        var set = members.Aggregate(PurposeSet.None, (s, m) => s.With(new(m)));
        var seen = new List<byte>();
        foreach (var purpose in set)
            seen.Add(purpose.Value);
        Assert.Equal(members, seen);
        for (var i = 0; i < 256; i++)
        {
            var single = PurposeSet.None.With(new((byte)i));
            Assert.Equal(members.Contains((byte)i), set.Contains(new((byte)i)));
            Assert.Equal(members.Contains((byte)i), set.Intersects(single));
            Assert.Equal(!members.Contains((byte)i), (set & single).IsEmpty);
            Assert.Equal(members.Contains((byte)i), (set | single) == set);
            Assert.True(PurposeSet.All.Contains(new((byte)i)));
        }
        Assert.True(PurposeSet.None.IsEmpty);
        Assert.False(PurposeSet.All.IsEmpty);
    }

    private static Vocabulary With(params (string Name, bool Likeness)[] further) =>
        further.Aggregate(
            Vocabulary.Initial,
            (v, p) => new([.. v.Purposes, v.Register(Purpose.Parse(p.Name), p.Likeness, "A purpose.").Value])
        );
}
