using ConsentRegistry.Client;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals.Reading;
using Effect = ConsentRegistry.Client.Effect;
using Identifier = ConsentRegistry.Client.Identifier;

namespace ConsentRegistry.Cli.Import;

/// <summary>What rows say that have no column for it.</summary>
/// <param name="Creator">The creator; null if each row names one, or its identifier tells.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Effect">The effect.</param>
internal sealed record ImportDefaults(string? Creator, string? Purpose, string? Effect);

/// <summary>A row as it is sent, or why it is not.</summary>
/// <param name="Line">The line in which it begins, from 1.</param>
/// <param name="Creator">The creator; null if the owner of what carries the identifier is meant.</param>
/// <param name="Row">The row; null of one that is refused.</param>
/// <param name="Error">Why it is refused.</param>
internal sealed record FileRow(int Line, string? Creator, ImportRow? Row, RowError? Error);

/// <summary>The columns of CSV, which are the members of NDJSON, and what they say.</summary>
internal static class ImportColumns
{
    /// <summary>In the column of the video: every video, as a default.</summary>
    public const string EveryVideo = "*";

    /// <summary>In the column of conditions: none, in place of those that stand.</summary>
    public const string NoConditions = "none";

    private const string Creator = "creatorId";
    private const string Owner = "ownerId";
    private const string Video = "videoId";
    private const string PurposeName = "purpose";
    private const string Requester = "requester";
    private const string EffectName = "effect";
    private const string AppliesTo = "appliesTo";
    private const string ConditionsName = "conditions";
    private const string ExpiresAt = "expiresAt";
    private const string Source = "source";
    private const string Text = "text";

    /// <summary>The names of all columns.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>(StringComparer.Ordinal)
    {
        Creator,
        Owner,
        Video,
        PurposeName,
        Requester,
        EffectName,
        AppliesTo,
        ConditionsName,
        ExpiresAt,
        Source,
        Text,
    }
        .Concat(Wording.All<IdentifierScheme>())
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a row: what can be found wrong here is told with its line and column.</summary>
    public static FileRow Read(RawRow raw, ImportDefaults defaults)
    {
        if (raw.Error is not null)
            return new(raw.Line, null, null, raw.Error);
        var cells = raw.Cells;
        return FindMistake(cells) is { } mistake ? new(raw.Line, null, null, mistake)
            : FindGap(raw, defaults) is { } gap ? new(raw.Line, null, null, gap)
            : new(raw.Line, ValueOf(cells, Creator) ?? defaults.Creator, RowOf(raw, defaults), null);
    }

    private static ImportRow RowOf(RawRow raw, ImportDefaults defaults)
    {
        var cells = raw.Cells;
        var creator = ValueOf(cells, Creator) ?? defaults.Creator;
        var identifier = Wording
            .All<IdentifierScheme>()
            .Where(cells.ContainsKey)
            .Select(scheme => new Identifier(scheme, cells[scheme].Value))
            .FirstOrDefault();
        var video = ValueOf(cells, Video);
        var row = new ImportRow
        {
            Line = raw.Line,
            Video = video is null or EveryVideo ? null : new(ValueOf(cells, Owner) ?? creator!, video),
            Identifier = video is null ? identifier : null,
        };
        if (ValueOf(cells, Source) is { } source)
            return row with { Signal = new(source, ValueOf(cells, Text)!, ValueOf(cells, "url")) };
        return row with
        {
            Purpose = ValueOf(cells, PurposeName) ?? defaults.Purpose,
            Requester = ValueOf(cells, Requester),
            Effect = (ValueOf(cells, EffectName) ?? defaults.Effect) switch
            {
                "allow" => Effect.Allow,
                "ask" => Effect.Ask,
                _ => Effect.Deny,
            },
            AppliesTo = ValueOf(cells, AppliesTo) switch
            {
                null => null,
                "all" => Client.AppliesTo.All,
                _ => Client.AppliesTo.Future,
            },
            Conditions = ValueOf(cells, ConditionsName) is { } words
                ? words == NoConditions
                    ? []
                    : words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                : null,
            ExpiresAt = Instant.TryParseInRange(ValueOf(cells, ExpiresAt), out var end)
                ? new DateTimeOffset(end.ToDateTime())
                : null,
        };
    }

