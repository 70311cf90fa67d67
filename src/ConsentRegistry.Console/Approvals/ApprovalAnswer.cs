using System.Globalization;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Registry;

namespace ConsentRegistry.Console.Approvals;

/// <summary>What a creator typed as the answer to one request.</summary>
/// <param name="Answer"><see cref="Approve"/> or <see cref="Refuse"/>.</param>
/// <param name="Purpose">What to approve: the purpose that was asked for, or one below it.</param>
/// <param name="Until">The last day, as <c>yyyy-MM-dd</c>; it counts in UTC, to its end.</param>
/// <param name="Uses">How often.</param>
/// <param name="Conditions">The conditions' words.</param>
/// <param name="Reason">Why.</param>
internal sealed record ApprovalAnswer(
    string? Answer,
    string? Purpose,
    string? Until,
    string? Uses,
    IReadOnlyList<string> Conditions,
    string? Reason
)
{
    /// <summary>The word for yes, or partly.</summary>
    public const string Approve = "approve";

    /// <summary>The word for no.</summary>
    public const string Refuse = "refuse";

    /// <summary>Reads it as an approval.</summary>
    /// <param name="askedUntil">Until when it was asked for; null for good.</param>
    /// <param name="askedUses">For how many uses it was asked; null for any number.</param>
    /// <param name="vocabularyVersion">The vocabulary that the creator saw.</param>
    /// <param name="now">The time.</param>
    /// <param name="errors">The names of texts by field: <c>until</c> or <c>uses</c>.</param>
    /// <returns>Null where there are errors.</returns>
    public Approval? ToApproval(
        DateTimeOffset? askedUntil,
        int? askedUses,
        int? vocabularyVersion,
        DateTimeOffset now,
        out Dictionary<string, string> errors
    )
    {
        errors = [];
        DateTimeOffset? end = null;
        if (!Days.TryParse(Until, out var day))
        {
            errors["until"] = "choice.noDate";
        }
        else if (day is { } start)
        {
            end = start.AddDays(1);
            if (end <= now)
                errors["until"] = "requests.untilPast";
            else if (start > askedUntil)
                errors["until"] = "requests.untilLater";
            // The last day that was asked for ends no later than what was asked for.
            else if (end > askedUntil)
                end = askedUntil;
        }
        int? uses = null;
        if (!string.IsNullOrWhiteSpace(Uses))
        {
            if (
                !int.TryParse(Uses.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number < 1
            )
                errors["uses"] = "requests.usesNone";
            else if (number > askedUses)
                errors["uses"] = "requests.usesMore";
            else
                uses = number;
        }
        return errors.Count > 0
            ? null
            : new()
            {
                Purpose = FormText.OrNull(Purpose),
                Conditions = Conditions,
                Until = end,
                Uses = uses,
                VocabularyVersion = vocabularyVersion,
                Reason = FormText.OrNull(Reason),
            };
    }
}
