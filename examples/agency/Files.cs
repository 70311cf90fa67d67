using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Client;

namespace Agency;

/// <summary>The settings that shall hold for each creator.</summary>
/// <param name="Reason">Why, for the history.</param>
/// <param name="Defaults">The settings; a change of all of them at once, or of none.</param>
internal sealed record Policy(string Reason, IReadOnlyList<PolicyDefault> Defaults)
{
    /// <summary>The policy as one change.</summary>
    [JsonIgnore]
    public IReadOnlyList<SettingChange> Changes => [.. Defaults.Select(setting => setting.ToChange())];
}

/// <summary>What holds for all videos of a creator; see <see cref="SettingChange"/> for the members.</summary>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Effect">What holds; null to clear it.</param>
internal sealed record PolicyDefault(string Purpose, Effect? Effect = null)
{
    public string? Requester { get; init; }

    /// <summary>Whether an allow reaches the videos that are there already.</summary>
    public bool AllVideos { get; init; }

    public IReadOnlyList<string>? Conditions { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public bool? ClearExceptions { get; init; }

    public SettingChange ToChange() =>
        Effect is { } effect
            ? SettingChange.SetDefault(Purpose, effect) with
            {
                Requester = Requester,
                AppliesTo = AllVideos ? AppliesTo.All : null,
                Conditions = Conditions,
                ExpiresAt = ExpiresAt,
                ClearExceptions = ClearExceptions,
            }
            : SettingChange.ClearDefault(Purpose) with
            {
                Requester = Requester,
            };
}

/// <summary>What was previewed, and may be applied as long as nobody changes anything else.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Creators">For whom.</param>
internal sealed record Plan(Policy Policy, IReadOnlyList<PlannedCreator> Creators);

/// <summary>One creator of a plan.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="SettingsVersion">The version of the settings that the preview was made of.</param>
/// <param name="IdempotencyKey">Makes it safe to apply the plan again.</param>
internal sealed record PlannedCreator(string CreatorId, long SettingsVersion, string IdempotencyKey);

/// <summary>How to answer requests: the first rule that fits counts.</summary>
internal sealed record AnswerRules(IReadOnlyList<AnswerRule> Rules);

/// <summary>The word of a rule.</summary>
internal enum RuleAnswer
{
    /// <summary>Nothing: a rule has to say what it means.</summary>
    None,

    /// <summary>Approve, under the rule's terms.</summary>
    Approve,

    /// <summary>Refuse.</summary>
    Refuse,
}

/// <summary>A rule for requests.</summary>
/// <param name="Purpose">For requests for this purpose, and those below it.</param>
/// <param name="Answer">What to answer.</param>
internal sealed record AnswerRule(string Purpose, RuleAnswer Answer)
{
    /// <summary>Only for requests of this requester; of any if null.</summary>
    public string? Requester { get; init; }

    /// <summary>What an approved requester has to do.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>For how many uses at most.</summary>
    public int? Uses { get; init; }

    /// <summary>For how many days at most.</summary>
    public int? Days { get; init; }

    /// <summary>Why, for the history or the requester.</summary>
    public string? Reason { get; init; }

    public bool Fits(AskedApproval request) =>
        (Requester is null || Requester == request.Requester)
        && (request.Purpose == Purpose || request.Purpose.StartsWith(Purpose + ".", StringComparison.Ordinal));
}

/// <summary>Reads and writes the agency's files. A member that is not known is a mistake, and not passed over.</summary>
internal static class Files
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter<RuleAnswer>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static async Task<T> ReadAsync<T>(FileInfo file, CancellationToken cancellation)
    {
        await using var stream = file.OpenRead();
        return await JsonSerializer.DeserializeAsync<T>(stream, Strict, cancellation)
            ?? throw new InvalidDataException($"'{file.Name}' is empty.");
    }

    public static async Task WriteAsync<T>(FileInfo file, T value, CancellationToken cancellation)
    {
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, value, Strict, cancellation);
    }
}
