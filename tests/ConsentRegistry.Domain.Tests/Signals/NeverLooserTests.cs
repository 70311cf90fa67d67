using System.Globalization;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;
using ConsentRegistry.Domain.Signals.Reading;
using ConsentRegistry.Domain.Tests.Decisions;
using ConsentRegistry.Domain.Tests.Signals.Readers;
using ConsentRegistry.Domain.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace ConsentRegistry.Domain.Tests.Signals;

/// <summary>
/// Whatever a signal permits to anybody, the registry allows to anybody, for as long as the signal is kept. Each
/// document is read by a reader that was written from the text of its format, for every URL and every purpose.
/// </summary>
public sealed class NeverLooserTests
{
    // Named by settings; the last by none.
    private static readonly Requester[] Requesters =
    [
        .. Scenarios.Requesters.Append("nobody-named").Select(Requester.Parse),
    ];

    private static readonly SignalContact Contact = new(
        ContentIdentifier.Parse(IdentifierScheme.Url, "https://ask.example/").Value,
        SignalWorlds.Url("/policy.json")
    );

    private static readonly string[] Training = ["training", "training.generative", "training.nongenerative"];

    // The purposes for which each format has a word.
    private static readonly Dictionary<SignalFormat, string[]> Sayable = new()
    {
        [SignalFormat.Aipref] = ["training.generative", "grounding"],
        [SignalFormat.Tdmrep] = ["mining", .. Training],
        [SignalFormat.Cawg] = ["mining", "grounding", "remix.voice", .. Training],
        [SignalFormat.Iptc] = ["mining", "training.generative", "training.nongenerative"],
        [SignalFormat.Rsl] = ["grounding", .. Training],
        [SignalFormat.ContentSignal] = ["grounding", .. Training],
        [SignalFormat.Noai] = Training,
    };

    private static int Count =>
        int.Parse(
            Environment.GetEnvironmentVariable(DifferentialTests.CountVariable) is { Length: > 0 } count
                ? count
                : "300",
            CultureInfo.InvariantCulture
        );

