using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>A webhook to be made.</summary>
/// <param name="Audience">Who is to be told.</param>
/// <param name="Owner">
/// The platform's client, the requester or the creator; without it, the caller's own client or, for a creator, the one
/// who signed in.
/// </param>
/// <param name="Url">Where to send to: an address of the public internet that begins with https.</param>
/// <param name="Kinds">Of which kinds to tell; without it, of every one, those that come later included.</param>
public sealed record CreateWebhookRequest(
    [property: Required] [property: Words<WebhookAudience>] string? Audience,
    [property: Id] string? Owner,
    [property: Required] [property: Address(WebhookUrl.MaxLength)] string? Url,
    [property: Words<NotificationKind>] [property: WordList(1)] IReadOnlyList<string>? Kinds
);

internal sealed class CreateWebhookValidator : AbstractValidator<CreateWebhookRequest>
{
    public CreateWebhookValidator(AddressGuard guard)
    {
        RuleFor(request => request.Audience)
            .MustBeGiven($"one of: {string.Join(", ", Wording.All<WebhookAudience>())}")
            .MustBeWord<CreateWebhookRequest, WebhookAudience>();
        RuleFor(request => request.Owner).MustBeId();
        RuleFor(request => request.Url).MustBeWebhookUrl(guard);
        RuleFor(request => request.Kinds).MustBeKinds();
    }
}

/// <summary>Makes a webhook. Its secret is in the answer, and nowhere after.</summary>
/// <remarks>
/// What happens from now on is sent as <c>POST</c> with the headers <c>webhook-id</c>, <c>webhook-timestamp</c> and
/// <c>webhook-signature</c>, at least once, with the same id each time. Any 2xx takes it; 410 disables the webhook;
/// anything else is tried again for three days. Redirects are not followed.
/// </remarks>
internal static class CreateWebhook
{
    public static async Task<IResult> Handle(
        Body<CreateWebhookRequest> body,
        Database database,
        WebhookSecrets secrets,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var request = body.Value;
        var caller = Caller.From(http);
        var audience = Wording.Parse<WebhookAudience>(request.Audience!);
        if (
            (request.Owner ?? (audience == WebhookAudience.Creator ? caller.Subject : caller.Client)) is not { } name
            || !Identifier.IsValid(name)
        )
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                "owner",
                "owner is missing, and the token's claim client_id, or sub for a creator, names nobody who could "
                    + "own it; send owner."
            );
        var owner = new WebhookOwner(audience, name);
        if (!caller.MayManage(owner))
            return WebhookAccess.NotTheirs;
        var (id, secret) = (Guid.CreateVersion7(), WebhookSecret.Draw());
        var made = await WebhookStore.CreateAsync(
            database,
            id,
            owner,
            new Uri(request.Url!),
            request.Kinds?.Distinct(StringComparer.Ordinal).ToArray(),
            secrets.Encrypt(id, secret),
            cancellation
        );
        return made.Succeeded(out var row, out var refused)
            ? Results.Json(new NewWebhookBody(WebhookBody.From(row), WebhookSecret.Print(secret)), statusCode: 201)
            : Problem.From(refused);
    }
}

internal static class WebhookRules
{
    // The address may hold a secret of the receiver's: no refusal repeats it.
    public static void MustBeWebhookUrl<T>(this IRuleBuilder<T, string?> rule, AddressGuard guard) =>
        rule.MustBeGiven("the address to which notifications are to go")
            .Must(
                (request, text, context) =>
                {
                    if (text is null || WebhookUrl.TryParse(text, guard, out _, out var refusal))
                        return true;
                    context.MessageFormatter.AppendArgument("Refusal", refusal);
                    return false;
                }
            )
            .WithMessage(
                $"{ValidationRules.Field} {{Refusal}}; send an absolute address of the public internet that begins "
                    + "with https."
            );

    public static void MustBeKinds<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) =>
        rule.Must(kinds => kinds is null or { Count: > 0 })
            .WithMessage(
                $"{ValidationRules.Field} is empty; send at least one kind, or leave it out to be told of all."
            )
            .MustHaveAtMost(Wording.All<NotificationKind>().Length, "kinds")
            .MustBeWords<T, NotificationKind>();
}
