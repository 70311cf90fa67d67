using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Purposes;

/// <summary>A kind of AI use.</summary>
/// <param name="Purpose">Its name: its parent's, a dot and one segment.</param>
/// <param name="Parent">The purpose one above; null for a root.</param>
/// <param name="UsesLikeness">Whether depicted people decide on it: it is marked so, or a purpose below it is.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">
/// The vocabulary version that introduced it: an allow given for a purpose above it does not reach it unless given with
/// that version or later.
/// </param>
public sealed record PurposeBody(
    [property: PurposeName] string Purpose,
    [property: PurposeName] string? Parent,
    bool UsesLikeness,
    [property: Text] string Description,
    [property: AtLeast(1)] int IntroducedIn
)
{
    public static PurposeBody From(PurposeDefinition definition, Vocabulary vocabulary) =>
        new(
            definition.Purpose.Name,
            definition.Purpose.Parent?.Name,
            vocabulary.UsesLikeness(vocabulary.Find(definition.Purpose)),
            definition.Description,
            definition.IntroducedIn
        );
}

/// <summary>The vocabulary.</summary>
/// <param name="Version">Its version, raised by one with each registration.</param>
/// <param name="Items">Every purpose, in order of registration; at most 256.</param>
public sealed record VocabularyBody(
    [property: AtLeast(1)] int Version,
    [property: Items(1, Limits.Purposes)] IReadOnlyList<PurposeBody> Items
);

/// <summary>
/// Lists the vocabulary. Every purpose, in order of registration; no purpose is ever renamed, moved or removed.
/// </summary>
internal static class ListPurposes
{
    public static async Task<IResult> Handle(SnapshotReader reading, CancellationToken cancellation)
    {
        await using var snapshot = await reading.OpenAsync(cancellation);
        var vocabulary = await VocabularyStore.ReadAsync(snapshot.OpenTransaction(), cancellation);
        return Results.Ok(
            new VocabularyBody(
                vocabulary.Version,
                [.. vocabulary.Purposes.Select(definition => PurposeBody.From(definition, vocabulary))]
            )
        );
    }
}
