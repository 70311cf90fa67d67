using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>What a setting is to say; the fields that defaults and overrides share.</summary>
public interface IChoiceRequest : ICountedChanges
{
    string? Effect { get; }

    IReadOnlyList<string>? Conditions { get; }

    string? ExpiresAt { get; }

    string? Reason { get; }

    int? VocabularyVersion { get; }

    int ICountedChanges.Count => 1;

    bool ICountedChanges.OnlyRestricts => Effect == Domain.Settings.Effect.Deny.Word();
}

/// <summary>A default to set.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="AppliesTo">
/// Of an allow only: <c>future</c> (the default) reaches videos published from now on; <c>all</c> is the creator's
/// explicit word for every video.
/// </param>
/// <param name="Conditions">What an allow or ask attaches.</param>
/// <param name="ExpiresAt">Of an allow only: when it ends, RFC 3339.</param>
/// <param name="ClearExceptions">
/// Of an ask or deny: also clear the more specific settings that answer less restrictively.
/// </param>
/// <param name="Reason">Why, for the history; at most 1,000 characters.</param>
/// <param name="VocabularyVersion">
/// The vocabulary that the creator saw; an allow never reaches purposes newer than it.
/// </param>
public sealed record SetDefaultRequest(
    [property: Required] [property: Words<Effect>] string? Effect,
    [property: Words<AppliesTo>] string? AppliesTo,
    [property: Words<Conditions>] IReadOnlyList<string>? Conditions,
    [property: Time] string? ExpiresAt,
    bool? ClearExceptions,
    [property: Text] string? Reason,
    [property: AtLeast(1)] int? VocabularyVersion
) : IChoiceRequest;

/// <summary>An override to set.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What an allow or ask attaches.</param>
/// <param name="ExpiresAt">Of an allow only: when it ends, RFC 3339.</param>
/// <param name="Reason">Why, for the history; at most 1,000 characters.</param>
/// <param name="VocabularyVersion">
/// The vocabulary that the creator saw; an allow never reaches purposes newer than it.
/// </param>
public sealed record SetOverrideRequest(
    [property: Required] [property: Words<Effect>] string? Effect,
    [property: Words<Conditions>] IReadOnlyList<string>? Conditions,
    [property: Time] string? ExpiresAt,
    [property: Text] string? Reason,
    [property: AtLeast(1)] int? VocabularyVersion
) : IChoiceRequest;

internal sealed class SetDefaultValidator : AbstractValidator<SetDefaultRequest>
{
    public SetDefaultValidator()
    {
        Include(new ChoiceValidator());
        RuleFor(request => request.AppliesTo).MustBeAppliesTo(request => request.Effect);
        RuleFor(request => request.ClearExceptions).MustSuit(request => request.Effect);
    }
}

internal sealed class SetOverrideValidator : AbstractValidator<SetOverrideRequest>
{
    public SetOverrideValidator() => Include(new ChoiceValidator());
}

internal sealed class ChoiceValidator : AbstractValidator<IChoiceRequest>
{
    public ChoiceValidator()
    {
        RuleFor(request => request.Effect)
            .MustBeGiven($"one of: {string.Join(", ", Wording.All<Effect>())}")
            .MustBeWord<IChoiceRequest, Effect>();
        RuleFor(request => request.Conditions).MustBeConditions(request => request.Effect);
        RuleFor(request => request.ExpiresAt).MustBeExpiry(request => request.Effect);
        RuleFor(request => request.Reason).MustBeText();
        RuleFor(request => request.VocabularyVersion).MustBeVocabularyVersion();
    }
}

/// <summary>Turns a validated request into what the rules work with.</summary>
internal static class SettingRequests
{
    public static SetSetting ToChange(
        this IChoiceRequest request,
        SettingKey key,
        string? appliesTo = null,
        bool? clearExceptions = null
    )
    {
        Instant? expiresAt = Instant.TryParseInRange(request.ExpiresAt, out var expiry) ? expiry : null;
        var conditions = ConditionWords.Parse(request.Conditions ?? []);
        return new(
            key,
            Wording.Parse<Effect>(request.Effect!),
            conditions,
            expiresAt,
            request.VocabularyVersion,
            appliesTo is null ? AppliesTo.Future : Wording.Parse<AppliesTo>(appliesTo),
            clearExceptions ?? false
        );
    }

    public static SettingChange ToClear(SettingKey key) => new ClearSetting(key);

    public static SettingKey Key(Purpose purpose, Requester? requester) => new(null, purpose, requester);

    public static SettingKey Key(VideoKey video, Purpose purpose, Requester? requester) =>
        new(video, purpose, requester);
}
