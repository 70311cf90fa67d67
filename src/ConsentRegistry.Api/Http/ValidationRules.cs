using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// What several requests' fields must be. Each rule lets null pass: which fields are required is the request's own
/// matter.
/// </summary>
/// <remarks>
/// A message says what is wrong with what was sent, and after a semicolon what to do instead. <see cref="Validation"/>
/// fills in
/// <see cref="Field"/>, <see cref="Sent"/> and <see cref="Count"/>.
/// </remarks>
internal static class ValidationRules
{
    /// <summary>In a message: the field, as a JSON path.</summary>
    public const string Field = "{field}";

    /// <summary>In a message: the value that was sent, in quotes and cut to a few characters.</summary>
    public const string Sent = "{sent}";

    /// <summary>In a message: how many characters or items were sent.</summary>
    public const string Count = "{count}";

    /// <summary>Characters of a reason or a description, at most: a paragraph for people.</summary>
    public const int MaxTextLength = 1_000;

    /// <summary>What a time looks like, for people.</summary>
    public static readonly string TimeGrammar =
        $"a time of RFC 3339 with an offset, from {Instant.Earliest} to {Instant.Latest}, for example "
        + "2026-11-23T09:30:00Z";

    /// <summary>The refusal of a value that is not one of some words.</summary>
    public static string NotAWord<TWord>(string field, string sent)
        where TWord : struct, Enum => $"{field} is {sent}; send one of: {string.Join(", ", Wording.All<TWord>())}.";

    /// <summary>The refusal of an id that is not of the grammar.</summary>
    public static string NotAnId(string field, string sent) =>
        $"{field} is {sent}; send an id of {Identifier.Grammar}.";

    /// <summary>The refusal of a purpose that the vocabulary does not hold.</summary>
    public static string NotAPurpose(string field, string sent) =>
        $"{field} is {sent}, which the vocabulary does not know; send a purpose that GET /v1/purposes lists.";

    /// <summary>The refusal of a text that is no time.</summary>
    public static string NotATime(string field, string sent) => $"{field} is {sent}; send {TimeGrammar}.";

    /// <summary>A field that the request cannot do without.</summary>
    /// <param name="rule">The field.</param>
    /// <param name="expected">What to send, as it goes on after "send".</param>
    public static IRuleBuilderOptions<T, TValue> MustBeGiven<T, TValue>(
        this IRuleBuilder<T, TValue> rule,
        string expected
    ) => rule.NotNull().WithMessage($"{Field} is missing; send {expected}.");

    /// <summary>A list, or a map, that has to have something in it.</summary>
    /// <param name="rule">The field.</param>
    /// <param name="expected">What to send, as it goes on after "send".</param>
    public static IRuleBuilderOptions<T, TValue> MustHaveItems<T, TValue>(
        this IRuleBuilder<T, TValue> rule,
        string expected
    ) => rule.NotEmpty().WithMessage($"{Field} is missing or empty; send {expected}.");

    /// <summary>A field that has no meaning in the request.</summary>
    /// <param name="rule">The field.</param>
    /// <param name="why">What it does not go with, as it goes on after "is sent".</param>
    public static IRuleBuilderOptions<T, TValue> MustBeAbsent<T, TValue>(
        this IRuleBuilder<T, TValue> rule,
        string why
    ) => rule.Null().WithMessage($"{Field} is sent {why}; leave it out.");

    public static IRuleBuilderOptions<T, string?> MustBeWord<T, TWord>(this IRuleBuilder<T, string?> rule)
        where TWord : struct, Enum =>
        rule.Must(word => word is null || Wording.TryParse<TWord>(word, out _))
            .WithMessage(NotAWord<TWord>(Field, Sent));

    public static IRuleBuilderOptions<T, string?> MustBeId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(id => id is null || Identifier.IsValid(id)).WithMessage(NotAnId(Field, Sent));

