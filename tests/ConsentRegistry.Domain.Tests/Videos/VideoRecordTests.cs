using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Videos;

/// <summary>Facts about videos change freely only in the cautious direction.</summary>
public sealed class VideoRecordTests
{
    private static readonly Instant Now = new(1_000);
    private static readonly VideoKey Clip = Key("mia", "clip");
    private static readonly RegisteredParticipant Noah = new(CreatorId.Parse("noah"), Role.CoCreator);
    private static readonly RegisteredParticipant NoahDepicted = Noah with { Role = Role.Depicted };
    private static readonly RegisteredParticipant Zoe = new(CreatorId.Parse("Zoe"), Role.Depicted);
    private static readonly VideoKey One = Key("lena", "one");
    private static readonly VideoKey Two = Key("lena", "two");
    private static readonly ContentIdentifier Page = ContentIdentifier.ParseNormal("url:https://a.example/1");
    private static readonly ContentIdentifier Other = ContentIdentifier.ParseNormal("platform:a:1");
    private static readonly VideoRecord Standing = new(new Instant(500), [Noah], [One], [new(Page, Listed: true)]);

    [Fact]
    public void A_first_registration_stands_as_it_is_wanted()
    {
        var record = Register(null, new(Now, [Noah, Zoe], [Two, One])).Value;
        Assert.Equal(Now, record.PublishedAt);
        Assert.Equal([Zoe, Noah], record.Participants);
        Assert.Equal([Two, One], record.Sources);
    }

    [Fact]
    public void A_first_registration_may_say_nothing_but_that_the_video_exists()
    {
        var record = Register(null, new(null, null, null)).Value;
        Assert.Null(record.PublishedAt);
        Assert.Empty(record.Participants);
        Assert.Empty(record.Sources);
    }

    [Fact]
    public void A_fact_that_is_absent_stays_and_nothing_new_is_no_change()
    {
        Assert.Same(Standing, Register(Standing, new(null, null, null)).Value);
        Assert.Same(Standing, Register(Standing, new(new Instant(500), [Noah, Noah], [One, One])).Value);
    }

    [Fact]
    public void Duplicates_count_once_and_two_roles_are_no_duplicate()
    {
        var record = Register(null, new(null, [NoahDepicted, Noah, NoahDepicted], [One, Two, One])).Value;
        Assert.Equal([Noah, NoahDepicted], record.Participants);
        Assert.Equal([One, Two], record.Sources);
    }

    [Fact]
    public void Participants_and_sources_are_added_freely()
    {
        var record = Register(Standing, new(null, [Noah, Zoe], [Two, One])).Value;
        Assert.Equal([Zoe, Noah], record.Participants);
        Assert.Equal([Two, One], record.Sources);
        Assert.Equal(Standing.PublishedAt, record.PublishedAt);
    }

    public static TheoryData<string, Registration, string> Widening { get; } =
        new()
        {
            { "An earlier date", new(new Instant(499), null, null), "publishedAt" },
            { "A later date", new(new Instant(501), null, null), "publishedAt" },
            { "No participants", new(null, [], null), "participants" },
            { "Another participant instead", new(null, [Zoe], null), "participants" },
            { "The same participant in another role", new(null, [NoahDepicted], null), "participants" },
            { "No sources", new(null, null, []), "derivedFrom" },
            { "Another source instead", new(null, null, [Two]), "derivedFrom" },
            { "No identifiers", new(null, null, null, []), "identifiers" },
            { "Another identifier instead", new(null, null, null, [new(Other, null)]), "identifiers" },
            { "Several at once name the first", new(new Instant(1), [], []), "publishedAt" },
        };

