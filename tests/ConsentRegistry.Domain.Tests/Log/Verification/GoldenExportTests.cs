using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Domain.Tests.Log.Verification;

/// <summary>Exports that older registries wrote stay valid, whatever newer ones write.</summary>
public sealed class GoldenExportTests
{
    [Fact]
    public async Task An_export_whose_requesters_streams_name_creators_by_ids_and_hold_statements_is_valid()
    {
        var export = await File.ReadAllBytesAsync(PathOf("creators-by-id.ndjson"), TestContext.Current.CancellationToken);
        var kept = await File.ReadAllTextAsync(PathOf("creators-by-id.checkpoint"), TestContext.Current.CancellationToken);

        using var verifier = new ExportVerifier(new() { KeptCheckpoints = [kept] }, LogFixtures.Ed25519);
        verifier.Read(export);
        verifier.EndInput();
        var report = verifier.Finish();

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.NotEqual(0, report.Proven.ErasedBodies);
        var text = System.Text.Encoding.UTF8.GetString(export);
        Assert.Contains("$requester/acme", text, StringComparison.Ordinal);
        Assert.Contains("Ben Example has told us otherwise.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_OpenSSL_signed_with_a_key_and_the_one_after_it_is_valid()
    {
        var export = await File.ReadAllBytesAsync(PathOf("signed-by-openssl.ndjson"), TestContext.Current.CancellationToken);
        var keys = await File.ReadAllBytesAsync(PathOf("signed-by-openssl.keys.json"), TestContext.Current.CancellationToken);
        var kept = await File.ReadAllTextAsync(PathOf("signed-by-openssl.checkpoint"), TestContext.Current.CancellationToken);
        var pinned = KeySet.Parse(keys, LogFixtures.Ed25519).Value;

        using var verifier = new ExportVerifier(new() { KeptCheckpoints = [kept], PinnedSet = pinned }, LogFixtures.Ed25519);
        verifier.Read(export);
        verifier.EndInput();
        var report = verifier.Finish();

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.Equal(2, pinned.LogKeys("development.invalid/consent-registry").Count);
    }

    [Fact]
    public async Task A_cosignature_that_OpenSSL_made_is_valid()
    {
        var text = await File.ReadAllTextAsync(PathOf("signed-by-openssl.cosigned"), TestContext.Current.CancellationToken);
        Assert.True(NoteKey.TryParse("witness.example.org+c3260802+BG/Eo/gyPQeYnrBEKrh3CL+wv5Pn3xmXCYdWV/7yFxFW", LogFixtures.Ed25519, out var witness));
        Assert.True(SignedNote.TryParse(text, out var note));
        Assert.Equal(NoteVerdict.Valid, note.VerifiedBy(witness));
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Log", "Verification", "Golden", file);
}
