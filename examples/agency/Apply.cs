using System.Net;
using ConsentRegistry.Client;

namespace Agency;

/// <summary>
/// <c>apply</c>: one change for each creator, made only of the settings that the plan saw (<c>If-Match</c>). Applied
/// again it changes nothing: the idempotency keys are the plan's.
/// </summary>
internal static class Apply
{
    public static async Task<int> RunAsync(
        ConsentRegistryClient registry,
        FileInfo planFile,
        CancellationToken cancellation
    )
    {
        var plan = await Files.ReadAsync<Plan>(planFile, cancellation);
        var code = ExitCode.Done;
        foreach (var (creator, settingsVersion, key) in plan.Creators)
        {
            try
            {
                var change = await registry.Settings.ChangeAsync(
                    creator,
                    plan.Policy.Changes,
                    plan.Policy.Reason,
                    options: new() { IfSettingsVersion = settingsVersion, IdempotencyKey = key },
                    cancellation: cancellation
                );
                Console.WriteLine(
                    change.Replayed
                        ? $"{creator}: was applied before{(change.Superseded ? ", and changed since" : "")}"
                        : $"{creator}: {change.Changes} records changed, settings version {change.SettingsVersion}, in force everywhere"
                );
            }
            catch (ConsentRegistryException e) when (e.Status == HttpStatusCode.PreconditionFailed)
            {
                // The creator's own newer word counts. Somebody has to look at it again.
                code = ExitCode.Conflict;
                Console.WriteLine(
                    $"{creator}: CONFLICT, nothing was changed: the settings are not those of version {settingsVersion} any more. "
                        + "Plan again."
                );
            }
        }
        return code;
    }
}
