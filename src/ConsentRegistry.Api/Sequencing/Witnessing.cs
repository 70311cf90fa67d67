using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>A witness that this host asks.</summary>
/// <param name="Witness">Who it is.</param>
/// <param name="Address">Where it takes checkpoints: its <c>add-checkpoint</c>.</param>
internal sealed record AskedWitness(PolicyWitness Witness, Uri Address);

/// <summary>Which witnesses this host asks, and how many have to cosign before a checkpoint is published.</summary>
/// <param name="Policy">The policy; null asks nobody, and each signed checkpoint is published.</param>
/// <param name="Asked">The witnesses that have an address.</param>
/// <param name="Interval">How often they are asked while the log does not grow.</param>
internal sealed record Witnessing(WitnessPolicy? Policy, IReadOnlyList<AskedWitness> Asked, TimeSpan Interval)
{
    /// <summary>What the key of the setting is.</summary>
    private const string Setting = "Log:WitnessPolicyFile";

    /// <summary>Reads the policy that the options name.</summary>
    /// <exception cref="StartupException">It cannot be read, or this log could never meet it.</exception>
    public static Witnessing From(RegistryOptions options, LogSigner signer, IEd25519 ed25519)
    {
        if (options.WitnessPolicyFile is not { } path)
            return new(null, [], options.WitnessInterval);
        if (!WitnessPolicy.Parse(ReadFile(path), ed25519).Succeeded(out var policy, out var failure))
            throw new StartupException($"The policy '{path}' of {Setting} cannot be used: {failure.Detail}");
        var asked = policy
            .Witnesses.Where(witness => witness.Url is not null)
            .Select(witness => new AskedWitness(witness, AddressOf(witness, path)))
            .ToList();
        if (!policy.AsksForWitnesses)
            throw Unfit(path, "asks for no witness; leave the setting out instead");
        if (!policy.CanBeMetBy(asked.Select(one => one.Witness)))
            throw Unfit(path, "cannot be met by those of its witnesses that have an address");
        if (policy.Logs.Count > 0 && !signer.HasAny(policy.LogKeys(signer.Origin)))
            throw Unfit(path, "names logs, and no key of this one");
        if (asked.Count + signer.Lines > SignedNote.MaxSignatures)
            throw Unfit(
                path,
                $"has too many witnesses with an address: with the log's own keys a checkpoint has at most "
                    + $"{SignedNote.MaxSignatures} lines"
            );
        return new(policy, asked, options.WitnessInterval);
    }

    private static StartupException Unfit(string path, string why) => new($"The policy '{path}' of {Setting} {why}.");

    private static byte[] ReadFile(string path)
    {
        try
        {
            // One byte more than a policy has: what is too long is seen as such.
            using var file = File.OpenRead(path);
            var bytes = new byte[WitnessPolicy.MaxBytes + 1];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The policy '{path}' of {Setting} cannot be read: {e.Message}");
        }
    }

    private static Uri AddressOf(PolicyWitness witness, string path) =>
        Uri.TryCreate(witness.Url, UriKind.Absolute, out var prefix)
        && prefix.Scheme is "http" or "https"
        && prefix.UserInfo.Length == 0
        && witness.Url.AsSpan().IndexOfAny('?', '#') < 0
            ? new($"{witness.Url.TrimEnd('/')}/add-checkpoint")
            : throw Unfit(
                path,
                $"gives the witness '{witness.Name}' an address that is not one of http or https, without user, query "
                    + "and fragment"
            );
}
