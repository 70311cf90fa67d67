using System.Collections.Immutable;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Settings;

/// <summary>
/// R3's ratchet, step by step. A segment reads <c>start: effect conditions until expiry vN #version</c>, the start ∞
/// for every video.
/// </summary>
public sealed class DefaultSettingTests
{
    // Each step is "when appliesTo effect [conditions] [until t] vN"; the change's version is its place, its time is
    // "when".
    public static TheoryData<string, string[], string[]> Steps { get; } =
        new()
        {
            { "A first allow for the future starts now", ["5 future allow v1"], ["5: allow v1 #1"] },
            { "A first allow for all covers every video", ["5 all allow v1"], ["∞: allow v1 #1"] },
            { "A first ask covers every video", ["5 future ask v1"], ["∞: ask v1 #1"] },
            { "A first deny covers every video", ["5 future deny v1"], ["∞: deny v1 #1"] },
            {
                "A deny replaces all segments",
                ["5 future allow v1", "6 future allow A v1", "7 future deny v1"],
                ["∞: deny v1 #3"]
            },
            {
                "An ask replaces all segments",
                ["5 future allow v1", "6 future allow A v1", "7 future ask v1"],
                ["∞: ask v1 #3"]
            },
            {
                "An allow for all replaces all segments",
                ["5 future deny v1", "6 future allow v1", "7 all allow v1"],
                ["∞: allow v1 #3"]
            },
            { "A deny for all is as a deny", ["5 all deny v1"], ["∞: deny v1 #1"] },
            {
                "A standing ask is replaced where it is one of two segments",
                ["5 future ask v1", "6 future allow v1", "7 future ask v1"],
                ["∞: ask v1 #3"]
            },
            {
                "An allow for the future leaves a deny, with its stamp",
                ["5 future deny v1", "6 future allow v1"],
                ["∞: deny v1 #1", "6: allow v1 #2"]
            },
            {
                "A deny takes no conditions, but the older vocabulary stays",
                ["5 future deny v1", "6 future allow A v2"],
                ["∞: deny v1 #1", "6: allow A v2 #2"]
            },
            {
                "An ask is clamped to the union of conditions",
                ["5 future ask A v1", "6 future allow N v1"],
                ["∞: ask A,N v1 #2", "6: allow N v1 #2"]
            },
            {
                "An ask takes no expiry",
                ["5 future ask v1", "6 future allow until 90 v1"],
                ["∞: ask v1 #1", "6: allow until 90 v1 #2"]
            },
            {
                "An allow takes the earlier expiry, the new one",
                ["5 all allow until 90 v1", "6 future allow until 80 v1"],
                ["∞: allow until 80 v1 #2"]
            },
            {
                "An allow takes the earlier expiry, its own",
                ["5 all allow until 80 v1", "6 future allow until 90 v1"],
                ["∞: allow until 80 v1 #1", "6: allow until 90 v1 #2"]
            },
            {
                "An allow without expiry takes the new one",
                ["5 all allow A v1", "6 future allow until 90 v1"],
                ["∞: allow A until 90 v1 #2", "6: allow until 90 v1 #2"]
            },
            {
                "An allow with expiry keeps it",
                ["5 all allow until 90 v1", "6 future allow v1"],
                ["∞: allow until 90 v1 #1", "6: allow v1 #2"]
            },
            {
                "The lower vocabulary stays on what stands",
                ["5 all allow v1", "6 future allow v3"],
                ["∞: allow v1 #1", "6: allow v3 #2"]
            },
            {
                "A lower vocabulary reaches what stands, which is then equal",
                ["5 all allow v3", "6 future allow v1"],
                ["∞: allow v1 #2"]
            },
            {
                "What is clamped to the new allow merges into the earlier",
                ["5 all allow v1", "6 future allow A v1"],
                ["∞: allow A v1 #2"]
            },
            {
                "Equal neighbours merge into the earlier, and the clamped keeps its start",
                ["5 future allow v1", "6 future allow v2", "7 future allow A v1"],
                ["5: allow A v1 #3"]
            },
            {
                "Neighbours that are equal after a clamp merge, the others stay",
                ["5 future deny v1", "6 future allow A v1", "7 future allow v1", "8 future allow A v2"],
                ["∞: deny v1 #1", "6: allow A v1 #2", "8: allow A v2 #4"]
            },
            {
                "The earlier of two equal neighbours keeps its stamp if it was not altered",
                ["5 future allow A v1", "6 future allow v1", "7 future allow A v1"],
                ["5: allow A v1 #1"]
            },
            {
                "The same allow for the future again is no change",
                ["5 future allow A v1", "6 future allow A v1"],
                ["5: allow A v1 #1"]
            },
            {
                "The same allow for the future after one for all is no change",
                ["5 all allow v1", "6 future allow v1"],
                ["∞: allow v1 #1"]
            },
            { "The same allow for all again is no change", ["5 all allow v1", "6 all allow v1"], ["∞: allow v1 #1"] },
            {
                "An allow for all after the same one for the future is a change",
                ["5 future allow v1", "6 all allow v1"],
                ["∞: allow v1 #2"]
            },
            { "The same deny again is no change", ["5 future deny v1", "6 all deny v1"], ["∞: deny v1 #1"] },
            {
                "The same deny under a newer vocabulary is a change",
                ["5 future deny v1", "6 future deny v2"],
                ["∞: deny v2 #2"]
            },
            {
                "An ask with other conditions is a change",
                ["5 future ask A v1", "6 future ask N v1"],
                ["∞: ask N v1 #2"]
            },
            {
                "Only altered segments get the stamp of the change",
                ["5 future ask v1", "6 future allow A v1", "7 future allow v1", "8 future allow until 90 v1"],
                ["∞: ask A v1 #2", "6: allow A until 90 v1 #4", "7: allow until 90 v1 #4"]
            },
        };

