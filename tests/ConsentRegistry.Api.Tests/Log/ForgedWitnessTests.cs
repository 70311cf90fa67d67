using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent witness --log</c> where proofs, tiles or checkpoints are not those of the log.</summary>
public sealed class ForgedWitnessTests : IAsyncLifetime
{
    private const int Smaller = 300;
    private const int Larger = 600;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-witness-");
    private ServedLog? served;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServedLog Server => served!;

    private MadeLog Log => Server.Log;

    private string Evidence => Path.Combine(folder.FullName, "seen.txt.evidence");

    public async ValueTask InitializeAsync() => served = await ServedLog.StartAsync(new MadeLog(1).GrowTo(Smaller));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>What is said of the proof: its status and body.</summary>
    private static readonly IReadOnlyDictionary<string, (int Status, string Body)> Proofs = new Dictionary<
        string,
        (int, string)
    >
    {
        ["there is none"] = (422, "{}"),
        ["it is empty"] = (200, """{"proof":[]}"""),
        ["it is another"] = (200, JsonSerializer.Serialize(new { proof = new[] { new byte[32] } })),
    };

    public static MatrixTheoryData<string, bool> NamesAndWays => new(Proofs.Keys, [true, false]);

    [Theory]
    [MemberData(nameof(NamesAndWays))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_wrong_proof_says_nothing_against_an_honest_log(string what, bool isForward)
    {
        await LookFromAsync(isForward);
        Serve(isForward ? Log.Checkpoint(Larger) : Log.Checkpoint(Smaller), Proofs[what], _ => null);

        var told = await RunAsync(0);

        Assert.DoesNotContain("TAMPERED", told, StringComparison.Ordinal);
        Assert.False(File.Exists(Evidence));
    }

    [Theory]
    [MemberData(nameof(NamesAndWays))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Another_history_is_found_by_its_tiles_whatever_is_said_of_the_proof(string what, bool isForward)
    {
        await LookFromAsync(isForward);
        var fork = new MadeLog(1, differing: 5).GrowTo(Larger);
        var checkpoint = fork.Checkpoint(isForward ? Larger : Smaller);
        // Of an older checkpoint the log's own tiles show that it was never so.
        Serve(checkpoint, Proofs[what], path => isForward ? fork.FileOf(path) : null);

        Assert.Contains("TAMPERED", await RunAsync(1), StringComparison.Ordinal);

        var kept = await File.ReadAllTextAsync(Evidence, Cancellation);
        Assert.Contains(checkpoint, kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tiles_that_are_not_what_was_signed_are_said_to_be_and_are_no_other_history(bool isForward)
    {
        await LookFromAsync(isForward);
        Serve(
            isForward ? Log.Checkpoint(Larger) : Log.Checkpoint(Smaller),
            Proofs["there is none"],
            path => path == "tile/0/001" ? new byte[256 * 32] : null
        );

        Assert.Contains("does not show what it signed", await RunAsync(1), StringComparison.Ordinal);
        Assert.False(File.Exists(Evidence));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_cannot_be_looked_at_is_no_other_history(bool isForward)
    {
        await LookFromAsync(isForward);
        var fork = new MadeLog(1, differing: 5).GrowTo(Larger);
        Serve(
            fork.Checkpoint(isForward ? Larger : Smaller),
            Proofs["there is none"],
            path => path.StartsWith("tile/", StringComparison.Ordinal) ? [] : null
        );

        await RunAsync(2);
        Assert.False(File.Exists(Evidence));
    }

    // Sees a checkpoint, of the log that has the larger one.
    private async Task LookFromAsync(bool isForward)
    {
        Log.GrowTo(isForward ? Smaller : Larger);
        await RunAsync(0);
        Log.GrowTo(Larger);
    }

    private void Serve(string checkpoint, (int Status, string Body) proof, Func<string, byte[]?> fileOf) =>
        Server.Instead = async (path, http) =>
        {
            var file = path == "checkpoint" ? Encoding.UTF8.GetBytes(checkpoint) : fileOf(path);
            if (http.Request.Path.Value!.EndsWith("/consistency", StringComparison.Ordinal))
                (http.Response.StatusCode, file) = (proof.Status, Encoding.UTF8.GetBytes(proof.Body));
            if (file is null)
                return false;
            await http.Response.Body.WriteAsync(file, http.RequestAborted);
            return true;
        };

    private async Task<string> RunAsync(int code)
    {
        string[] words =
        [
            "witness",
            "--log",
            Server.Url,
            "--key",
            Log.Key,
            "--state",
            Path.Combine(folder.FullName, "seen.txt"),
            "--signer",
            Path.Combine(folder.FullName, "witness.key"),
        ];
        var (found, told) = await ConsentCommand.RunAsync(words, "", Cancellation);
        Assert.True(code == found, $"{found}: {told}");
        return told;
    }
}
