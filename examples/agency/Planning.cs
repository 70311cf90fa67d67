using ConsentRegistry.Client;

namespace Agency;

/// <summary><c>plan</c>: what a policy would change for each creator.</summary>
internal static class Planning
{
    public static async Task<int> RunAsync(
        ConsentRegistryClient registry,
        FileInfo policyFile,
        IEnumerable<string> creators,
        FileInfo output,
        CancellationToken cancellation
    )
    {
        var policy = await Files.ReadAsync<Policy>(policyFile, cancellation);
        var planned = new List<PlannedCreator>();
        foreach (var creator in creators)
        {
            var preview = await registry.Settings.PreviewAsync(creator, policy.Changes, cancellation: cancellation);
            Print(preview);
            planned.Add(new(creator, preview.SettingsVersion, $"agency-{Guid.NewGuid()}"));
        }
        await Files.WriteAsync(output, new Plan(policy, planned), cancellation);
        Console.WriteLine($"Nothing is changed yet. Apply it with: apply {output.Name}");
        return ExitCode.Done;
    }

    private static void Print(Preview preview)
    {
        Console.WriteLine($"{preview.CreatorId}, settings version {preview.SettingsVersion}");
        Console.WriteLine($"  would change {preview.Changes} settings");
        foreach (var flip in preview.Flips)
            Console.WriteLine($"  {flip.Count} videos get another answer for {flip.Purpose}{Show.For(flip.Requester)}");
        if (preview.RevokedGrants is { Count: > 0 } grants)
            Console.WriteLine($"  {grants.Count} grants would be revoked");
        if (preview.Recalls is { Count: > 0 } recalls)
            Console.WriteLine($"  {recalls.Count} recalls would go out");
        // The policy does not reach what is more specific: a creator's own word for one video or requester.
        if (preview.Exceptions.Count > 0)
            Console.WriteLine(
                $"  conflict: {preview.Exceptions.Count} more specific settings stay, and answer milder:"
            );
        foreach (var kept in preview.Exceptions.First)
            Console.WriteLine(
                $"    {kept.Purpose}{Show.For(kept.Requester)}{(kept.Video is { } video ? $" in {video.VideoId}" : "")}: "
                    + $"{kept.Effect}".ToLowerInvariant()
            );
        if (!preview.Complete)
            Console.WriteLine("  There is more than the preview looked at: these are the least numbers.");
    }
}
