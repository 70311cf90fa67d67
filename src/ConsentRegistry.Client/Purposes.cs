using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>A kind of AI use.</summary>
/// <param name="Name">Its name: its parent's, a dot and one segment.</param>
/// <param name="Parent">The purpose one above; null for a root.</param>
/// <param name="UsesLikeness">Whether depicted people decide on it: it is marked so, or a purpose below it is.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">
/// The vocabulary version that introduced it: an allow given for a purpose above it with an earlier version does not
/// reach it.
/// </param>
public sealed record Purpose(
    [property: JsonPropertyName("purpose")] string Name,
    string? Parent,
    bool UsesLikeness,
    string Description,
    int IntroducedIn
);

/// <summary>The vocabulary.</summary>
/// <param name="Version">Its version, raised by one with each registration.</param>
/// <param name="Items">Every purpose, in order of registration; at most 256.</param>
public sealed record Vocabulary(int Version, IReadOnlyList<Purpose> Items);

/// <summary>Reads the vocabulary, and adds to it (scope <c>consent:admin</c>).</summary>
public sealed class PurposesClient
{
    private readonly Wire wire;

    internal PurposesClient(Wire wire) => this.wire = wire;

    /// <summary>Reads the vocabulary. Needs no token.</summary>
    public Task<Vocabulary> ListAsync(CancellationToken cancellation = default) =>
        wire.GetAsync<Vocabulary>(Wire.Path("v1", "purposes"), cancellation);

    /// <summary>
    /// Registers a purpose, for good: nobody's earlier allow reaches it, earlier asks and denies above it do. The same
    /// registration again is no change; another one of the same name is refused with status 409 <c>purposeExists</c>.
    /// </summary>
    /// <param name="purpose">
    /// Its name: its parent's, a dot and one segment of <c>[a-z][a-z0-9-]{0,62}</c>; at most 4 segments, and 256
    /// purposes in all.
    /// </param>
    /// <param name="usesLikeness">Whether depicted people decide on it.</param>
    /// <param name="description">What it means, in a sentence for creators; at most 1,000 characters.</param>
    /// <param name="options">Its <see cref="ChangeOptions.IdempotencyKey"/> is looked at, its version is not.</param>
    /// <param name="cancellation">Ends the wait; the purpose may have been registered.</param>
    public Task<Purpose> RegisterAsync(
        string purpose,
        bool usesLikeness,
        string description,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<PurposeToRegister, Purpose>(
            HttpMethod.Post,
            Wire.Path("v1", "purposes"),
            new(purpose, usesLikeness, description),
            options,
            cancellation
        );
}

internal sealed record PurposeToRegister(string Purpose, bool UsesLikeness, string Description);
