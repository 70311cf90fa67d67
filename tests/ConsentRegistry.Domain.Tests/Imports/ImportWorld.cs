using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Imports;

/// <summary>Imports into a registry in memory.</summary>
internal static class ImportWorld
{
    /// <summary>What stands of a creator's settings in a world.</summary>
    public static StandingSettings StandingOf(World world, CreatorId creator)
    {
        var standing = new StandingSettings(isWhole: true);
        foreach (var (key, setting) in world[creator].Defaults)
            standing.Add(key, setting);
        foreach (var (key, setting) in world[creator].Overrides)
            standing.Add(key, setting);
        foreach (var (video, record) in world.Videos)
            standing.Add(video, record);
        return standing;
    }

    public static ImportPlan Plan(
        World world,
        CreatorId creator,
        IReadOnlyList<Proposal> proposals,
        bool takesWidening = false
    ) =>
        ImportPlan.Make(
            proposals,
            StandingOf(world, creator),
            world.Vocabulary,
            world[creator].NextStamp(world.Now),
            takesWidening
        );

    /// <summary>Makes the changes of a plan.</summary>
    public static void Apply(World world, CreatorId creator, ImportPlan plan)
    {
        foreach (var change in plan.Changes.Cast<SetSetting>())
        {
            var choice = Choice.Create(change.Effect, change.Conditions, change.ExpiresAt, world.Vocabulary.Version);
            if (change.Key.Video is null)
                _ = world.SetDefault(creator, change.Key.ToDefault(), choice, change.AppliesTo).Value;
            else
                world.SetOverride(creator, change.Key.ToOverride(), choice);
        }
    }
}
