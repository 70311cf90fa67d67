using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using ConsentRegistry.Domain;
using FluentValidation;
using FluentValidation.Results;

namespace ConsentRegistry.Api.Http;

/// <summary>Turns what a validator finds into a problem: every field with its messages.</summary>
internal static class Validation
{
    /// <summary>Messages that one answer carries; a request with more is refused all the same.</summary>
    public const int MessagesNamed = 100;

    public static Problem? Check<T>(IValidator<T> validator, T value)
    {
        var result = validator.Validate(value);
        if (result.IsValid)
            return null;
        var errors = result.Errors.Take(MessagesNamed).ToList();
        var code = CodeOf(errors[0].ErrorCode);
        if (errors.Any(error => CodeOf(error.ErrorCode) != code))
            code = FailureCode.Invalid;
        return new(
            422,
            code,
            errors.Count == 1
                ? MessageOf(errors[0])
                : $"{errors.Count} values of the request are refused; errors says for each field what to send."
        )
        {
            Errors = errors
                .GroupBy(error => JsonPath(error.PropertyName), StringComparer.Ordinal)
                .ToImmutableSortedDictionary(
                    field => field.Key,
                    field => field.Select(MessageOf).Distinct(StringComparer.Ordinal).ToArray(),
                    StringComparer.Ordinal
                ),
        };
    }

    // FluentValidation's own codes are names of its classes; ours are the contract's.
    private static string CodeOf(string code) =>
        code is FailureCode.UnknownPurpose or FailureCode.TooMany ? code : FailureCode.Invalid;

    // What was sent comes last: it may hold anything, and stays as it is.
    private static string MessageOf(ValidationFailure error) =>
        error
            .ErrorMessage.Replace(ValidationRules.Field, JsonPath(error.PropertyName), StringComparison.Ordinal)
            .Replace(
                ValidationRules.Count,
                CountOf(error.AttemptedValue).ToString(CultureInfo.InvariantCulture),
                StringComparison.Ordinal
            )
            .Replace(ValidationRules.Sent, Shown(error.AttemptedValue), StringComparison.Ordinal);

    private static int CountOf(object? value) =>
        value switch
        {
            string text => Characters.Count(text),
            ICollection items => items.Count,
            _ => 0,
        };

    private static string Shown(object? value) =>
        value switch
        {
            string text => Characters.Quote(text),
            null => "null",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

    private static string JsonPath(string property) =>
        string.Join(
            '.',
            property.Split('.').Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..])
        );
}
