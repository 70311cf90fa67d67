using ConsentRegistry.Client;

namespace Agency;

/// <summary><c>show</c>: what stands for each creator.</summary>
internal static class Show
{
    public static async Task<int> RunAsync(
        ConsentRegistryClient registry,
        IEnumerable<string> creators,
        CancellationToken cancellation
    )
    {
        foreach (var creator in creators)
        {
            var consent = await registry.Settings.GetAsync(creator, cancellation);
            Console.WriteLine($"{creator}, settings version {consent.SettingsVersion}");
            foreach (var (stop, name) in new[] { (consent.Lockdown, "lockdown"), (consent.Hold, "hold") })
            {
                if (stop is not null)
                    Console.WriteLine(
                        $"  {name}: {(stop.Purposes is { } some ? string.Join(", ", some) : "everything")}"
                    );
            }
            foreach (var setting in consent.Defaults)
                Console.WriteLine($"  {setting.Purpose}{For(setting.Requester)}: {TextOf(setting)}");
            if (consent.Defaults.Count == 0)
                Console.WriteLine("  Nothing is set. Silence is not consent.");
            if (consent.Overrides > 0)
                Console.WriteLine($"  {consent.Overrides} exceptions for single videos");
            await foreach (
                var request in registry.Approvals.ListAskedAsync(creator, "open", cancellation: cancellation)
            )
                Console.WriteLine($"  open request of {request.Requester} for {request.Purpose}: {request.Use}");
        }
        return ExitCode.Done;
    }

    /// <summary>Names the requester of a setting.</summary>
    public static string For(string? requester) => requester is null ? "" : $" for {requester}";

    private static string TextOf(Setting setting)
    {
        var conditions = setting.Conditions.Count > 0 ? $", if {string.Join(" and ", setting.Conditions)}" : "";
        var until = setting.ExpiresAt is { } end ? $", until {end:O}" : "";
        // Videos of another age may have another answer.
        var ages = setting.Segments is { Count: > 1 } segments ? $", with {segments.Count} ages of videos" : "";
        return $"{setting.Effect}{conditions}{until}{ages}".ToLowerInvariant();
    }
}
