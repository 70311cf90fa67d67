using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Http;

/// <summary>Marks a text field whose values are words of the vocabulary of effects, conditions and so on, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class WordsAttribute : Attribute
{
    /// <summary>The enumeration whose values the words are.</summary>
    public abstract Type Type { get; }
}

/// <inheritdoc/>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute<T> : WordsAttribute
    where T : struct, Enum
{
    public override Type Type => typeof(T);
}

/// <summary>Marks a list whose items are each of one of these types, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfAttribute(params Type[] types) : Attribute
{
    public IReadOnlyList<Type> Types => types;
}

/// <summary>Marks a text field that holds an RFC 3339 time, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeAttribute : Attribute;

/// <summary>What several requests' fields must be. Each rule lets null pass: which fields are required is the request's own matter.</summary>
internal static class Rules
{
    /// <summary>Characters of a reason or a description, at most: a paragraph for people.</summary>
    public const int MaxTextLength = 1_000;

    public static IRuleBuilderOptions<T, string?> MustBeWord<T, TWord>(this IRuleBuilder<T, string?> rule)
        where TWord : struct, Enum =>
        rule.Must(word => word is null || Wording.TryParse<TWord>(word, out _)).WithMessage($"One of: {string.Join(", ", Wording.All<TWord>())}.");

    public static IRuleBuilderOptions<T, string?> MustBeId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(id => id is null || Identifier.IsValid(id)).WithMessage($"An id is {Identifier.Grammar}.");

    public static IRuleBuilderOptions<T, string?> MustBePurpose<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(name => name is null || Purpose.TryParse(name, out _))
        .WithErrorCode(FailureCode.UnknownPurpose)
        .WithMessage("The vocabulary does not know this purpose.");

    /// <summary>What a time looks like, for people.</summary>
    public const string TimeGrammar = "A time is RFC 3339 with an offset, for example 2026-11-23T09:30:00Z.";

    public static IRuleBuilderOptions<T, string?> MustBeTime<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(time => time is null || Instant.TryParse(time, out _)).WithMessage(TimeGrammar);

    public static IRuleBuilderOptions<T, string?> MustBeText<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null or { Length: > 0 and <= MaxTextLength })
        .WithMessage($"1 to {MaxTextLength} characters.")
        .MustBePlainText();

    /// <summary>Text of any length that can be kept and shown.</summary>
    public static IRuleBuilderOptions<T, string?> MustBePlainText<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || IsPlain(text))
        .WithMessage("Unicode text without control characters other than line breaks and tabs.");

    public static IRuleBuilderOptions<T, string?> MustBeAppliesTo<T>(this IRuleBuilder<T, string?> rule, Func<T, string?> effect) => rule
        .MustBeWord<T, AppliesTo>()
        .Must((request, appliesTo) => appliesTo is null || effect(request) is null or "allow")
        .WithMessage("Only an allow says which videos it applies to; ask and deny reach every one.");

    public static IRuleBuilderOptions<T, bool?> MustSuit<T>(this IRuleBuilder<T, bool?> rule, Func<T, string?> effect) => rule
        .Must((request, clear) => clear is not true || effect(request) != "allow")
        .WithMessage("Only an ask or deny clears exceptions.");

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> MustBeConditions<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule, Func<T, string?> effect) => rule
        .Must(conditions => conditions is null || conditions.All(word => Wording.TryParse<Conditions>(word, out _)))
        .WithMessage($"Each one of: {string.Join(", ", Wording.All<Conditions>())}.")
        .Must((request, conditions) => conditions is null or { Count: 0 } || effect(request) != "deny")
        .WithMessage("A deny has no conditions.");

    public static IRuleBuilderOptions<T, string?> MustBeExpiry<T>(this IRuleBuilder<T, string?> rule, Func<T, string?> effect) => rule
        .MustBeTime()
        .Must((request, expiry) => expiry is null || effect(request) is null or "allow")
        .WithMessage("Only an allow expires.");

    /// <summary>At most so many items; the refusal has a code of its own and names the limit.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<TItem>?> MustHaveAtMost<T, TItem>(this IRuleBuilder<T, IReadOnlyList<TItem>?> rule, int limit, string items) => rule
        .Must(list => list is null || list.Count <= limit)
        .WithErrorCode(FailureCode.TooMany)
        .WithMessage($"At most {limit} {items}.");

    // Half a surrogate pair cannot be kept as UTF-8, and PostgreSQL keeps no NUL.
    private static bool IsPlain(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (!System.Text.Rune.TryGetRuneAt(text, at, out var rune) || (System.Text.Rune.IsControl(rune) && rune.Value is not ('\n' or '\r' or '\t')))
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }
}
