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

        using var verifier = new ExportVerifier(new() { KeptCheckpoints = [kept] }, new OpenSslEd25519());
        verifier.Read(export);
        verifier.EndInput();
        var report = verifier.Finish();

        Assert.Equal((Verdict.Valid, null), (report.Verdict, report.Failure?.What));
        Assert.NotEqual(0, report.Proven.ErasedBodies);
        var text = System.Text.Encoding.UTF8.GetString(export);
        Assert.Contains("$requester/acme", text, StringComparison.Ordinal);
        Assert.Contains("Ben Example has told us otherwise.", text, StringComparison.Ordinal);
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Log", "Verification", "Golden", file);
}
