using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Tests;

/// <summary>A creator about whom there is something to see: videos, choices, exceptions, and names that are hostile.</summary>
public sealed class SeededCreator(Stack stack) : IAsyncLifetime
{
    private readonly string name = stack.NewName();

    /// <summary>The longest id that the registry takes.</summary>
    public static string LongestId { get; } = new('x', 128);

    /// <summary>The name with which the creator signs in.</summary>
    public string Name => name;

    /// <summary>The creator's id.</summary>
    public string Id => $"creator-{name}";

    /// <summary>The id of another creator, in whose videos this one appears.</summary>
    public string OtherId => $"{Id}-other";

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var made = new DateTimeOffset(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);
        await stack.Registry.Videos.RegisterAsync(
            [
                new(Id, "first")
                {
                    PublishedAt = made,
                    Participants = [new($"{Id}-friend", Roles.CoCreator), new($"{Id}-face", Roles.Depicted)],
                    DerivedFrom = [new($"{Id}-source", LongestId)],
                },
                new(Id, LongestId),
                new(OtherId, "together") { Participants = [new(Id, Roles.CoCreator)] },
                new(OtherId, "portrait") { Participants = [new(Id, Roles.Depicted)] },
                .. Enumerable
                    .Range(0, 60)
                    .Select(number => new VideoToRegister(Id, $"clip-{number:00}") { PublishedAt = made }),
            ],
            cancellation: cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(
            Id,
            "remix",
            new(Effect.Allow) { Conditions = [Conditions.Attribution, Conditions.NonCommercial] },
            cancellation: cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(Id, "training", new(Effect.Ask), cancellation: cancellation);
        await stack.Registry.Settings.SetOverrideAsync(
            Id,
            new(Id, "first"),
            "remix",
            new(Effect.Deny) { Reason = "<script>alert('hello')</script>" },
            cancellation: cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(
            $"{Id}-friend",
            "remix",
            new(Effect.Ask),
            cancellation: cancellation
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
