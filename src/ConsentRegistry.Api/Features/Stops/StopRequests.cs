using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
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
/// <param name="Reason">Why, for the history, which keeps the first 1,000 characters.</param>
public sealed record LockdownRequest(
    [property: Purposes(1)] IReadOnlyList<string>? Purposes,
    [property: Unlimited("Of a longer one the beginning is kept.")] string? Reason
) : IStopRequest;

/// <summary>The operator's stop.</summary>
/// <param name="Purposes">What to stop, with everything above and below; everything without it.</param>
/// <param name="Reason">
/// Why: the legal order or the protection of a minor. The history keeps the first 1,000 characters.
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
            .MustHaveAtMost(Domain.Limits.Purposes, "purposes");
        RuleForEach(request => request.Purposes).MustBeGiven("a purpose, by its name").MustBePurpose();
        RuleFor(request => request.Reason).MustBePlainText();
    }
}

internal static class StopRequests
{
    /// <summary>
    /// The reason as the history keeps it: its first <see cref="ValidationRules.MaxTextLength"/> characters, for no
    /// stop fails by a long story.
    /// </summary>
    public static string? ShortReason(this IStopRequest request) =>
        request.Reason switch
        {
            null or "" => null,
            var text => string.Concat(text.EnumerateRunes().Take(ValidationRules.MaxTextLength)),
        };

    public static IReadOnlyCollection<Purpose>? ParsedPurposes(this IStopRequest request) =>
        request.Purposes?.Select(Purpose.Parse).Distinct().ToArray();
}
