using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Tests.Log.Verification;
using ConsentRegistry.Domain.Usages;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Replay;

/// <summary>Whatever the domain's writers write obeys the rules.</summary>
public sealed class HonestLogTests
{
    private static readonly string[] Creators = ["ana", "bea", "cem"];
    private static readonly string[] Requesters = ["studio", "label"];
    private static readonly string[] Purposes = ["remix", "remix.voice", "training", "remix.dub", "remix.dub.live"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_changes_by_the_domains_writers_are_accepted(int seed)
    {
        var registry = new HonestRegistry();
        var random = new Random(seed);
        var made = new HashSet<int>();
        for (var round = 0; round < 700; round++)
        {
            var kind = random.Next(16);
            if (Change(registry, random, kind, round))
                made.Add(kind);
        }

        var log = registry.Log;
        log.Checkpoints.Add(log.Rows.Count);
        var report = SampleLog.Verify(log.Export());

        Assert.Equal((null, null), (report.Failure?.Code, report.Failure?.What));
        Assert.True(made.Count >= 14, "Hardly any kind of change was made.");
        foreach (var creator in Creators)
            Assert.Null(SampleLog.Verify(log.Bundle(creator)).Failure);
    }

    /// <summary>Tries one change of a kind, 0 to 15; false if the registry refuses it.</summary>
    internal static bool Change(HonestRegistry registry, Random random, int kind, int round)
    {
        var creator = Creators[random.Next(Creators.Length)];
        var requester = Requesters[random.Next(Requesters.Length)];
        var purpose = Purposes[random.Next(Purposes.Length)];
        var video = Video(Creators[random.Next(Creators.Length)], $"v{random.Next(2)}");
        switch (kind)
        {
            case 0:
                return registry.RegisterPurpose(purpose);
            case 1 or 2 or 3:
                return registry.Change(creator, [.. Settings(registry, random, creator)]);
            case 4:
                return registry.SetStop(
                    creator,
                    (StopKind)random.Next(2),
                    random.Next(3) == 0 ? [] : [purpose is "remix.dub" or "remix.dub.live" ? "mining" : purpose]
                );
            case 5:
                return registry.Lift(creator, (StopKind)random.Next(2));
            case 6:
                return registry.Register(
                    video,
                    new(
                        random.Next(2) == 0 ? null : registry.Log.Now.Plus(TimeSpan.FromHours(-random.Next(3))),
                        random.Next(2) == 0 ? null : [new(CreatorId.Parse(Creators[random.Next(3)]), Role.Depicted)],
                        random.Next(2) == 0 ? null : [Video("dora", $"v{random.Next(3)}")]
                    ),
                    withReason: random.Next(2) == 0
                );
            case 7 or 8:
                return registry.Ask(
                    creator,
                    new(
                        Requester.Parse(requester),
                        video,
                        Purpose.Parse(random.Next(2) == 0 ? "remix" : "remix.voice"),
                        "Something.",
                        random.Next(2) == 0 ? null : registry.Log.Now.Plus(TimeSpan.FromMinutes(random.Next(9, 90))),
                        random.Next(3) == 0 ? null : random.Next(1, 4)
                    ),
                    [video, Video(creator, "other")]
                )
                    is not null;
            case 9 or 10:
                return registry.OpenRequests.Skip(random.Next(4)).FirstOrDefault() is { Creator: { } asked } open
                    && registry.Answer(
                        asked,
                        open.Id,
                        random.Next(4) switch
                        {
                            0 => ApprovalState.Refused,
                            1 => ApprovalState.Withdrawn,
                            _ => ApprovalState.Approved,
                        }
                    );
            case 11:
                return registry.Grants.Skip(random.Next(9)).FirstOrDefault() is { Creator: { } giver } taken
                    && registry.Revoke(giver, taken.Id);
            case 12 or 13:
                return registry.Grants.Reverse().Skip(random.Next(5)).FirstOrDefault() is { Creator: { } from } used
                    && registry.Use(from, used.Id);
            case 14:
                registry.UseWithout(
                    requester,
                    video,
                    random.Next(5) == 0 ? "unheard.of" : "remix",
                    UseReason.UnknownPurpose
                );
                return registry.Block(creator, requester);
            default:
                if (registry.Recalls.Any() && random.Next(2) == 0)
                    return registry.AnswerRecall(
                        registry.Recalls.ElementAt(random.Next(registry.Recalls.Count())),
                        (RecallState)random.Next(1, 3),
                        random.Next(2) == 0 ? null : $"Said {round}."
                    );
                registry.Recall(requester, video, "remix");
                return round < 600 || registry.Erase(creator) || true;
        }
    }

    private static IEnumerable<SettingChange> Settings(HonestRegistry registry, Random random, string creator)
    {
        var keys = new HashSet<SettingKey>();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            VideoKey? video = random.Next(3) == 0 ? Video(creator, $"v{random.Next(2)}") : null;
            Requester? named = random.Next(2) == 0 ? Requester.Parse(Requesters[random.Next(2)]) : null;
            var known = registry.Vocabulary.Purposes[random.Next(2) * random.Next(registry.Vocabulary.Purposes.Length)];
            var key = new SettingKey(video, known.Purpose, named);
            if (!keys.Add(key))
                continue;
            var effect = (Effect)random.Next(1, 4);
            if (random.Next(6) == 0)
                yield return new ClearSetting(key);
            else
                yield return new SetSetting(
                    key,
                    effect,
                    effect == Effect.Deny ? Conditions.None : (Conditions)random.Next(8),
                    effect == Effect.Allow && random.Next(2) == 0
                        ? registry.Log.Now.Plus(TimeSpan.FromMinutes(random.Next(2, 60)))
                        : null,
                    random.Next(3) == 0 ? 1 : null,
                    (AppliesTo)random.Next(2),
                    ClearExceptions: random.Next(3) == 0
                );
        }
    }

    private static VideoKey Video(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));
}
