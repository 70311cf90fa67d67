using System.Numerics;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>No field of a slot's word reaches into another, whatever the enumerations hold.</summary>
public sealed class SlotLayoutTests
{
    private static readonly BitField[] Fields =
    [
        SlotLayout.Link,
        SlotLayout.Purpose,
        SlotLayout.Effect,
        SlotLayout.Conditions,
        SlotLayout.Vocabulary,
        SlotLayout.Registered,
        SlotLayout.Unreadable,
        SlotLayout.Epoch,
    ];

    // What stands in the word beside a plain setting.
    private static readonly SlotWord[] Others =
    [
        default,
        default(SlotWord).WithRegistered(true).WithLink(-1),
        default(SlotWord).WithUnreadable(true).WithEpoch(255),
    ];

    [Fact]
    public void The_fields_fit_and_none_reaches_into_another()
    {
        SlotLayout.RequireRoom();
        var all = Fields.Aggregate(0UL, (bits, field) => bits | field.Mask);
        Assert.Equal(Fields.Sum(field => field.Width), BitOperations.PopCount(all));
    }

    [Fact]
    public void Every_plain_setting_is_kept_as_it_is_and_alters_nothing_else()
    {
        foreach (var effect in Enum.GetValues<Effect>())
        {
            for (var set = 0; set < 1 << Wording.BitsOf<Conditions>(); set++)
            {
                var setting = new Setting
                {
                    Purpose = new(255),
                    Effect = effect,
                    Conditions = (Conditions)set,
                    VocabularyVersion = 255,
                    From = Instant.Beginning,
                    ExpiresAt = Instant.Never,
                };
                Assert.True(SlotWord.Fits(setting));
                foreach (var before in Others)
                {
                    var word = before.WithPlain(setting);
                    Assert.Equal(setting, word.Plain(Scope.Default, default));
                    Assert.Equal((before.IsRegistered, before.IsUnreadable), (word.IsRegistered, word.IsUnreadable));
                    Assert.Equal((before.Epoch, before.Link), (word.Epoch, word.Link));
                    Assert.Equal(before, word.WithoutPlain());
                }
            }
        }
    }
}