    [Theory]
    [MemberData(nameof(Widening))]
    public void What_could_widen_is_refused_naming_the_field(string sentence, Registration wanted, string field)
    {
        Assert.NotEmpty(sentence);
        Assert.False(Register(Standing, wanted).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.WouldWiden, field), (failure.Code, failure.Field));
    }

    [Theory]
    [MemberData(nameof(Widening))]
    public void What_could_widen_is_done_for_an_administrator(string sentence, Registration wanted, string field)
    {
        Assert.NotEmpty(sentence + field);
        var record = Register(Standing, wanted, mayWiden: true).Value;
        Assert.Equal(wanted.PublishedAt ?? Standing.PublishedAt, record.PublishedAt);
        Assert.Equal(wanted.Participants ?? [.. Standing.Participants], record.Participants);
        Assert.Equal(wanted.Sources ?? [.. Standing.Sources], record.Sources);
        Assert.Equal(
            wanted.Identifiers?.Select(one => one.Identifier) ?? [Page],
            record.Identifiers.Select(one => one.Identifier)
        );
    }

    [Fact]
    public void Identifiers_are_added_freely_and_stand_in_order()
    {
        var record = Register(Standing, new(null, null, null, [new(Other, null), new(Page, null)])).Value;
        Assert.Equal([new(Page, Listed: true), new(Other, Listed: false)], record.Identifiers);
        Assert.Equal([Other], record.IdentifiersBeyond(Standing));
        Assert.Empty(Standing.IdentifiersBeyond(record));
        Assert.Equal([Page], Standing.IdentifiersBeyond(null));
    }

    [Fact]
    public void Whether_an_identifier_is_listed_changes_freely_and_stays_where_nothing_is_said()
    {
        Assert.Same(Standing, Register(Standing, new(null, null, null, [new(Page, null)])).Value);
        Assert.Same(Standing, Register(Standing, new(null, null, null, [new(Page, true), new(Page, true)])).Value);
        var unlisted = Register(Standing, new(null, null, null, [new(Page, false)])).Value;
        Assert.Equal([new(Page, Listed: false)], unlisted.Identifiers);
        Assert.Equal(Standing, Register(unlisted, new(null, null, null, [new(Page, true)])).Value);
    }

    [Fact]
    public void An_identifier_is_not_both_listed_and_otherwise()
    {
        Assert.False(
            Register(null, new(null, null, null, [new(Page, true), new(Page, null)])).Succeeded(out _, out var failure)
        );
        Assert.Equal((FailureCode.Invalid, "identifiers"), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_video_has_16_identifiers_and_no_more()
    {
        WantedIdentifier[] many =
        [
            .. Enumerable
                .Range(0, 17)
                .Select(i => new WantedIdentifier(ContentIdentifier.ParseNormal($"platform:a:{i}"), null)),
        ];
        Assert.Equal(16, Register(null, new(null, null, null, [.. many[..16], many[0]])).Value.Identifiers.Length);
        Assert.False(Register(null, new(null, null, null, many), mayWiden: true).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.TooMany, "identifiers"), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_first_date_for_a_video_registered_without_one_could_widen()
    {
        var undated = new VideoRecord(null, [], []);
        Assert.False(Register(undated, new(new Instant(5), null, null)).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.WouldWiden, "publishedAt"), (failure.Code, failure.Field));
        Assert.Equal(
            new Instant(5),
            Register(undated, new(new Instant(5), null, null), mayWiden: true).Value.PublishedAt
        );
    }

    [Fact]
    public void Another_order_of_sources_is_a_change_and_widens_nothing()
    {
        var standing = new VideoRecord(null, [], [One, Two]);
        Assert.Equal([Two, One], Register(standing, new(null, null, [Two, One])).Value.Sources);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nobody_publishes_in_the_future(bool mayWiden)
    {
        Assert.False(Register(null, new(new Instant(1_001), null, null), mayWiden).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.Invalid, "publishedAt"), (failure.Code, failure.Field));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_video_is_made_from_itself(bool mayWiden)
    {
        Assert.False(Register(null, new(null, null, [One, Clip]), mayWiden).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.Invalid, "derivedFrom"), (failure.Code, failure.Field));
        Assert.Single(Register(null, new(null, null, [Key("lena", "clip")]), mayWiden).Value.Sources);
    }

    [Fact]
    public void A_video_has_64_participants_and_no_more()
    {
        RegisteredParticipant[] crowd =
        [
            .. Enumerable.Range(0, 65).Select(i => new RegisteredParticipant(CreatorId.Parse($"p{i}"), Role.Depicted)),
        ];
        Assert.Equal(64, Register(null, new(null, [.. crowd[..64], crowd[0]], null)).Value.Participants.Length);
        Assert.False(Register(null, new(null, crowd, null)).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.TooMany, "participants"), (failure.Code, failure.Field));
    }

    [Fact]
    public void A_video_has_as_many_sources_as_a_check_may_consult_and_no_more()
    {
        VideoKey[] sources = [.. Enumerable.Range(0, 65).Select(i => Key("lena", $"s{i}"))];
        Assert.Equal(64, Register(null, new(null, null, [.. sources[..64], sources[0]])).Value.Sources.Length);
        Assert.False(Register(null, new(null, null, sources), mayWiden: true).Succeeded(out _, out var failure));
        Assert.Equal((FailureCode.TooMany, "derivedFrom"), (failure.Code, failure.Field));
    }

    [Fact]
    public void Records_are_equal_by_what_they_say()
    {
        RegisteredIdentifier[] listed = [new(Page, Listed: true)];
        Assert.Equal(Standing, new(new Instant(500), [Noah], [One], listed));
        Assert.Equal(Standing.GetHashCode(), new VideoRecord(new Instant(500), [Noah], [One], listed).GetHashCode());
        Assert.NotEqual(Standing, new(new Instant(501), [Noah], [One], listed));
        Assert.NotEqual(Standing, new(new Instant(500), [Zoe], [One], listed));
        Assert.NotEqual(Standing, new(new Instant(500), [Noah], [Two], listed));
        Assert.NotEqual(Standing, new(new Instant(500), [Noah], [One]));
        Assert.NotEqual(Standing, new(new Instant(500), [Noah], [One], [new(Page, Listed: false)]));
        Assert.NotEqual(Standing, new(new Instant(500), [Noah], [One], [new(Other, Listed: true)]));
    }

    private static Result<VideoRecord> Register(VideoRecord? current, Registration wanted, bool mayWiden = false) =>
        VideoRecord.Register(Clip, current, wanted, Now, mayWiden);

    private static VideoKey Key(string creator, string video) => new(CreatorId.Parse(creator), VideoId.Parse(video));
}