    [Theory]
    [MemberData(nameof(Steps))]
    public void R3_Setting_a_default_gives(string sentence, string[] steps, string[] segments)
    {
        Assert.NotEmpty(sentence);
        DefaultSetting? setting = null;
        for (var i = 0; i < steps.Length; i++)
            setting = Set(setting, steps[i], version: i + 1).Value;
        Assert.Equal(segments, setting!.Segments.Select(InWords));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void R3_What_already_stands_is_the_same_instance_and_nothing_else_is(
        string sentence,
        string[] steps,
        string[] segments
    )
    {
        Assert.NotEmpty(sentence);
        DefaultSetting? setting = null;
        for (var i = 0; i < steps.Length; i++)
        {
            var next = Set(setting, steps[i], version: i + 1).Value;
            Assert.Equal(
                setting is not null && setting.Segments.Select(InWords).SequenceEqual(next.Segments.Select(InWords)),
                ReferenceEquals(setting, next)
            );
            setting = next;
        }
        Assert.Equal(segments.Length, setting!.Segments.Length);
    }

    [Fact]
    public void R3_A_default_holds_64_segments_and_refuses_the_65th()
    {
        DefaultSetting? setting = null;
        for (var i = 1; i <= Limits.SegmentsPerDefault; i++)
            setting = Set(setting, $"{i} future allow v{i}", version: i).Value;
        Assert.Equal(64, setting!.Segments.Length);

        Assert.False(Set(setting, "65 future allow v65", version: 65).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.TooMany, "appliesTo"), (failure.Code, failure.Field));
        Assert.Same(setting, Set(setting, "65 future allow v64", version: 65).Value);
        Assert.Equal(
            ["1: allow v1 #1"],
            Set(setting, "65 future allow v1", version: 65).Value.Segments.Select(InWords)
        );
        Assert.Equal(
            ["∞: allow v65 #65"],
            Set(setting, "65 all allow v65", version: 65).Value.Segments.Select(InWords)
        );
        Assert.Equal(
            ["∞: deny v65 #65"],
            Set(setting, "65 future deny v65", version: 65).Value.Segments.Select(InWords)
        );
    }

