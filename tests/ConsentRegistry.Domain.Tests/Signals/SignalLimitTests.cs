using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Signals;

/// <summary>Sites, sizes and times of signals, and what the registry takes for everybody's answer.</summary>
public sealed class SignalLimitTests
{
    private static readonly Instant Now = new(1_800_000_000_000_000);
    private static readonly Purpose Grounding = Purpose.Parse("grounding");
    private static readonly Stamp Changed = new(1, new(1));
    private static readonly VideoKey Video = CaseRunner.Key("ana", "v1");

    [Theory]
    [InlineData("https://videos.example", "https://videos.example")]
    [InlineData("HTTPS://Videos.Example:443/", "https://videos.example")]
    [InlineData("http://videos.example:8080", "http://videos.example:8080")]
    public void A_site_is_an_origin_in_any_spelling(string text, string origin)
    {
        Assert.True(Site.TryParse(text, out var site));
        Assert.Equal(origin, site.Origin);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("videos.example")]
    [InlineData("https://videos.example/v")]
    [InlineData("https://videos.example/?v")]
    [InlineData("ftp://videos.example")]
    [InlineData("https://ana@videos.example")]
    public void Nothing_else_is_a_site(string? text) => Assert.False(Site.TryParse(text, out _));

    [Fact]
    public void A_document_has_no_URL_of_another_site()
    {
        Assert.True(Site.TryParse("https://videos.example", out var site));
        foreach (var other in new[] { "http://videos.example/v", "https://videos.example.org/v", "https://example/v" })
            Assert.Throws<ArgumentException>(() =>
                SignalProjector.OfSite(SignalFormat.Rsl, site, [new(UrlOf(other), Allowed())], true, null)
            );
    }

    [Theory]
    [InlineData(SignalFormat.Aipref, "User-agent: *\nContent-Usage: train-ai=n, ai-use=n\n")]
    [InlineData(SignalFormat.Tdmrep, """[{"location":"/*","tdm-reservation":1}]""")]
    [InlineData(SignalFormat.ContentSignal, null)]
    public void A_document_that_would_be_too_large_is_one_deny_for_the_site(SignalFormat format, string? text)
    {
        Assert.True(Site.TryParse("https://videos.example", out var site));
        SiteEntry[] entries =
        [
            .. Enumerable
                .Range(0, 10_000)
                .Select(i => new SiteEntry(UrlOf($"https://videos.example/v/{i}"), Allowed())),
        ];

        var signal = SignalProjector.OfSite(format, site, entries, isWhole: true, contact: null)[0];

        Assert.Equal(text, signal.Text);
        Assert.Null(signal.ExpiresAt);
        Assert.All(signal.Losses, loss => Assert.Equal(entries.Length, loss.Count));
        if (text is not null)
            Assert.Contains(signal.Losses, loss => loss is { OverDenied: true } && loss.Lost.Contains(Lost.Size));
    }

    [Theory]
    [InlineData(null, 300)]
    [InlineData(86_400, 300)]
    [InlineData(299, 299)]
    [InlineData(-1, 0)]
    public void A_signal_is_kept_no_longer_than_what_it_allows(int? endsIn, int seconds)
    {
        var end = endsIn is { } later ? Now.Plus(TimeSpan.FromSeconds(later)) : (Instant?)null;
        var signal = new Signal(SignalFormat.Aipref, SignalForm.Headers, null, null, [], end, []);

        Assert.Equal(TimeSpan.FromSeconds(seconds), signal.MaxAge(Now));
    }

    [Theory]
    [InlineData("https://consent.example.org/ask", "org.example.consent")]
    [InlineData("https://consent.example.org:8443/ask", "org.example.consent")]
    [InlineData("https://192.0.2.1/ask", null)]
    [InlineData("https://[2001:db8::1]/ask", null)]
    [InlineData("https://localhost/ask", null)]
    public void Keys_of_our_own_begin_with_the_domain_of_the_page(string ask, string? prefix) =>
        Assert.Equal(prefix, new SignalContact(UrlOf(ask), null).KeyPrefix);

    [Fact]
    public void What_one_named_requester_may_not_do_nobody_may()
    {
        var facts = FactsWith(("studio", Choice.Deny(1)), ("label", Choice.Allow(Conditions.Attribution, null, 1)));

        var answer = AnswerOf(facts);

        Assert.Equal((Effect.Deny, Effect.Allow, true), (answer.Effect, answer.Unnamed, answer.VariesByRequester));
    }

    [Fact]
    public void What_one_named_requester_has_to_observe_everybody_has()
    {
        var facts = FactsWith(
            ("studio", Choice.Allow(Conditions.Attribution, new Instant(Now.Microseconds + 5), 1)),
            ("label", Choice.Allow(Conditions.LabelAsAi, null, 1))
        );

        var answer = AnswerOf(facts);

        Assert.Equal(Effect.Allow, answer.Effect);
        Assert.Equal(Conditions.Attribution | Conditions.LabelAsAi, answer.Conditions);
        Assert.Equal(new Instant(Now.Microseconds + 5), answer.ExpiresAt);
    }

    [Fact]
    public void More_requesters_than_the_limit_are_a_deny()
    {
        (string, Choice)[] named =
        [
            .. Enumerable
                .Range(0, PublicConsent.MaxRequesters + 1)
                .Select(i => ($"lab{i}", Choice.Allow(Conditions.None, null, 1))),
        ];
        Assert.Equal(Effect.Allow, AnswerOf(FactsWith(named[1..])).Effect);
        Assert.Equal(Effect.Deny, AnswerOf(FactsWith(named)).Effect);
    }

    [Fact]
    public void An_answer_that_nobody_gave_is_a_deny_and_no_silence() =>
        Assert.Equal(
            (Effect.Deny, Effect.Deny, false),
            (default(PublicAnswer).Effect, default(PublicAnswer).Unnamed, default(PublicAnswer).IsSilent)
        );

    private static PublicAnswer AnswerOf(FactSet facts) =>
        PublicConsent.From(facts, new([Video], IsErased: false))[facts.Vocabulary.Find(Grounding)];

    private static FactSet FactsWith(params (string Requester, Choice Choice)[] named)
    {
        var facts = new FactSet(Vocabulary.Initial, Now);
        facts.Add(Video, new VideoRecord(null, [], []));
        facts.Add(Video.Creator, new DefaultKey(Grounding, null), Default(Choice.Allow(Conditions.None, null, 1)));
        foreach (var (requester, choice) in named)
            facts.Add(Video.Creator, new DefaultKey(Grounding, Requester.Parse(requester)), Default(choice));
        return facts;
    }

    private static DefaultSetting Default(Choice choice) => new([new(null, choice, Changed)]);

    private static PublicConsent Allowed() =>
        new(
            Vocabulary.Initial,
            Now,
            [.. Vocabulary.Initial.Purposes.Select(_ => new PublicAnswer { Effect = Effect.Allow })]
        );

    private static ContentIdentifier UrlOf(string url) => ContentIdentifier.Parse(IdentifierScheme.Url, url).Value;
}
