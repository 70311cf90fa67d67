using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>The index of identifiers against a dictionary of sets.</summary>
public sealed class IdentifierIndexTests
{
    private const int Operations = 100_000;

    private readonly IdentifierIndex index = new();

    [Fact]
    public void Leads_to_the_videos_that_carry_an_identifier_and_to_no_others()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var expected = new Dictionary<FactKey, SortedSet<VideoKey>>();
        for (var i = 0; i < Operations; i++)
        {
            var identifier = new FactKey((ulong)random.Next(400) << 54, (ulong)random.Next(1, 5) << 60);
            var video = Video($"c{random.Next(3)}", $"v{random.Next(2)}");
            var carries = random.Next(2) == 0;
            Store(new(identifier, video, carries));
            if (!expected.TryGetValue(identifier, out var videos))
                expected.Add(identifier, videos = []);
            _ = carries ? videos.Add(video) : videos.Remove(video);
        }
        foreach (var (identifier, videos) in expected)
            Assert.True(videos.SequenceEqual(VideosOf(identifier)), $"seed {seed}");
        Assert.Equal(expected.Values.Sum(videos => (long)videos.Count), index.Count);
        Assert.Contains(expected.Values, videos => videos.Count > 1);
        Assert.Contains(expected.Values, videos => videos.Count == 0);
    }

    [Fact]
    public void Everything_of_a_creator_is_found_and_can_be_taken_away()
    {
        for (ulong i = 1; i <= 100; i++)
        {
            Store(new(new(i, i), Video("gone", $"v{i}"), Carries: true));
            Store(new(new(i, i), Video("stays", "v"), Carries: i % 2 == 0));
        }

        var everything = index.EverythingOf(CreatorId.Parse("gone")).ToList();
        foreach (var change in everything)
            Store(change);

        Assert.Equal(100, everything.Count);
        Assert.Equal(50, index.Count);
        for (ulong i = 1; i <= 100; i++)
            Assert.Equal(i % 2 == 0 ? [Video("stays", "v")] : [], VideosOf(new(i, i)));
        Assert.Empty(index.EverythingOf(CreatorId.Parse("gone")));
    }

    [Fact]
    public void An_identifier_of_a_hundred_thousand_videos_is_put_without_copying_them_each_time()
    {
        for (var i = 0; i < 100_000; i++)
            Store(new(new(1, 1), Video("c", $"v{i}"), Carries: true));
        Assert.Equal(100_000, VideosOf(new(1, 1)).Count());
    }

    [Fact]
    public void A_name_takes_two_bytes_beside_its_ids_and_is_gone_when_it_is_wiped()
    {
        var names = new NameArena();
        var longest = Video(new string('a', Identifier.MaxLength), new string('b', Identifier.MaxLength));
        var places = Enumerable.Range(0, 20_000).Select(_ => names.Add(longest)).ToList();
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second > pair.First));
        // And what is left over at the end of each block.
        const long length = 20_000 * (2 + (2 * Identifier.MaxLength));
        Assert.InRange(names.Bytes, length, length * 11 / 10);

        names.Wipe(places[1]);

        Assert.True(names.TryRead(places[0], out var owner, out var video));
        Assert.Equal(longest, IdentifierIndex.NameOf(owner, video));
        Assert.False(names.TryRead(places[1], out _, out _));
        Assert.True(names.TryRead(places[2], out _, out _));
        Assert.All(
            [0, -1, places[^1] + (1 << 20), long.MaxValue],
            place => Assert.False(names.TryRead(place, out _, out _))
        );
    }

    private static VideoKey Video(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));

    private void Store(IdentifierChange change)
    {
        index.Reserve(change);
        index.Put(change);
    }

    private IEnumerable<VideoKey> VideosOf(FactKey identifier)
    {
        var found = index.Find(identifier);
        return found.IsNone
            ? []
            : found.Several ?? (IEnumerable<VideoKey>)[IdentifierIndex.NameOf(found.Owner, found.Video)];
    }
}
