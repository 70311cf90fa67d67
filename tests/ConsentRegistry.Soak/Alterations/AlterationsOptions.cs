namespace ConsentRegistry.Soak.Alterations;

/// <summary>How a run goes.</summary>
internal sealed record AlterationsOptions
{
    /// <summary>How to say it on a command line.</summary>
    public static readonly string Usage =
        $"[alterations] [--seed n] [--only finder] [--blind finder], of {string.Join('|', Finders.All.Select(Finders.Word))}";

    /// <summary>How many alterations are drawn; all of them by default.</summary>
    public int Number { get; init; } = int.MaxValue;

    /// <summary>What rows, values and order come from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A finder that does not look: then what only it finds is missed, and the run has to fail.</summary>
    public Finder? Blind { get; init; }

    /// <summary>The finder whose alterations are made; null for all.</summary>
    public Finder? Only { get; init; }

    /// <returns>The options; null if the words make no sense.</returns>
    public static AlterationsOptions? Parse(IReadOnlyList<string> words) =>
        CommandWords.Parse(
            words,
            new AlterationsOptions(),
            (options, word, value, number) =>
                (word, value) switch
                {
                    ("", _) when number > 0 => options with { Number = number },
                    ("--seed", _) when number >= 0 => options with { Seed = number },
                    ("--blind", _) when Finders.Parse(value) is { } blind => options with { Blind = blind },
                    ("--only", _) when Finders.Parse(value) is { } only => options with { Only = only },
                    _ => null,
                }
        );
}
