using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Signals.Reading;

namespace ConsentRegistry.Domain.Tests.Signals;

/// <summary>What others say, in their formats, as it is read here.</summary>
public sealed class SignalReaderTests
{
    private const string Rsl = """<rsl xmlns="https://rslstandard.org/rsl">""";

    private const string Plus =
        """<x xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">""";

    private const string Dmi = "http://ns.useplus.org/ldf/vocab/DMI-";

    private static readonly Vocabulary Vocabulary = Vocabulary.Initial;

    private static readonly ContentIdentifier Url = ContentIdentifier
        .Parse(IdentifierScheme.Url, "https://videos.example/v/123?x=1")
        .Value;

    private static readonly SignalContact Contact = new(
        ContentIdentifier.Parse(IdentifierScheme.Url, "https://ask.example/").Value,
        null
    );

    /// <summary>
    /// Where it was found, the text, the format, and what it says of each purpose: y (allow), n (deny), ask.
    /// </summary>
    public static TheoryData<SignalSource, string, SignalFormat, string> Cases =>
        new()
        {
            // Headers.
            {
                SignalSource.Headers,
                "Content-Usage: train-ai=n, ai-use=y",
                SignalFormat.Aipref,
                "training.generative=n grounding=y"
            },
            {
                SignalSource.Headers,
                "HTTP/2 200\r\ncontent-usage:train-ai=y\r\n\r\n",
                SignalFormat.Aipref,
                "training.generative=y"
            },
            {
                SignalSource.Headers,
                "Content-Usage: train-ai=n, train-ai=y",
                SignalFormat.Aipref,
                "training.generative=y"
            },
            { SignalSource.Headers, "Content-Usage: train-ai=y, train-ai", SignalFormat.Aipref, "" },
            { SignalSource.Headers, "Content-Usage: train-ai=Y, ai-use=1, search=y", SignalFormat.Aipref, "" },
            {
                SignalSource.Headers,
                "Content-Usage: train-ai=n;x=\"a, b\", y=(1 2);z, ai-use=n",
                SignalFormat.Aipref,
                "training.generative=n grounding=n"
            },
            {
                SignalSource.Headers,
                "Content-Usage: train-ai=y\nContent-Usage: train-ai=n",
                SignalFormat.Aipref,
                "training.generative=n"
            },
            {
                SignalSource.Headers,
                "Content-Usage: train-ai=n, train-genai=y",
                SignalFormat.Aipref,
                "training=n training.generative=n training.nongenerative=n"
            },
            {
                SignalSource.Headers,
                "Content-Usage: tdm=n",
                SignalFormat.Aipref,
                "training=n training.generative=n training.nongenerative=n mining=n"
            },
            { SignalSource.Headers, "", SignalFormat.Aipref, "" },
            {
                SignalSource.Headers,
                "tdm-reservation: 1",
                SignalFormat.Tdmrep,
                "training=n training.generative=n training.nongenerative=n mining=n"
            },
            {
                SignalSource.Headers,
                "TDM-Reservation: 1\ntdm-policy: https://x.example/p.json",
                SignalFormat.Tdmrep,
                "training=ask training.generative=ask training.nongenerative=ask mining=ask"
            },
            {
                SignalSource.Headers,
                "tdm-reservation: 0",
                SignalFormat.Tdmrep,
                "training=y training.generative=y training.nongenerative=y mining=y"
            },
            { SignalSource.Headers, "tdm-reservation: yes", SignalFormat.Tdmrep, "" },
            {
                SignalSource.Headers,
                "X-Robots-Tag: noindex, NOAI",
                SignalFormat.Noai,
                "training=n training.generative=n training.nongenerative=n"
            },
            { SignalSource.Headers, "X-Robots-Tag: somebot: noai", SignalFormat.Noai, "" },
            {
                SignalSource.Headers,
                "Content-Usage: a=%\"f%c3%bc\", b=:YQ==:, c=-1.5, d=@12, e=?1, f=(1 \"x\" y);q=1, *g;h, train-ai=n",
                SignalFormat.Aipref,
                "training.generative=n"
            },
            // robots.txt.
            {
                SignalSource.Robots,
                "User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /v/123 train-ai=y",
                SignalFormat.Aipref,
                "training.generative=y"
            },
            {
                SignalSource.Robots,
                "User-agent: *\nContent-Usage: /v/123$ train-ai=y\nContent-Usage: /v/ train-ai=n",
                SignalFormat.Aipref,
                "training.generative=n"
            },
            {
                SignalSource.Robots,
                "User-agent: *\nContent-Usage: /v/* train-ai=y\nContent-Usage: /v/* train-ai=n",
                SignalFormat.Aipref,
                "training.generative=n"
            },
            { SignalSource.Robots, "User-agent: Somebot\nContent-Usage: train-ai=y", SignalFormat.Aipref, "" },
            {
                SignalSource.Robots,
                "\ufeffUser-agent: a\nUser-agent: *\n# Content-Usage: train-ai=n\nContent-Usage: ai-use=n # all\nUser-agent: b\nContent-Usage: train-ai=y",
                SignalFormat.Aipref,
                "grounding=n"
            },
            {
                SignalSource.Robots,
                "User-agent: *\nContent-Signal: search=yes, ai-train=no,AI-Input=YES",
                SignalFormat.ContentSignal,
                "training=n training.generative=n training.nongenerative=n grounding=y"
            },
            {
                SignalSource.Robots,
                "User-agent: *\nContent-Signal: ai-train=maybe, use=reference",
                SignalFormat.ContentSignal,
                ""
            },
            // TDMRep's file.
            {
                SignalSource.Tdmrep,
                """[{"location":"/v/123$","tdm-reservation":0},{"location":"/*","tdm-reservation":1}]""",
                SignalFormat.Tdmrep,
                "training=n training.generative=n training.nongenerative=n mining=n"
            },
            {
                SignalSource.Tdmrep,
                """[{"location":"/v/*x=1","tdm-reservation":0},{"location":"/","tdm-reservation":1}]""",
                SignalFormat.Tdmrep,
                "training=y training.generative=y training.nongenerative=y mining=y"
            },
            {
                SignalSource.Tdmrep,
                """[{"location":"/v/","tdm-reservation":"1"},7,{"tdm-reservation":1}]""",
                SignalFormat.Tdmrep,
                ""
            },
            { SignalSource.Tdmrep, """[{"location":"/V/","tdm-reservation":1}]""", SignalFormat.Tdmrep, "" },
            // CAWG.
            {
                SignalSource.Manifest,
                """{"label":"cawg.training-mining","data":{"entries":{"cawg.data_mining":{"use":"allowed"},"cawg.ai_inference":{"use":"notAllowed"},"cawg.ai_training":{"use":"constrained"},"cawg.ai_generative_training":{"use":"constrained","constraint_info":"ask"}}}}""",
                SignalFormat.Cawg,
                "mining=y grounding=n training.nongenerative=n training.generative=ask"
            },
            {
                SignalSource.Manifest,
                """{"label":"c2pa.training-mining","data":{"c2pa.ai_training":{"use":"notAllowed"}}}""",
                SignalFormat.Cawg,
                "training.nongenerative=n"
            },
            {
                SignalSource.Manifest,
                """{"assertions":[{"label":"c2pa.actions","data":{}},{"label":"cawg.training-mining__1","data":{"entries":{"c2pa.data_mining":{"use":"constrained","constraints_info":"x"}}}}]}""",
                SignalFormat.Cawg,
                "mining=ask"
            },
            {
                SignalSource.Manifest,
                """{"active_manifest":"b","manifests":{"a":{"assertions":[{"label":"cawg.training-mining","data":{"entries":{"cawg.data_mining":{"use":"allowed"}}}}]},"b":{"assertions":[]}}}""",
                SignalFormat.Cawg,
                ""
            },
            {
                SignalSource.Manifest,
                """{"label":"cawg.training-mining","data":{"entries":{"example.ask.remix":{"use":"notAllowed"},"other.ask.remix.voice":{"use":"notAllowed"},"cawg.data_mining":{"use":"sometimes"},"cawg.ai_training":7}}}""",
                SignalFormat.Cawg,
                "remix=n"
            },
            { SignalSource.Manifest, "[]", SignalFormat.Cawg, "" },
            // IPTC and PLUS.
            {
                SignalSource.Xmp,
                $"{Plus}<plus:DataMining>{Dmi}PROHIBITED</plus:DataMining></x>",
                SignalFormat.Iptc,
                "training=n training.generative=n training.nongenerative=n mining=n"
            },
            {
                SignalSource.Xmp,
                $"{Plus}<rdf:Description plus:DataMining=\"{Dmi}PROHIBITED-AIMLTRAINING\"/></x>",
                SignalFormat.Iptc,
                "training=n training.generative=n training.nongenerative=n mining=y"
            },
            {
                SignalSource.Xmp,
                $"{Plus}<plus:DataMining rdf:resource=\"{Dmi}PROHIBITED-GENAIMLTRAINING\"/></x>",
                SignalFormat.Iptc,
                "training.generative=n training.nongenerative=y mining=y"
            },
            {
                SignalSource.Xmp,
                $"{Plus}<plus:DataMining>{Dmi}ALLOWED</plus:DataMining></x>",
                SignalFormat.Iptc,
                "training=y training.generative=y training.nongenerative=y mining=y"
            },
            {
                SignalSource.Xmp,
                $"{Plus}<plus:DataMining>{Dmi}PROHIBITED-SEECONSTRAINT</plus:DataMining></x>",
                SignalFormat.Iptc,
                "training=ask training.generative=ask training.nongenerative=ask mining=ask"
            },
            {
                SignalSource.Xmp,
                $"{Plus}<plus:DataMining>{Dmi}UNSPECIFIED</plus:DataMining></x>",
                SignalFormat.Iptc,
                ""
            },
            { SignalSource.Xmp, "<x><DataMining>DMI-PROHIBITED</DataMining></x>", SignalFormat.Iptc, "" },
            // RSL.
            {
                SignalSource.Rsl,
                $"{Rsl}<content url=\"/v/\"><license><permits type=\"usage\">search ai-index</permits></license></content></rsl>",
                SignalFormat.Rsl,
                "training=n training.generative=n training.nongenerative=n grounding=n"
            },
            {
                SignalSource.Rsl,
                $"{Rsl}<content url=\"/\"><license><prohibits type=\"usage\">ai-train</prohibits></license></content></rsl>",
                SignalFormat.Rsl,
                "training=n training.generative=n training.nongenerative=n grounding=y"
            },
            {
                SignalSource.Rsl,
                $"{Rsl}<content url=\"/\"><license><permits type=\"usage\">all</permits></license></content><content url=\"https://videos.example/v/123\"><license><prohibits type=\"usage\">ai-all</prohibits></license></content></rsl>",
                SignalFormat.Rsl,
                "training=n training.generative=n training.nongenerative=n grounding=n"
            },
            {
                SignalSource.Rsl,
                $"{Rsl}<content url=\"/\"><license><permits type=\"usage\">ai-all</permits><prohibits type=\"usage\">ai-all</prohibits></license><license><permits type=\"usage\">ai-train</permits></license></content></rsl>",
                SignalFormat.Rsl,
                "training=y training.generative=y training.nongenerative=y grounding=n"
            },
            {
                SignalSource.Rsl,
                $"{Rsl}<content url=\"https://other.example/v/\"><license/></content></rsl>",
                SignalFormat.Rsl,
                ""
            },
            {
                SignalSource.Rsl,
                """<feed xmlns:r="https://rslstandard.org/rsl"><r:content url="/"><r:license><r:prohibits type="usage">all</r:prohibits></r:license></r:content></feed>""",
                SignalFormat.Rsl,
                "training=n training.generative=n training.nongenerative=n grounding=n"
            },
            // Pages.
            {
                SignalSource.Page,
                """<META content='noindex, noai' NAME="Robots">""",
                SignalFormat.Noai,
                "training=n training.generative=n training.nongenerative=n"
            },
            {
                SignalSource.Page,
                """<!-- <meta name="robots" content="noai"> --><meta name="robots" content="noaix">""",
                SignalFormat.Noai,
                ""
            },
            {
                SignalSource.Page,
                """<meta name=tdm-reservation content=1><meta name="tdm-policy" content="https://x.example">""",
                SignalFormat.Tdmrep,
                "training=ask training.generative=ask training.nongenerative=ask mining=ask"
            },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_says_what_stands_beside_it(SignalSource source, string text, SignalFormat format, string says)
    {
        var reading = Read(source, text).Single(one => one.Format == format);

        Assert.Null(reading.Unreadable);
        Assert.Equal(
            says.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            Vocabulary
                .Purposes.Select(definition => definition.Purpose)
                .Where(purpose => reading[purpose].Says != Said.Nothing)
                .Where(purpose => !IsBelowRemix(purpose))
                .Select(purpose => $"{purpose}={WordOf(reading[purpose].Says)}")
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_license_has_its_conditions()
    {
        var reading = Read(
            SignalSource.Rsl,
            $"""
            {Rsl}<content url="/"><license><permits type="usage">ai-train</permits>
            <permits type="user">non-commercial education</permits><payment type="attribution"/></license></content></rsl>
            """
        )[0];
        Assert.Equal(
            (Said.Allow, Conditions.Attribution | Conditions.NonCommercial),
            (reading[Purpose.Parse("training")].Says, reading[Purpose.Parse("training")].Conditions)
        );
    }

    public static TheoryData<SignalSource, string, SignalFormat, int, int> Broken =>
        new()
        {
            { SignalSource.Headers, "Server: x\nContent-Usage: train-ai=n,", SignalFormat.Aipref, 2, 27 },
            { SignalSource.Headers, "Content-Usage: a=%\"%c3%28\"", SignalFormat.Aipref, 1, 27 },
            { SignalSource.Headers, "Content-Usage: a=:a=b:", SignalFormat.Aipref, 1, 21 },
            { SignalSource.Headers, "Content-Usage: a=1.2345", SignalFormat.Aipref, 1, 24 },
            { SignalSource.Headers, "Content-Usage: \u000ba=1", SignalFormat.Aipref, 1, 16 },
            { SignalSource.Headers, "Content-Usage:  Train-AI=n", SignalFormat.Aipref, 1, 17 },
            { SignalSource.Headers, "Content-Usage: train-ai=\"n", SignalFormat.Aipref, 1, 27 },
            {
                SignalSource.Robots,
                "User-agent: *\nAllow: /\nContent-Usage: /v/  train-ai=(n",
                SignalFormat.Aipref,
                3,
                32
            },
            { SignalSource.Robots, "User-agent: *\nContent-Signal: ai-train", SignalFormat.ContentSignal, 2, 17 },
            { SignalSource.Tdmrep, "[\n {\"location\":\"/\",}]", SignalFormat.Tdmrep, 2, 18 },
            { SignalSource.Tdmrep, "{}", SignalFormat.Tdmrep, 1, 1 },
            { SignalSource.Manifest, "{\n\"label\":", SignalFormat.Cawg, 2, 9 },
            { SignalSource.Xmp, "<a>\n<b></a>", SignalFormat.Iptc, 2, 6 },
            { SignalSource.Xmp, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", SignalFormat.Iptc, 1, 1 },
            { SignalSource.Rsl, "<!DOCTYPE rsl SYSTEM \"file:///etc/passwd\"><rsl/>", SignalFormat.Rsl, 1, 1 },
            { SignalSource.Rsl, "&x;", SignalFormat.Rsl, 1, 1 },
            { SignalSource.Rsl, "", SignalFormat.Rsl, 1, 1 },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_cannot_be_read_says_nothing_and_where(
        SignalSource source,
        string text,
        SignalFormat format,
        int line,
        int column
    )
    {
        var reading = Read(source, text).Single(one => one.Format == format);

        Assert.NotNull(reading.Unreadable);
        Assert.Equal((line, column), (reading.Unreadable.Line, reading.Unreadable.Column));
        Assert.All(Vocabulary.Purposes, definition => Assert.Equal(Said.Nothing, reading[definition.Purpose].Says));
    }

    [Fact]
    public void Deep_and_long_texts_end_soon()
    {
        const int depth = 100_000;
        string[] texts =
        [
            string.Concat(Enumerable.Repeat("<a>", depth)),
            new('[', depth),
            string.Concat(Enumerable.Repeat("{\"a\":", depth)),
            string.Concat(Enumerable.Repeat("<meta ", depth)),
            string.Concat(Enumerable.Repeat("<!--", depth)),
            "User-agent: *\nContent-Usage: /" + new string('*', depth) + "x a=(" + new string(' ', depth),
            "Content-Usage: " + string.Concat(Enumerable.Repeat("a=1,", depth)),
            "[" + string.Concat(Enumerable.Repeat("{\"location\":\"/*a*b*c*d*e*f*g\"},", 10_000)) + "1]",
            new('\ud800', 1_000),
        ];
        foreach (var source in Enum.GetValues<SignalSource>())
        {
            foreach (var text in texts)
                Assert.NotEmpty(Read(source, text));
        }
    }

    [Fact]
    public void No_text_makes_a_reader_throw()
    {
        var random = new Random(7);
        var texts = Cases
            .Select(row => (Source: row.Data.Item1, Text: row.Data.Item2))
            .Where(row => row.Text.Length > 0)
            .ToList();
        for (var i = 0; i < 5_000; i++)
        {
            var (source, text) = texts[random.Next(texts.Count)];
            var letters = text.ToCharArray();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
                letters[random.Next(letters.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x1_0000);
            Assert.NotEmpty(Read(source, new string(letters)[random.Next(3)..]));
        }
    }

    [Fact]
    public void What_is_served_needs_a_url_and_no_text_is_endless()
    {
        Assert.Throws<ArgumentException>(() =>
            SignalReader.Read(new(SignalSource.Robots, "", null), Vocabulary, Contact)
        );
        Assert.Throws<ArgumentException>(() =>
            SignalReader.Read(new(SignalSource.Xmp, new('x', SignalDocument.MaxLength + 1), null), Vocabulary, Contact)
        );
        Assert.NotEmpty(SignalReader.Read(new(SignalSource.Manifest, "{}", null), Vocabulary, null));
    }

    private static IReadOnlyList<SignalReading> Read(SignalSource source, string text) =>
        SignalReader.Read(new(source, text, Url), Vocabulary, Contact);

    private static bool IsBelowRemix(Purpose purpose) => purpose.IsBelow(Purpose.Parse("remix"));

    private static string WordOf(Said said) =>
        said switch
        {
            Said.Allow => "y",
            Said.Deny => "n",
            _ => "ask",
        };
}
