using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>The evaluator is the inner loop of bulk checks: it leaves the garbage collector nothing to do.</summary>
public sealed class AllocationTests
{
    private const int Decisions = 10_000;

    private static readonly Vocabulary Vocabulary = Vocabulary.Initial;
    private static readonly Instant Now = new(1_800_000_000_000_000);

    private static readonly Setting[] Settings =
    [
        SettingOf(Scope.Default, Audience.Anybody, "remix", Effect.Allow),
        SettingOf(Scope.Default, Audience.Requester, "remix.voice", Effect.Ask),
        SettingOf(Scope.Override, Audience.Anybody, "remix.meme", Effect.Allow),
        SettingOf(Scope.Default, Audience.SomebodyElse, "remix", Effect.Deny),
    ];

    private static readonly Grant[] Grants =
    [
        new()
        {
            Purpose = IndexOf("remix"),
            VocabularyVersion = 1,
            ExpiresAt = Instant.Never,
        },
    ];
    private static readonly Participant[] Participants = [new(new(1), Role.CoCreator), new(new(2), Role.Depicted)];
    private static readonly VideoHandle[] Sources = [new(1), new(2)];

    [Fact]
    public void Deciding_allocates_nothing()
    {
        var facts = default(ArrayFacts);
        var check = new Check(new(0), IndexOf("remix"), Now);
        Assert.True(Evaluator.Decide(check, ref facts, Vocabulary).IsAllowed);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Decisions; i++)
            Evaluator.Decide(check, ref facts, Vocabulary);

        // What the runtime itself allocates while it compiles the loop better is far below one byte a decision.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Decisions / 2);
    }

    private static PurposeIndex IndexOf(string purpose) => Vocabulary.Find(Purpose.Parse(purpose));

    private static Setting SettingOf(Scope scope, Audience audience, string purpose, Effect effect) =>
        new()
        {
            Scope = scope,
            Audience = audience,
            Purpose = IndexOf(purpose),
            Effect = effect,
            VocabularyVersion = 1,
            From = Instant.Beginning,
            ExpiresAt = Instant.Never,
        };

    // Three videos, of which the first was made from the others; all creators have said the same.
    private readonly struct ArrayFacts : IFacts
    {
        public bool TryRead(VideoHandle video, out VideoFacts facts)
        {
            facts = new()
            {
                Owner = new(0),
                IsRegistered = true,
                PublishedAt = Now,
                Participants = Participants,
                Sources = video.Value == 0 ? Sources : [],
            };
            return true;
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
        {
            facts = new() { Settings = Settings, Grants = Grants };
            return true;
        }
    }
}
