using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Purposes;

/// <summary>A purpose to register.</summary>
/// <param name="Purpose">
/// Its name: its parent's, a dot and one segment of <c>[a-z][a-z0-9-]{0,62}</c>; at most 4 segments.
/// </param>
/// <param name="Parent">The purpose one above, which the name says already; if given, it has to agree.</param>
/// <param name="UsesLikeness">
/// Whether depicted people decide on it: whoever registers a purpose has to have thought of them.
/// </param>
/// <param name="Description">What it means, in a sentence for creators; at most 1,000 characters.</param>
public sealed record RegisterPurposeRequest(
    [property: Required] [property: PurposeName] string? Purpose,
    [property: PurposeName] string? Parent,
    [property: Required] bool? UsesLikeness,
    [property: Required] [property: Text] string? Description
);

/// <summary>A purpose that is registered.</summary>
/// <param name="Purpose">Its name.</param>
/// <param name="Parent">The purpose one above; null for a root.</param>
/// <param name="UsesLikeness">Whether depicted people decide on it: it is marked so, or one below it is.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">The vocabulary version that introduced it.</param>
public sealed record PurposeChangeBody(
    [property: PurposeName] string Purpose,
    [property: PurposeName] string? Parent,
    bool UsesLikeness,
    [property: Text] string Description,
    [property: AtLeast(1)] int IntroducedIn
) : ChangeAnswer
{
    internal static PurposeChangeBody From(PurposeBody purpose) =>
        new(purpose.Purpose, purpose.Parent, purpose.UsesLikeness, purpose.Description, purpose.IntroducedIn);
}

internal sealed class RegisterPurposeValidator : AbstractValidator<RegisterPurposeRequest>
{
    public RegisterPurposeValidator()
    {
        RuleFor(request => request.Purpose)
            .MustBeGiven("the purpose's name")
            .Must(name => name is null || Purpose.TryParse(name, out _))
            .WithMessage(
                $"{ValidationRules.Field} is {ValidationRules.Sent}; send 1 to {Limits.PurposeDepth} segments of "
                    + $"[a-z][a-z0-9-]{{0,{Limits.PurposeSegmentLength - 1}}}, joined by dots."
            );
        RuleFor(request => request.Parent)
            .Must(
                (request, parent) =>
                    parent is null
                    || !Purpose.TryParse(request.Purpose, out var purpose)
                    || purpose.Parent?.Name == parent
            )
            .WithMessage(
                $"{ValidationRules.Field} is {ValidationRules.Sent}, which is not the purpose's name without its last "
                    + "segment; send that, or leave it out."
            );
        RuleFor(request => request.UsesLikeness).MustBeGiven("true or false: whether the purpose uses likeness");
        RuleFor(request => request.Description)
            .MustBeGiven("what the purpose means, in a sentence for creators")
            .MustBeText();
    }
}

/// <summary>Registers a purpose. Nobody's earlier allow reaches it; earlier asks and denies above it do.</summary>
/// <remarks>
/// It raises the version of the vocabulary by one. Registering the same once more changes nothing, and is 200.
/// </remarks>
internal static class RegisterPurpose
{
    public static Task<IResult> Handle(Body<RegisterPurposeRequest> body, ChangePipeline pipeline, HttpContext http) =>
        pipeline.RunAsync(
            http,
            (change, cancellation) => RegisterAsync(change, body.Value, Caller.From(http), cancellation)
        );

    private static async Task<Result<ChangeResponse>> RegisterAsync(
        StreamTransaction change,
        RegisterPurposeRequest request,
        Caller caller,
        CancellationToken cancellation
    )
    {
        var stream = (await change.LockAsync(StreamId.Vocabulary, cancellation)).Value;
        var vocabulary = await VocabularyStore.ReadAsync(change, cancellation);
        if (
            !vocabulary
                .Register(Purpose.Parse(request.Purpose!), request.UsesLikeness!.Value, request.Description!)
                .Succeeded(out var definition, out var refused)
        )
            return refused;
        var isNew = definition.IntroducedIn > vocabulary.Version;
        if (!isNew)
            return new ChangeResponse(PurposeChangeBody.From(PurposeBody.From(definition, vocabulary)));
        await VocabularyStore.WriteAsync(change, [definition], vocabulary.Purposes.Length, cancellation);
        await change.AppendAsync(
            stream,
            [Records.PurposeRegistered(definition)],
            caller.Author(creator: null, reason: null),
            altersSettings: false,
            cancellation
        );
        change.Notify(NotificationFactory.PurposeRegistered(definition));
        return new ChangeResponse(
            PurposeChangeBody.From(PurposeBody.From(definition, new Vocabulary([.. vocabulary.Purposes, definition]))),
            Status: 201
        );
    }
}
