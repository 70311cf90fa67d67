using System.Globalization;
using ConsentRegistry.Benchmarks.Load.Costs;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>What a run was asked for.</summary>
/// <param name="Scale">How much data: <c>--creators</c>.</param>
/// <param name="Rounds">How often each of two is driven in turn: <c>--rounds</c>.</param>
/// <param name="Round">How long it is driven each time: <c>--seconds</c>.</param>
/// <param name="Write">
/// Whether to write the results into docs/reference/performance.md although the run is smaller than the whole:
/// <c>--write</c>.
/// </param>
/// <param name="Parts">The parts to measure; all if none is named.</param>
/// <param name="Cost">
/// What a node does beside answering, to be measured instead of the parts' own yardsticks: <c>--telemetry</c> or
/// <c>--decisions</c>.
/// </param>
/// <param name="Judges">Whether the results are compared with the targets, which are for the full scale.</param>
internal sealed record LoadOptions(
    Scale Scale,
    int Rounds,
    TimeSpan Round,
    bool Write,
    IReadOnlyList<string> Parts,
    Func<Task<ICost>>? Cost = null,
    bool Judges = true
)
{
    /// <summary>
    /// The word for a run of a few minutes at a hundredth of the data: it shows that every part works, and judges
    /// nothing.
    /// </summary>
    public const string QuickWord = "--quick";

    /// <summary>What a node may do beside answering, by the word that asks for it.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Task<ICost>>> Costs = new Dictionary<
        string,
        Func<Task<ICost>>
    >(StringComparer.Ordinal)
    {
        ["--telemetry"] = Load.Costs.Telemetry.StartAsync,
        ["--decisions"] = DecisionFiles.StartAsync,
    };

    private const int MinCreators = 1_000;

    private const int MaxRounds = 100;

    private const int MaxSeconds = 600;

    public static LoadOptions Default { get; } =
        new(new Scale(Scale.FullCreators), Rounds: 5, TimeSpan.FromSeconds(5), Write: false, []);

    /// <summary>The run whose results the document shows: everything at the scale that the targets are for.</summary>
    public bool IsWhole => Scale.IsFull && Parts.Count == 0 && Cost is null;

    /// <summary>Whether a part is to be measured.</summary>
    public bool Wants(string part) => Parts.Count == 0 || Parts.Contains(part);

    /// <summary>Reads a command line; null if it makes no sense.</summary>
    /// <param name="words">The words after <c>load</c>.</param>
    /// <param name="parts">The parts that there are.</param>
    public static LoadOptions? Read(string[] words, IReadOnlyCollection<string> parts)
    {
        var options = Default;
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case QuickWord:
                    options = options with
                    {
                        Scale = new(Scale.FullCreators / 100),
                        Rounds = 2,
                        Round = TimeSpan.FromSeconds(1),
                        Judges = false,
                    };
                    break;
                case "--write":
                    options = options with { Write = true };
                    break;
                case var word when Costs.TryGetValue(word, out var cost):
                    options = options with { Cost = cost };
                    break;
                case "--creators" when Number(words, ++i, MinCreators, Scale.MaxCreators) is { } creators:
                    options = options with { Scale = new(creators) };
                    break;
                case "--rounds" when Number(words, ++i, 1, MaxRounds) is { } rounds:
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when Number(words, ++i, 1, MaxSeconds) is { } seconds:
                    options = options with { Round = TimeSpan.FromSeconds(seconds) };
                    break;
                case var part when parts.Contains(part):
                    options = options with { Parts = [.. options.Parts, part] };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }

    private static int? Number(string[] words, int at, int least, int most) =>
        at < words.Length
        && int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : null;
}