    // What a row cannot do without.
    private static RowError? FindGap(RawRow raw, ImportDefaults defaults)
    {
        var cells = raw.Cells;
        RowError Missing(string what) => new(raw.Line, 1, RowError.Invalid, $"The row has no {what}.");
        var identifiers = Wording.All<IdentifierScheme>().Where(cells.ContainsKey).ToList();
        var video = ValueOf(cells, Video);
        var isSignal = cells.ContainsKey(Source);
        if (video is null && identifiers.Count == 0)
            return Missing($"video: give {Video}, {EveryVideo} as {Video} for a default, or an identifier");
        if (identifiers.Count > 1)
        {
            var second = cells[identifiers[1]];
            return new(
                second.Line,
                second.Column,
                RowError.Invalid,
                "The row has two identifiers; leave one of them out."
            );
        }
        if (video is not null && identifiers.Count > 0 && !(isSignal && identifiers[0] == "url"))
        {
            var beside = cells[identifiers[0]];
            return new(
                beside.Line,
                beside.Column,
                RowError.Invalid,
                $"The row has an identifier beside {Video}; leave one of them out."
            );
        }
        if (video is not null && (ValueOf(cells, Creator) ?? defaults.Creator) is null)
            return Missing($"{Creator}, and --creator names none");
        if (isSignal)
            return cells.ContainsKey(Text) ? null : Missing(Text);
        return (ValueOf(cells, PurposeName) ?? defaults.Purpose) is null
                ? Missing($"{PurposeName}, and --purpose names none")
            : (ValueOf(cells, EffectName) ?? defaults.Effect) is null
                ? Missing($"{EffectName}, and --effect names none")
            : null;
    }

    private static RowError? FindMistake(IReadOnlyDictionary<string, Cell> cells)
    {
        foreach (var (name, cell) in cells)
        {
            var expected = name switch
            {
                Creator or Owner or Requester => Domain.Requester.TryParse(cell.Value, out _) ? null : "an id",
                Video => cell.Value == EveryVideo || VideoId.TryParse(cell.Value, out _) ? null : "an id",
                PurposeName => Domain.Purposes.Purpose.TryParse(cell.Value, out _) ? null : "a purpose",
                EffectName => WordOf<Domain.Settings.Effect>(cell.Value),
                AppliesTo => WordOf<Domain.Settings.AppliesTo>(cell.Value),
                Source => WordOf<SignalSource>(cell.Value),
                ExpiresAt => Instant.TryParseInRange(cell.Value, out _) ? null : "a time of RFC 3339",
                ConditionsName => cell.Value == NoConditions
                || cell.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .All(word => Wording.TryParse<Domain.Settings.Conditions>(word, out _))
                    ? null
                    : $"{NoConditions}, or words of: {string.Join(", ", Wording.All<Domain.Settings.Conditions>())}",
                Text => cell.Value.Length <= SignalDocument.MaxLength ? null : "a text of at most 1 MiB",
                _ => ContentIdentifier.Parse(Wording.Parse<IdentifierScheme>(name), cell.Value).Failure is null
                    ? null
                    : $"an identifier of the scheme {name}",
            };
            if (expected is not null)
                return new(
                    cell.Line,
                    cell.Column,
                    RowError.Invalid,
                    $"{name} is {Characters.Quote(cell.Value)}; give {expected}."
                );
        }
        return null;
    }

    private static string? WordOf<TWord>(string text)
        where TWord : struct, Enum =>
        Wording.TryParse<TWord>(text, out _) ? null : $"one of: {string.Join(", ", Wording.All<TWord>())}";

    private static string? ValueOf(IReadOnlyDictionary<string, Cell> cells, string name) =>
        cells.TryGetValue(name, out var cell) ? cell.Value : null;
}
