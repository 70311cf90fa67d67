using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// Which checkpoint this log shows: the newest that it signed or, with a policy on witnesses, the newest that meets it.
/// Until there is one that does, the newest signed one is shown: whoever has the policy refuses it.
/// </summary>
internal sealed class PublishedHead(Witnessing witnessing, LogSigner signer, LogWatch watch, TimeProvider clock)
{
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();
    private Judged? last;

    /// <summary>How often witnesses are asked while the log does not grow; null if none are asked.</summary>
    public TimeSpan? Interval => witnessing.Policy is null ? null : witnessing.Interval;

    /// <summary>
    /// For how long the policy has not been met by newer cosignatures; since this node started if it never was. Null
    /// without a policy, and before the log was looked at.
    /// </summary>
    public TimeSpan? Age
    {
        get
        {
            if (witnessing.Policy is not { } policy || watch.State is not { } state)
                return null;
            var since = state.Cosigned is { } cosigned ? SinceOf(policy, cosigned) : null;
            var age =
                clock.GetUtcNow()
                - (
                    since is { } seconds && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                        ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                        : startedAt
                );
            return age < TimeSpan.Zero ? TimeSpan.Zero : age;
        }
    }

    /// <summary>Reads the checkpoint; null if the log has none yet.</summary>
    public async Task<TreeHead?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        witnessing.Policy is { } policy
        && await CosignedHeadStore.ReadNewestAsync(connection, cancellation) is { } cosigned
        && SinceOf(policy, cosigned) is not null
            ? cosigned
            : await LogStore.ReadHeadAsync(connection, cancellation);

    // Signatures of a note are verified once, and not for each request.
    private long? SinceOf(WitnessPolicy policy, TreeHead cosigned)
    {
        if (Volatile.Read(ref last) is { } judged && judged.Head.Note == cosigned.Note && IsSame(judged.Head, cosigned))
            return judged.Since;
        var since =
            signer.TryRead(cosigned.Note, out var checkpoint)
            && checkpoint.Size == cosigned.Size
            && checkpoint.Root.AsSpan().SequenceEqual(cosigned.Root)
            && SignedNote.TryParse(cosigned.Note, out var note)
                ? policy.Judge(note).Since
                : null;
        Volatile.Write(ref last, new(cosigned, since));
        return since;
    }

    private static bool IsSame(TreeHead one, TreeHead other) =>
        one.Size == other.Size && one.Root.AsSpan().SequenceEqual(other.Root);

    private sealed record Judged(TreeHead Head, long? Since);
}
