using ConsentRegistry.Client;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>Gets creators' bundles, and verifies them while they come.</summary>
/// <param name="history">Where they come from.</param>
/// <param name="trusted">The keys that are trusted, and those that these handed over to.</param>
/// <param name="path">The file in which a bundle is while it is looked at.</param>
internal sealed class BundleSource(HistoryClient history, KeySet trusted, string path)
{
    /// <summary>Bytes of a bundle, at most: 1 GiB, some hundred thousand events.</summary>
    private const long MaxBytes = 1L << 30;

    private const int BufferBytes = 1 << 16;

    /// <summary>How long a bundle may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Bundles that are kept as evidence, at most.</summary>
    private const int MaxKept = 10;

    /// <summary>The id of a creator's newest event, as the registry lists it; null if there is none.</summary>
    public async Task<Guid?> FindNewestAsync(string creator, CancellationToken cancellation) =>
        (
            await history.ListAsync(creator, pageSize: 1, cancellation: cancellation).FirstOrDefaultAsync(cancellation)
        )?.EventId;

    /// <summary>Gets a bundle.</summary>
    /// <param name="creator">Whose.</param>
    /// <param name="take">Takes each event that was found to be in the log, in order.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LogSourceException">It broke off, or is too long.</exception>
    public async Task<VerificationReport> GetAsync(
        string creator,
        Action<BundleEvent> take,
        CancellationToken cancellation
    )
    {
        using var verifier = new ExportVerifier(
            new VerificationRequest { PinnedSet = trusted, Now = Instant.From(TimeProvider.System.GetUtcNow()) },
            new NSecEd25519(),
            take
        );
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // It holds what the creator may read, and nobody else.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(path, options))
        await using (var bundle = await history.ExportAsync(creator, limit.Token))
        {
            var buffer = new byte[BufferBytes];
            while (await ReadAsync(bundle, buffer, limit.Token) is > 0 and var count)
            {
                if (file.Position + count > MaxBytes)
                    throw new LogSourceException($"The bundle of {creator} is longer than {MaxBytes} bytes.");
                await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
                // What comes after something that is wrong is evidence all the same.
                verifier.Read(buffer.AsSpan(0, count));
            }
        }
        verifier.EndInput();
        return verifier.Finish();
    }

    private static async Task<int> ReadAsync(Stream bundle, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await bundle.ReadAsync(buffer, cancellation);
        }
        catch (IOException e)
        {
            throw new LogSourceException($"A bundle broke off: {e.Message}");
        }
    }

    /// <summary>Keeps the bundle that was looked at last as evidence.</summary>
    /// <returns>Its file; null if too many are kept.</returns>
    public string? KeepAsEvidence()
    {
        for (var number = 1; number <= MaxKept; number++)
        {
            var kept = $"{path}.evidence{number}";
            if (File.Exists(kept))
                continue;
            File.Move(path, kept);
            return kept;
        }
        return null;
    }

    /// <summary>Drops the bundle that was looked at last.</summary>
    public void Drop() => File.Delete(path);
}