    public static IRuleBuilderOptions<T, string?> MustBePurpose<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => name is null || Purpose.TryParse(name, out _))
            .WithErrorCode(FailureCode.UnknownPurpose)
            .WithMessage(NotAPurpose(Field, Sent));

    public static IRuleBuilderOptions<T, string?> MustBeTime<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(time => time is null || Instant.TryParseInRange(time, out _)).WithMessage(NotATime(Field, Sent));

    /// <summary>
    /// Text for people. Its length counts characters (Unicode code points), and its refusal never repeats it.
    /// </summary>
    public static IRuleBuilderOptions<T, string?> MustBeText<T>(this IRuleBuilder<T, string?> rule) =>
        rule.MustHaveLength(MaxTextLength).MustBePlainText();

    private static IRuleBuilderOptions<T, string?> MustBePlainText<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => text is null || IsPlain(text))
            .WithMessage(
                $"{Field} has a control character or half a surrogate pair; send Unicode text with no control "
                    + "characters but line breaks and tabs."
            );

    /// <summary>From one character (Unicode code point) up to a limit.</summary>
    public static IRuleBuilderOptions<T, string?> MustHaveLength<T>(this IRuleBuilder<T, string?> rule, int most) =>
        rule.Must(text => text is null || Characters.IsOneTo(most, text))
            .WithMessage($"{Field} has {Count} characters; send 1 to {most}.");

    public static IRuleBuilderOptions<T, string?> MustBeAppliesTo<T>(
        this IRuleBuilder<T, string?> rule,
        Func<T, string?> effect
    ) =>
        rule.MustBeWord<T, AppliesTo>()
            .Must((request, appliesTo) => appliesTo is null || effect(request) is null or "allow")
            .WithMessage(
                $"{Field} is sent with an effect other than allow; leave it out, for an ask and a deny reach every "
                    + "video."
            );

    public static IRuleBuilderOptions<T, bool?> MustSuit<T>(
        this IRuleBuilder<T, bool?> rule,
        Func<T, string?> effect
    ) =>
        rule.Must((request, clear) => clear is not true || effect(request) != "allow")
            .WithMessage(
                $"{Field} is sent with the effect allow; leave it out, for only an ask or a deny clears exceptions."
            );

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> MustBeConditions<T>(
        this IRuleBuilder<T, IReadOnlyList<string>?> rule,
        Func<T, string?> effect
    ) =>
        rule.MustBeWords<T, Conditions>()
            .Must((request, conditions) => conditions is null or { Count: 0 } || effect(request) != "deny")
            .WithMessage(
                $"{Field} is sent with the effect deny; leave it out, for only an allow or an ask attaches conditions."
            );

    /// <summary>A list of words, each of which is known.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> MustBeWords<T, TWord>(
        this IRuleBuilder<T, IReadOnlyList<string>?> rule
    )
        where TWord : struct, Enum =>
        rule.Must(words => words is null || words.All(word => Wording.TryParse<TWord>(word, out _)))
            .WithMessage(
                $"{Field} has an item that is not known; send a list of: {string.Join(", ", Wording.All<TWord>())}."
            );

    public static IRuleBuilderOptions<T, string?> MustBeExpiry<T>(
        this IRuleBuilder<T, string?> rule,
        Func<T, string?> effect
    ) =>
        rule.MustBeTime()
            .Must((request, expiry) => expiry is null || effect(request) is null or "allow")
            .WithMessage($"{Field} is sent with an effect other than allow; leave it out, for only an allow expires.");

    /// <summary>The vocabulary that a creator saw.</summary>
    public static IRuleBuilderOptions<T, int?> MustBeVocabularyVersion<T>(this IRuleBuilder<T, int?> rule) =>
        rule.GreaterThanOrEqualTo(1)
            .WithMessage($"{Field} is {Sent}; send the vocabulary's version, a whole number from 1 on.");

    /// <summary>At most so many items; the refusal has a code of its own and names the limit.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<TItem>?> MustHaveAtMost<T, TItem>(
        this IRuleBuilder<T, IReadOnlyList<TItem>?> rule,
        int limit,
        string items
    ) =>
        rule.Must(list => list is null || list.Count <= limit)
            .WithErrorCode(FailureCode.TooMany)
            .WithMessage($"{Field} has {Count} {items}; send at most {limit}.");

    // Half a surrogate pair cannot be kept as UTF-8, and PostgreSQL keeps no NUL.
    private static bool IsPlain(string text)
    {
        for (var at = 0; at < text.Length; )
        {
            if (!System.Text.Rune.TryGetRuneAt(text, at, out var rune) || !Characters.IsText(rune))
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }
}
