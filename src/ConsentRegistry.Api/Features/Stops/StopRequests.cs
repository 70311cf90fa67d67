using System.ComponentModel.DataAnnotations;
using System.Text;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>What the two kinds of stop have in common.</summary>
public interface IStopRequest
{
    IReadOnlyList<string>? Purposes { get; }

    string? Reason { get; }
}

/// <summary>An emergency stop. Without a body it covers everything.</summary>
/// <param name="Purposes">What to stop, with everything above and below; everything without it.</param>
/// <param name="Reason">
/// Why, for the history, which keeps the first 1,000 characters. A control character is kept as U+FFFD.
/// </param>
public sealed record LockdownRequest(
    [property: Purposes(1)] IReadOnlyList<string>? Purposes,
    [property: Unlimited("Of a longer one the beginning is kept.")] string? Reason
) : IStopRequest;

/// <summary>The operator's stop.</summary>
/// <param name="Purposes">What to stop, with everything above and below; everything without it.</param>
/// <param name="Reason">
/// Why: the legal order or the protection of a minor. The history keeps the first 1,000 characters, and a
/// control character as U+FFFD.
/// </param>
public sealed record HoldRequest(
    [property: Purposes(1)] IReadOnlyList<string>? Purposes,
    [property: Required] [property: TextLength(1)] string? Reason
) : IStopRequest;

internal sealed class LockdownValidator : AbstractValidator<LockdownRequest>
{
    public LockdownValidator() => Include(new StopValidator());
}

internal sealed class HoldValidator : AbstractValidator<HoldRequest>
{
    public HoldValidator()
    {
        Include(new StopValidator());
        RuleFor(request => request.Reason)
            .Must(reason => !string.IsNullOrEmpty(reason))
            .WithMessage($"{ValidationRules.Field} is missing; send why the hold is set.");
    }
}

internal sealed class StopValidator : AbstractValidator<IStopRequest>
{
    public StopValidator()
    {
        RuleFor(request => request.Purposes)
            .Must(purposes => purposes is null or { Count: > 0 })
            .WithMessage(
                $"{ValidationRules.Field} is empty; send at least one purpose, or leave it out to stop everything."
            )
            .MustHaveAtMost(Limits.Purposes, "purposes");
        RuleForEach(request => request.Purposes).MustBeGiven("a purpose, by its name").MustBePurpose();
    }
}

internal static class StopRequests
{
    /// <summary>
    /// The reason as the history keeps it: its first <see cref="ValidationRules.MaxTextLength"/> characters, with U+FFFD
    /// for each control character. No stop fails by what is said about it.
    /// </summary>
    public static string? ShortReason(this IStopRequest request) =>
        request.Reason switch
        {
            null or "" => null,
            var text => string.Concat(
                text.EnumerateRunes()
                    .Take(ValidationRules.MaxTextLength)
                    .Select(character => Characters.IsText(character) ? character : Rune.ReplacementChar)
            ),
        };

    public static IReadOnlyCollection<Purpose>? ParsedPurposes(this IStopRequest request) =>
        request.Purposes?.Select(Purpose.Parse).Distinct().ToArray();
}
