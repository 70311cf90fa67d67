namespace ConsentRegistry.Client;

/// <summary>A kind of AI use.</summary>
/// <param name="Name">Its name: its parent's, a dot and one segment.</param>
/// <param name="Parent">The purpose one above; null for a root.</param>
/// <param name="UsesLikeness">Whether depicted people decide on it.</param>
/// <param name="Description">What it means.</param>
/// <param name="IntroducedIn">The vocabulary version that introduced it.</param>
public sealed record Purpose(
    [property: System.Text.Json.Serialization.JsonPropertyName("purpose")] string Name, string? Parent, bool UsesLikeness, string Description, int IntroducedIn);

/// <summary>The vocabulary.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Items">Every purpose, in order of registration.</param>
public sealed record Vocabulary(int Version, IReadOnlyList<Purpose> Items);

/// <summary>Reads the vocabulary, and adds to it (scope <c>consent:admin</c>).</summary>
public sealed class PurposesClient
{
    private readonly Wire wire;

    internal PurposesClient(Wire wire) => this.wire = wire;

    /// <summary>Reads the vocabulary. Needs no token.</summary>
    public Task<Vocabulary> ListAsync(CancellationToken cancellation = default) => wire.GetAsync<Vocabulary>("/v1/purposes", cancellation);

    /// <summary>Registers a purpose, for good. The same registration again is no change.</summary>
    public Task<Purpose> RegisterAsync(
        string purpose, bool usesLikeness, string description, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Purpose>(HttpMethod.Post, "/v1/purposes", new { purpose, usesLikeness, description }, options, cancellation);
}
