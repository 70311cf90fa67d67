using System.Numerics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests;

/// <summary>Words derive from the enumerations, whatever members these have.</summary>
public sealed class WordingTests
{
    /// <summary>Every condition there is.</summary>
    private static readonly Conditions[] Singles =
    [
        .. Enum.GetValues<Conditions>().Where(value => BitOperations.IsPow2((uint)value)),
    ];

    [Fact]
    public void Every_set_of_conditions_is_written_sorted_and_read_back()
    {
        for (var set = 0; set < 1 << Wording.BitsOf<Conditions>(); set++)
        {
            var members = Singles.Where(single => ((Conditions)set).HasFlag(single)).ToList();
            var conditions = members.Aggregate(Conditions.None, (all, one) => all | one);
            var words = conditions.Words();
            Assert.Equal(members.Select(single => single.Word()).Order(StringComparer.Ordinal), words);
            Assert.Equal(conditions, ConditionWords.Parse(words));
        }
    }

    [Fact]
    public void Every_value_is_found_by_its_word_as_text_and_as_bytes()
    {
        RoundTrip<Effect>();
        RoundTrip<Conditions>();
        RoundTrip<Reason>();
        RoundTrip<Detail>();
        RoundTrip<Role>();
        RoundTrip<Scope>();
    }

    [Fact]
    public void A_word_is_the_one_that_JSON_has_for_the_value()
    {
        var enums = typeof(Wording).Assembly.GetExportedTypes().Where(type => type.IsEnum).ToList();
        Assert.Contains(typeof(Effect), enums);
        foreach (var name in enums.SelectMany(Enum.GetNames))
            Assert.Equal(JsonNamingPolicy.CamelCase.ConvertName(name), char.ToLowerInvariant(name[0]) + name[1..]);
    }

    [Fact]
    public void The_types_of_events_are_all_listed() =>
        Assert.Equal(
            typeof(EventType)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral)
                .Select(field => (string)field.GetValue(null)!),
            EventType.All
        );

    /// <summary>
    /// The evaluator packs scope and audience into two bits, depth and the rank of a name beside them.
    /// </summary>
    [Fact]
    public void What_the_evaluator_packs_has_room()
    {
        Assert.Equal([0, 1], Enum.GetValues<Scope>().Select(scope => (int)scope));
        Assert.Equal((0, 1), ((int)Audience.Anybody, (int)Audience.Requester));
        Assert.Equal(
            [Audience.SomebodyElse],
            Enum.GetValues<Audience>().Except([Audience.Anybody, Audience.Requester])
        );
        Assert.True(Limits.PurposeDepth < 16);
        Assert.True(Limits.Purposes <= 256);
        // Restrictiveness is the order of the values (R4, R9).
        Assert.Equal([Effect.Allow, Effect.Ask, Effect.Deny], Enum.GetValues<Effect>());
    }

    private static void RoundTrip<T>()
        where T : struct, Enum
    {
        foreach (var word in Wording.All<T>())
        {
            Assert.Equal(word, Wording.Parse<T>(word).Word());
            Assert.True(Wording.TryParse<T>(Encoding.UTF8.GetBytes(word), out var value));
            Assert.Equal(Wording.Parse<T>(word), value);
            Assert.False(Wording.TryParse<T>(Encoding.UTF8.GetBytes(word).AsSpan(1), out _));
        }
    }
}
