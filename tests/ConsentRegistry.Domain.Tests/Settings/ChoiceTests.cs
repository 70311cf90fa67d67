using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Settings;

public sealed class ChoiceTests
{
    private static readonly Instant Noon = new(1_000);

    [Fact]
    public void A_deny_has_no_conditions() =>
        Assert.Throws<ArgumentException>(() => Choice.Create(Effect.Deny, Conditions.Attribution, null, 1));

    [Theory]
    [InlineData(Effect.Ask)]
    [InlineData(Effect.Deny)]
    public void Only_an_allow_expires(Effect effect) =>
        Assert.Throws<ArgumentException>(() => Choice.Create(effect, Conditions.None, Noon, 1));

    [Fact]
    public void A_choice_is_what_it_was_made_of()
    {
        Assert.Equal(
            Choice.Create(Effect.Allow, Conditions.LabelAsAi, Noon, 2),
            Choice.Allow(Conditions.LabelAsAi, Noon, 2)
        );
        Assert.Equal(Choice.Create(Effect.Ask, Conditions.LabelAsAi, null, 2), Choice.Ask(Conditions.LabelAsAi, 2));
        Assert.Equal(Choice.Create(Effect.Deny, Conditions.None, null, 2), Choice.Deny(2));
        Assert.NotEqual(Choice.Deny(2), Choice.Deny(3));
        Assert.NotEqual(Choice.Allow(Conditions.None, Noon, 2), Choice.Allow(Conditions.None, null, 2));
    }

    [Fact]
    public void R2_It_has_expired_at_its_expiry_and_not_before()
    {
        var allow = Choice.Allow(Conditions.None, Noon, 1);
        Assert.False(allow.IsExpired(new(999)));
        Assert.True(allow.IsExpired(new(1_000)));
        Assert.True(allow.IsExpired(new(1_001)));
        Assert.False(Choice.Allow(Conditions.None, null, 1).IsExpired(Instant.Never));
        Assert.False(Choice.Ask(Conditions.None, 1).IsExpired(Noon));
    }

    [Fact]
    public void R3_A_clamped_choice_is_never_more_permissive_than_either()
    {
        Choice[] choices =
        [
            .. from effect in Enum.GetValues<Effect>()
            from conditions in Enumerable.Range(0, 8).Select(c => (Conditions)c)
            from expiry in new Instant?[] { null, new(1), new(2) }
            from version in Enumerable.Range(1, 2)
            where (effect != Effect.Deny || conditions == Conditions.None) && (effect == Effect.Allow || expiry is null)
            select Choice.Create(effect, conditions, expiry, version),
        ];
        foreach (var standing in choices)
        {
            foreach (var allow in choices.Where(c => c.Effect == Effect.Allow))
            {
                var clamped = standing.ClampedTo(allow);
                Assert.Equal(standing.Effect, clamped.Effect);
                Assert.Equal(
                    standing.Effect == Effect.Deny ? Conditions.None : standing.Conditions | allow.Conditions,
                    clamped.Conditions
                );
                Assert.Equal(Math.Min(standing.VocabularyVersion, allow.VocabularyVersion), clamped.VocabularyVersion);
                var earlier = new[] { standing.ExpiresAt, allow.ExpiresAt }.Min(e => e?.Microseconds);
                Assert.Equal(standing.Effect == Effect.Allow ? earlier : null, clamped.ExpiresAt?.Microseconds);
                Assert.Equal(clamped, clamped.ClampedTo(allow));
            }
        }
    }
}
