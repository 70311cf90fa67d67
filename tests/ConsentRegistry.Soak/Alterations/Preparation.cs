using ConsentRegistry.Api.Auditing;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>Makes the registry that is altered, by the API of a node, and keeps what others keep of it.</summary>
internal static class Preparation
{
    /// <summary>The schema with the rows of the first part of the story.</summary>
    public const string KeptRows = "kept";

    /// <summary>The data folder of the node that made it.</summary>
    public const string FirstHost = "first";

    /// <summary>Makes it. No node runs after it.</summary>
    public static async Task<Kept> MakeAsync(
        AlteredRegistry registry,
        IReadOnlyList<string> victims,
        IReadOnlyList<string> erased
    )
    {
        var scratch = registry.Scratch;
        await using var host = AlteredHost.Start(scratch, registry.Original, FirstHost);
        await host.ListensAsync();
        await host.AnswersAsync(new("nobody", "v", "remix", Story.Requester), "deny");
        var calls = host.Calls;
        var story = new Story(calls, victims, erased);
        await story.BeginAsync();
        await CoveredAsync(registry);
        var key = (string)(await calls.GetAsync("", "/v1/log/keys"))["keys"]![0]!["vkey"]!;
        await KeepRowsAsync(registry);
        await RunAsync(["mirror", "--log", calls.Url, "--key", key, "--to", scratch.PathOf("older-mirror")]);
        await story.GoOnAsync();
        await CoveredAsync(registry);
        await RunAsync(["mirror", "--log", calls.Url, "--key", key, "--to", scratch.PathOf("mirror")]);
        Directory.CreateDirectory(scratch.PathOf("witness"));
        await RunAsync([
            "witness",
            "--log",
            calls.Url,
            "--key",
            key,
            "--state",
            Path.Combine(scratch.PathOf("witness"), "seen.txt"),
            "--signer",
            Path.Combine(scratch.PathOf("witness"), "witness.key"),
        ]);
        var kept = new Kept
        {
            Export = await calls.BytesAsync("auditor", "/v1/log/export"),
            Bundle = await calls.BytesAsync("auditor", $"/v1/creators/{victims[0]}/history/export"),
            Checkpoint = System.Text.Encoding.UTF8.GetString(await calls.BytesAsync("", "/log/checkpoint")),
            Keys = System.Text.Encoding.UTF8.GetString(await calls.BytesAsync("", "/v1/log/keys")),
            Receipts =
            [
                await calls.ReceiptAsync(new(victims[0], "v", "training", Story.Requester), decisionId: false),
                await calls.ReceiptAsync(new(victims[0], "v", "remix", Story.Requester), decisionId: true),
            ],
            Mirror = scratch.PathOf("mirror"),
            OlderMirror = scratch.PathOf("older-mirror"),
            Witness = scratch.PathOf("witness"),
            VerifierKey = key,
        };
        // The last changes wait for the log: nobody sequences until the node has ended.
        await using (var hold = new NpgsqlConnection(AlteredRegistry.AsAdministrator(registry.Original)))
        {
            await hold.OpenAsync();
            await using (var held = new NpgsqlCommand("BEGIN; SELECT FROM consent.sequencer FOR UPDATE", hold))
                await held.ExecuteNonQueryAsync();
            await story.WaitAsync();
            await host.StopAsync();
        }
        await AlteredRegistry.ExecuteAsync(
            registry.Original,
            "INSERT INTO consent.cosigned_head SELECT size, note || E'— witness.example/w AAAAAAAA\\n' "
                + "FROM consent.tree_head ORDER BY size DESC LIMIT 1"
        );
        return kept;
    }

    /// <summary>Runs <c>consent</c>, which has to succeed.</summary>
    private static async Task RunAsync(IEnumerable<string> words)
    {
        var result = await ConsentCommand.RunAsync(words, "");
        if (result.Code != 0)
            throw new InvalidOperationException($"consent {string.Join(' ', words)}: {result.Code} {result.Told}");
    }

    private static Task KeepRowsAsync(AlteredRegistry registry) =>
        AlteredRegistry.ExecuteAsync(
            registry.Original,
            $"CREATE SCHEMA {KeptRows}; "
                + string.Join(
                    ' ',
                    AuditedTables.All.Select(table =>
                        $"CREATE TABLE {KeptRows}.{table.Name} AS SELECT * FROM consent.{table.Name};"
                    )
                )
        );

    private static async Task CoveredAsync(AlteredRegistry registry)
    {
        while (
            !(
                await AlteredRegistry.QueryAsync<bool>(
                    registry.Original,
                    "SELECT NOT EXISTS (SELECT FROM consent.inbox) AND coalesce((SELECT max(size) "
                        + "FROM consent.tree_head) = (SELECT max(seq) + 1 FROM consent.history), false)"
                )
            )[0]
        )
            await Task.Delay(100);
    }
}
