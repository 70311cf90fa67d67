using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// Reads signals in the formats of others, as their readers do. Where the text of a format leaves something open, it is
/// read as what permits more. What cannot be read says nothing.
/// </summary>
public static class SignalReader
{
    /// <summary>What each format says that may stand there.</summary>
    /// <param name="document">The text.</param>
    /// <param name="vocabulary">The vocabulary, for keys of the registry's own.</param>
    /// <param name="contact">Where one asks, which tells those keys; null if there is no such page.</param>
    /// <exception cref="ArgumentException">What is served has no URL, or the text is too long.</exception>
    public static ImmutableArray<SignalReading> Read(
        SignalDocument document,
        Vocabulary vocabulary,
        SignalContact? contact
    )
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (document.IsServed && document.Url is null)
            throw new ArgumentException("What is served has a URL.", nameof(document));
        if (document.Text.Length > SignalDocument.MaxLength)
            throw new ArgumentException("The text is too long.", nameof(document));
        return document.Source switch
        {
            SignalSource.Headers => ReadHeaders(document.Text),
            SignalSource.Robots => ReadRobots(document),
            SignalSource.Tdmrep => [TdmRepReader.ReadFile(document)],
            SignalSource.Rsl => [RslReader.Read(document)],
            SignalSource.Xmp => [IptcReader.Read(document.Text)],
            SignalSource.Manifest => [CawgReader.Read(document.Text, vocabulary, contact)],
            SignalSource.Page => ReadPage(document.Text),
            _ => throw new ArgumentException("There is no such source.", nameof(document)),
        };
    }

    private static ImmutableArray<SignalReading> ReadHeaders(string text)
    {
        var headers = HeaderLines.Read(text);
        return
        [
            AiprefReader.Read(headers.Where(header => header.Is(AiprefReader.Header))),
            TdmRepReader.Read(
                headers.Where(header => header.Name.StartsWith("tdm-", StringComparison.OrdinalIgnoreCase))
            ),
            NoAiReader.Read(headers.Where(header => header.Is(NoAiReader.Header)).Select(header => header.Value)),
        ];
    }

    private static ImmutableArray<SignalReading> ReadRobots(SignalDocument document)
    {
        var rules = RobotsFile.RulesForEverybody(document.Text);
        return
        [
            AiprefReader.Read(AiprefReader.RulesFor(document.Path, rules)),
            ContentSignalReader.Read(rules.Where(rule => rule.Is("Content-Signal"))),
        ];
    }

    private static ImmutableArray<SignalReading> ReadPage(string text)
    {
        var elements = MetaElements.Read(text);
        return
        [
            TdmRepReader.Read(
                elements.Where(element => element.Name.StartsWith("tdm-", StringComparison.OrdinalIgnoreCase))
            ),
            NoAiReader.Read(elements.Where(element => element.Is("robots")).Select(element => element.Value)),
        ];
    }
}