    [Fact]
    public void R3_The_limit_counts_what_is_left_after_merging()
    {
        DefaultSetting? setting = null;
        for (var i = 1; i <= Limits.SegmentsPerDefault; i++)
            setting = Set(setting, $"{i} future allow v{i}", version: i).Value;

        var clamped = Set(setting, "65 future allow A v63", version: 65).Value;

        Assert.Equal(63, clamped.Segments.Length);
        Assert.Equal("63: allow A v63 #65", InWords(clamped.Segments[^1]));
    }

    [Fact]
    public void A_default_has_a_segment_and_their_starts_rise()
    {
        static Segment At(long? start) =>
            new(start is { } known ? new Instant(known) : null, Choice.Ask(Conditions.None, 1), default);

        Assert.Throws<ArgumentException>(() => new DefaultSetting([]));
        Assert.Throws<ArgumentException>(() => new DefaultSetting([At(5), At(5)]));
        Assert.Throws<ArgumentException>(() => new DefaultSetting([At(6), At(5)]));
        Assert.Throws<ArgumentException>(() => new DefaultSetting([At(5), At(null)]));
        Assert.Throws<ArgumentException>(() => new DefaultSetting([.. Enumerable.Range(0, 65).Select(i => At(i))]));
        Assert.Equal(64, new DefaultSetting([.. Enumerable.Range(0, 64).Select(i => At(i))]).Segments.Length);
        Assert.Equal(2, new DefaultSetting([At(null), At(5)]).Segments.Length);
    }

    [Fact]
    public void Defaults_of_equal_segments_are_equal()
    {
        static DefaultSetting Of(int vocabularyVersion) =>
            new(
                ImmutableArray.Create(
                    new Segment(new Instant(1), Choice.Ask(Conditions.None, vocabularyVersion), default)
                )
            );

        Assert.Equal(Of(1), Of(1));
        Assert.Equal(Of(1).GetHashCode(), Of(1).GetHashCode());
        Assert.NotEqual(Of(1), Of(2));
    }

    private static Result<DefaultSetting> Set(DefaultSetting? current, string step, int version)
    {
        var words = step.Split(' ');
        var effect = Enum.Parse<Effect>(words[2], ignoreCase: true);
        var conditions =
            words.Contains("A") ? Conditions.Attribution
            : words.Contains("N") ? Conditions.NonCommercial
            : Conditions.None;
        Instant? expiry = Array.IndexOf(words, "until") is > 0 and var at
            ? new Instant(long.Parse(words[at + 1]))
            : null;
        return DefaultSetting.Set(
            current,
            Choice.Create(effect, conditions, expiry, int.Parse(words[^1][1..])),
            words[1] == "all" ? AppliesTo.All : AppliesTo.Future,
            new Stamp(version, new Instant(long.Parse(words[0])))
        );
    }

    private static string InWords(Segment segment)
    {
        var (choice, conditions) = (segment.Choice, new List<string>());
        if (choice.Conditions.HasFlag(Conditions.Attribution))
            conditions.Add("A");
        if (choice.Conditions.HasFlag(Conditions.NonCommercial))
            conditions.Add("N");
        return string.Join(
            ' ',
            new[]
            {
                segment.From is { } start ? $"{start.Microseconds}:" : "∞:",
                choice.Effect.ToString().ToLowerInvariant(),
                string.Join(',', conditions),
                choice.ExpiresAt is { } expiry ? $"until {expiry.Microseconds}" : "",
                $"v{choice.VocabularyVersion}",
                $"#{segment.Stamp.Version}",
            }.Where(w => w.Length > 0)
        );
    }
}