    [Fact]
    public void Whatever_a_signal_permits_the_registry_allows()
    {
        var (permitting, denying, drifts) = (new HashSet<string>(), new HashSet<string>(), new HashSet<Drift>());
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Count),
            Prop.ForAll(SignalWorlds.Arbitrary, world => new Trial(world, permitting, denying, drifts).Run())
        );

        Assert.Superset(new HashSet<Drift> { Drift.Agrees, Drift.Stricter, Drift.Unknown }, drifts);

        // The property would hold of signals that say nothing. Other formats never say that something may be done.
        Assert.Equal(
            [
                "aipref headers",
                "aipref robots",
                "iptc embedded",
                "rsl document",
                "rsl siteFile",
                "tdmrep headers",
                "tdmrep siteFile",
            ],
            permitting.Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            [
                "aipref headers",
                "aipref robots",
                "cawg embedded",
                "contentSignal robots",
                "iptc embedded",
                "noai meta",
                "rsl document",
                "rsl siteFile",
                "tdmrep headers",
                "tdmrep siteFile",
            ],
            denying.Order(StringComparer.Ordinal)
        );
    }

    private sealed class Trial
    {
        private readonly SignalWorld given;
        private readonly HashSet<string> permitting;
        private readonly HashSet<string> denying;
        private readonly World world;
        private readonly FactSet facts;
        private readonly Instant now;
        private readonly string[] purposes;
        private readonly List<string> probes;
        private readonly HashSet<Drift> drifts;

        public Trial(SignalWorld given, HashSet<string> permitting, HashSet<string> denying, HashSet<Drift> drifts)
        {
            (this.given, this.permitting, this.denying, this.drifts) = (given, permitting, denying, drifts);
            world = CaseRunner.Play(given.Scenario.Operations);
            facts = SignalWorlds.FactsOf(world);
            now = world.Now;
            probes = [.. SignalWorlds.Probes(given)];
            purposes = [.. world.Vocabulary.Purposes.Select(definition => definition.Purpose.Name)];
        }

        public void Run()
        {
            var paths = given.Carried.Select(one => one.Path).Distinct(StringComparer.Ordinal).ToList();
            var entries = paths.ConvertAll(path => new SiteEntry(SignalWorlds.Url(path), ConsentOf(path)));
            foreach (var entry in entries)
                TryUrl(entry);
            foreach (var carried in given.Carried.GroupBy(one => one.Video))
                TryFile(carried.Select(one => one.Path).ToList());
            Assert.True(Site.TryParse(SignalWorlds.Origin, out var site));
            foreach (var format in SignalProjector.SiteFormats)
            {
                TrySite(SignalProjector.OfSite(format, site, entries, isWhole: true, Contact)[0], entries);
                TrySite(SignalProjector.OfSite(format, site, entries, isWhole: false, Contact)[0], entries);
            }
        }

        private PublicConsent ConsentOf(params IReadOnlyCollection<string> paths) =>
            PublicConsent.From(facts, new(CarriersOf(paths), paths.Any(given.Erased.Contains)));

        private VideoKey[] CarriersOf(params IReadOnlyCollection<string> paths) =>
            [
                .. given
                    .Carried.Where(one => paths.Contains(one.Path))
                    .Select(one => CaseRunner.Key(one.Video.CreatorId, one.Video.VideoId))
                    .Where(world.Videos.ContainsKey)
                    .Distinct()
                    .Order(),
            ];

        // What the registry says of itself is no drift: its own readers find nothing looser in it.
        private void Compare(Signal signal, ContentIdentifier? url, PublicConsent consent)
        {
            var (source, text) = signal.Form switch
            {
                SignalForm.Headers => (
                    SignalSource.Headers,
                    string.Join('\n', signal.Headers.Select(header => $"{header.Name}: {header.Value}"))
                ),
                SignalForm.Meta => (SignalSource.Page, signal.Text ?? ""),
                SignalForm.Robots => (SignalSource.Robots, signal.Text ?? ""),
                SignalForm.Embedded when signal.Format == SignalFormat.Cawg => (
                    SignalSource.Manifest,
                    signal.Text ?? "{}"
                ),
                SignalForm.Embedded => (SignalSource.Xmp, signal.Text ?? "<x/>"),
                _ when signal.Format == SignalFormat.Rsl => (SignalSource.Rsl, signal.Text ?? "<x/>"),
                _ => (SignalSource.Tdmrep, signal.Text ?? "[]"),
            };
            var reading = SignalReader
                .Read(new(source, text, url), world.Vocabulary, Contact)
                .Single(one => one.Format == signal.Format);
            Assert.Null(reading.Unreadable);
            foreach (var row in SignalComparer.Compare(reading, consent))
            {
                drifts.Add(row.Drift);
                // A prefix that says ask speaks of its neighbours, too. It permits nothing.
                var isNeighbour = row.Says == Said.Ask && signal.Form == SignalForm.SiteFile;
                Assert.True(row.Drift != Drift.Looser || isNeighbour, $"{signal.Format.Word()} {url}: {row}\n{text}");
            }
        }

        private void TryUrl(SiteEntry entry)
        {
            var path = entry.Url.Value[SignalWorlds.Origin.Length..];
            foreach (var signal in SignalProjector.OfUrl(entry.Consent, entry.Url, Contact))
            {
                Compare(signal, entry.Url, entry.Consent);
                if (signal.Format == SignalFormat.Rsl)
                {
                    TrySite(signal, [entry]);
                    continue;
                }
                var reading = signal.Format switch
                {
                    SignalFormat.Aipref => AiprefReader.ReadHeader(signal.Headers.SingleOrDefault()?.Value),
                    SignalFormat.Tdmrep => TdmRepReader.ReadHeaders(signal.Headers),
                    SignalFormat.Noai => NoAiReader.Read(signal),
                    _ => ContentSignalReader.Read(signal.Text),
                };
                // Of the last moment at which a cache may give it.
                var age = signal.MaxAge(now);
                Hold(
                    signal,
                    reading,
                    path,
                    TimeSpan.FromSeconds(Math.Floor(age.TotalSeconds)) - TimeSpan.FromMicroseconds(1)
                );
                if (signal.Format != SignalFormat.ContentSignal)
                    DenyWhatIsDenied(signal, reading, entry.Consent);
            }
        }

        private void TryFile(IReadOnlyCollection<string> paths)
        {
            var consent = ConsentOf(paths);
            foreach (var signal in SignalProjector.OfFile(consent, Contact))
            {
                Compare(signal, null, consent);
                var reading =
                    signal.Format == SignalFormat.Cawg
                        ? CawgReader.Read(signal.Text)
                        : IptcReader.Read(signal.Text, purposes);
                // Of the moment at which it was written: its word goes on, but never says allow.
                foreach (var path in paths)
                    Hold(signal, reading, path, TimeSpan.Zero);
                DenyWhatIsDenied(signal, reading, consent);
            }
        }

        private void TrySite(Signal signal, List<SiteEntry> entries)
        {
            var read = ReaderOf(signal);
            var keptFor =
                signal.Format == SignalFormat.Tdmrep
                    ? TimeSpan.FromSeconds(Math.Floor(signal.MaxAge(now).TotalSeconds)) - TimeSpan.FromMicroseconds(1)
                    : Signal.RobotsKeptFor;
            foreach (var probe in probes)
            {
                Compare(signal, SignalWorlds.Url(probe), ConsentOf(probe));
                Hold(signal, read(probe, false), probe, keptFor);
                Hold(signal, read(probe, true), probe, keptFor);
            }
            foreach (var entry in entries)
                DenyWhatIsDenied(signal, read(entry.Url.Value[SignalWorlds.Origin.Length..], false), entry.Consent);
        }

        private static Func<string, bool, Reading> ReaderOf(Signal signal)
        {
            switch (signal.Format)
            {
                case SignalFormat.Aipref:
                    return (path, decodes) => AiprefReader.ReadRobots(signal.Text, path, decodes);
                case SignalFormat.Tdmrep:
                    var file = TdmRepReader.Load(signal.Text);
                    return (path, decodes) => TdmRepReader.ReadFile(file, path, decodes);
                case SignalFormat.Rsl:
                    var document = RslReader.Load(signal.Text);
                    return (path, decodes) => RslReader.Read(document, SignalWorlds.Origin, path, decodes);
                default:
                    var reading = ContentSignalReader.Read(signal.Text);
                    return (_, _) => reading;
            }
        }

        private void Hold(Signal signal, Reading reading, string path, TimeSpan keptFor)
        {
            var about = $"{signal.Format.Word()} {signal.Form.Word()}";
            if (reading.Denies.Count > 0)
                denying.Add(about);
            foreach (var (permitted, conditions) in reading.Permits)
            {
                permitting.Add(about);
                foreach (
                    var purpose in purposes.Where(purpose =>
                        purpose == permitted || purpose.StartsWith(permitted + ".", StringComparison.Ordinal)
                    )
                )
                {
                    foreach (var moment in new[] { now, now.Plus(keptFor < TimeSpan.Zero ? TimeSpan.Zero : keptFor) })
                    {
                        if (WhoIsRefused(path, purpose, conditions, moment) is { } refused)
                            Assert.Fail(
                                $"{about} permits {purpose} at {path}, and {refused} at {moment}:\n{signal.Text}\n"
                                    + string.Join('\n', signal.Headers)
                            );
                    }
                }
            }
        }

        // R10, for everybody.
        private string? WhoIsRefused(string path, string purpose, Conditions conditions, Instant moment)
        {
            var carriers = CarriersOf(path);
            if (given.Erased.Contains(path))
                return "it was erased";
            if (carriers.Length == 0)
                return "no video carries it";
            world.Now = moment;
            try
            {
                foreach (var requester in Requesters)
                {
                    foreach (var video in carriers)
                    {
                        var decision = world.Decide(video, Domain.Purposes.Purpose.Parse(purpose), requester);
                        // A grant opens a video to one requester: who never got one is answered as its holder was
                        // before.
                        if (!decision.IsAllowed)
                            return $"{requester} is refused {video}";
                        if ((decision.Obligations & ~conditions) != Conditions.None)
                            return $"{requester} has to observe {decision.Obligations} at {video}";
                    }
                }
                return null;
            }
            finally
            {
                world.Now = now;
            }
        }

        // What somebody denied is said, where the format has a word for it.
        private static void DenyWhatIsDenied(Signal signal, Reading reading, PublicConsent consent)
        {
            foreach (var name in Sayable[signal.Format])
            {
                var purpose = Domain.Purposes.Purpose.Parse(name);
                var answer = consent[consent.Vocabulary.Find(purpose)];
                if (answer.Effect != Effect.Deny || answer.IsSilent)
                    continue;
                Assert.True(
                    reading.Denies.Any(denied => purpose.IsAtOrBelow(Domain.Purposes.Purpose.Parse(denied))),
                    $"{signal.Format.Word()} does not deny {name}:\n{signal.Text}\n{string.Join('\n', signal.Headers)}"
                );
            }
        }
    }
}
