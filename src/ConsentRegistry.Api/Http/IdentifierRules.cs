using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using FluentValidation;

namespace ConsentRegistry.Api.Http;

/// <summary>An identifier in a request.</summary>
public interface IIdentifierRequest
{
    string? Scheme { get; }

    string? Value { get; }
}

/// <summary>What identifiers in requests must be.</summary>
internal static class IdentifierRules
{
    private const string Problem = "Problem";

    private const string Cure = "Cure";

    private const string ToSend = "; send ";

    /// <summary>Each item of a list must be an identifier that has a normal form.</summary>
    public static void MustBeIdentifiers<T, TIdentifier>(this IRuleBuilderInitialCollection<T, TIdentifier> rule)
        where TIdentifier : class, IIdentifierRequest =>
        rule.MustBeGiven("an object with scheme and value").ChildRules(AddRules);

    /// <summary>An identifier that has a normal form.</summary>
    public static void MustBeIdentifier<T, TIdentifier>(this IRuleBuilderInitial<T, TIdentifier> rule)
        where TIdentifier : class, IIdentifierRequest => rule.ChildRules(AddRules);

    private static void AddRules<TIdentifier>(InlineValidator<TIdentifier> identifier)
        where TIdentifier : class, IIdentifierRequest
    {
        identifier
            .RuleFor(one => one.Scheme)
            .MustBeGiven($"one of: {string.Join(", ", Wording.All<IdentifierScheme>())}")
            .MustBeWord<TIdentifier, IdentifierScheme>();
        identifier
            .RuleFor(one => one.Value)
            .MustBeGiven("the value of the identifier")
            .Must(
                (request, value, context) =>
                {
                    if (
                        value is null
                        || !Wording.TryParse<IdentifierScheme>(request.Scheme, out var scheme)
                        || ContentIdentifier.Parse(scheme, value).Failure is not { } failure
                    )
                        return true;
                    // What is wrong, and what to send, as it goes on after the field.
                    var parts = failure.Detail[$"{failure.Field} ".Length..^1].Split(ToSend, 2);
                    context.MessageFormatter.AppendArgument(Problem, parts[0]).AppendArgument(Cure, parts[1]);
                    return false;
                }
            )
            .WithMessage($"{ValidationRules.Field} {{{Problem}}}{ToSend}{{{Cure}}}.");
    }

    /// <summary>Reads an identifier that was validated.</summary>
    public static ContentIdentifier ToIdentifier(this IIdentifierRequest request) =>
        ContentIdentifier.Parse(Wording.Parse<IdentifierScheme>(request.Scheme!), request.Value!).Value;
}
