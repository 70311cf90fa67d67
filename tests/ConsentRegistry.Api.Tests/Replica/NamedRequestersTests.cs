using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>
/// Records that name thousands of requesters are put into memory in a time that grows with what is put.
/// </summary>
/// <remarks>What is measured is what is allocated, for a busy machine does not change that.</remarks>
public sealed class NamedRequestersTests
{
    private const int Few = 500;
    private const int Many = 16 * Few;

    private static readonly VideoKey Video = CaseRunner.Key("owner", "v");
    private static readonly Purpose Remix = Purpose.Parse("remix");

    public static TheoryData<string> Records =>
        ["defaults", "overrides of a video", "grants about a video", "revoked grants"];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_version_costs_as_much_for_each_event_however_many_it_has(string what)
    {
        var (few, many) = (CostOf(what, Few, isLoading: false), CostOf(what, Many, isLoading: false));
        // In proportion it would be 16 times as much; by the square 256 times.
        Assert.True(many < 40 * few, $"{many} bytes for {Many} events, and {few} for {Few}");
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Loading_costs_as_much_for_each_record_however_many_there_are(string what)
    {
        var (few, many) = (CostOf(what, Few, isLoading: true), CostOf(what, Many, isLoading: true));
        Assert.True(many < 40 * few, $"{many} bytes for {Many} records, and {few} for {Few}");
    }

    [Fact]
    public async Task A_version_is_seen_whole_or_not_at_all()
    {
        var memory = Empty();
        Requester[] ends = [Requester.Parse("lab0"), Requester.Parse($"lab{Many - 1}")];
        var soon = Deadline.In(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using var published = new ManualResetEventSlim();
        var reading = Task.Run(() =>
        {
            for (var isLast = false; ; isLast = published.IsSet)
            {
                var facts = memory.Extract([Video], ends, new(9), soon)!;
                var remix = facts.Vocabulary.Find(Remix);
                var effects = ends.Select(requester => facts.Decide(Video, remix, requester).Effect)
                    .Distinct()
                    .ToList();
                Assert.Single(effects);
                if (isLast)
                    return effects[0];
            }
        });
        var draft = new Draft(memory, Instant.Beginning);
        for (var i = 0; i < Many; i++)
            Put("defaults", draft.Editor, i);
        draft.Publish();
        published.Set();
        Assert.Equal(Effect.Allow, await reading);
    }

    [Fact]
    public void Grants_that_have_expired_are_let_go_in_time()
    {
        var memory = Empty();
        for (var i = 0; i < Many; i++)
        {
            var draft = new Draft(memory, new(i));
            draft.Editor.PutGrant(Video.Creator, Guid.NewGuid(), GrantTo(i, expiresAt: new(i + 1)));
            draft.Publish();
        }
        var extra = memory.Overflow.FindVideo(memory.FindVideo(memory.Hasher.Of(Video)).Word.Link)!;
        Assert.InRange(extra.GrantCount, 1, 32);
        Assert.Equal(extra.GrantCount, extra.AllGrants.Count());
    }

    private static long CostOf(string what, int count, bool isLoading)
    {
        var memory = Empty();
        if (what == "revoked grants")
        {
            var given = new Draft(memory, Instant.Beginning);
            for (var i = 0; i < count; i++)
                Put("grants about a video", given.Editor, i);
            given.Publish();
        }
        var draft = new Draft(memory, Instant.Beginning);
        var editor = isLoading
            ? new FactEditor(
                memory.Hasher,
                memory.Names,
                memory.Overflow,
                new LoadingStore(memory),
                memory.Vocabulary,
                Instant.Beginning
            )
            : draft.Editor;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < count; i++)
            Put(what, editor, i);
        draft.Publish();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Put(string what, FactEditor editor, int number)
    {
        var (stamp, requester) = (new Stamp(1, new(1)), Requester.Parse($"lab{number}"));
        switch (what)
        {
            case "defaults":
                var allow = Choice.Allow(Conditions.None, null, 1);
                editor.PutDefault(Video.Creator, new(Remix, requester), new([new(null, allow, stamp)]));
                break;
            case "overrides of a video":
                editor.PutOverride(Video.Creator, new(Video, Remix, requester), new(Choice.Deny(1), stamp));
                break;
            case "grants about a video":
                editor.PutGrant(Video.Creator, IdOf(number), GrantTo(number, null));
                break;
            default:
                editor.PutGrant(Video.Creator, IdOf(number), GrantTo(number, null).Revoked(stamp));
                break;
        }
    }

    private static Guid IdOf(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    private static GrantRecord GrantTo(int number, Instant? expiresAt)
    {
        var terms = new GrantTerms(Remix, Conditions.None, 1, expiresAt, null);
        return new(Guid.Empty, Video, Video, Requester.Parse($"lab{number}"), terms, new(1, new(1)));
    }

    private static FactMemory Empty()
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var draft = new Draft(memory, Instant.Beginning);
        draft.Editor.PutVideo(Video, new(null, [], []));
        draft.Publish();
        return memory;
    }
}
