using System.Text;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>Exports of a running service, and what an auditor makes of them.</summary>
internal static class Exports
{
    public static readonly IEd25519 Ed25519 = new NSecEd25519();

    /// <summary>Waits until every event is in the log and covered by a checkpoint.</summary>
    public static Task CoveredAsync(RegistryApplication app) =>
        Eventually.HoldsAsync(
            "the log covers everything",
            () =>
                app.ScalarAsync<bool>(
                    """
                    SELECT NOT EXISTS (SELECT FROM consent.inbox)
                        AND coalesce((SELECT max(size) FROM consent.tree_head) = (SELECT max(seq) + 1
                            FROM consent.history), false)
                    """
                )
        );

    /// <summary>Keeps everything that happens out of the log, until what it returns is disposed.</summary>
    public static async Task<IAsyncDisposable> HoldSequencerAsync(RegistryApplication app)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var connection = await app.Database.OpenConnectionAsync(cancellation);
        // Nobody sequences while somebody else has this row.
        await using var hold = new NpgsqlCommand("BEGIN; SELECT FROM consent.sequencer FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    /// <summary>The whole log, as an auditor downloads it.</summary>
    public static async Task<byte[]> OfLogAsync(RegistryApplication app, string range = "") =>
        (await app.Auditor().GetAsync($"/v1/log/export{range}")).Is(200).Bytes();

    /// <summary>A creator's bundle.</summary>
    public static async Task<byte[]> OfCreatorAsync(RegistryApplication app, string creator) =>
        (await app.Auditor().GetAsync($"/v1/creators/{creator}/history/export")).Is(200).Bytes();

    /// <summary>The checkpoint that an auditor keeps.</summary>
    public static async Task<string> CheckpointAsync(RegistryApplication app) =>
        (await app.Anonymous().GetAsync("/log/checkpoint")).Is(200).Text;

    /// <summary>The public keys that an auditor keeps.</summary>
    public static async Task<KeySet> KeysAsync(RegistryApplication app) =>
        KeySet.Parse((await app.Anonymous().GetAsync("/v1/log/keys")).Is(200).Bytes(), Ed25519).Value;

    /// <summary>The body as it was sent.</summary>
    public static byte[] Bytes(this Answer answer) => Encoding.UTF8.GetBytes(answer.Text);

    /// <summary>The verdict on an export.</summary>
    public static VerificationReport Verify(byte[] export, VerificationRequest? request = null) =>
        Verify([export], request);

    /// <summary>The verdict on an export in several files.</summary>
    public static VerificationReport Verify(IEnumerable<byte[]> files, VerificationRequest? request = null)
    {
        using var verifier = new ExportVerifier(request ?? new(), Ed25519);
        foreach (var file in files)
        {
            verifier.Read(file);
            verifier.EndInput();
        }
        return verifier.Finish();
    }
}
