namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// What a synchronous standby costs: checks and changes while every commit is confirmed by one, beside the same without.
/// </summary>
internal static class StandbyRow
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var node = await run.NodeAsync();
        await using var receiver = await SynchronousReceiver.StartAsync(run.Data.Administrator);
        return
        [
            await CompareAsync("single check", RequestKind.Single, run.Data.CheckToken, SingleRow.Connections),
            await CompareAsync("strong check", RequestKind.Strong, run.Data.CheckToken, SingleRow.Connections),
            await CompareAsync("changes", RequestKind.Change, run.Data.AdminToken, ChangeRow.Writers),
        ];

        async Task<Row> CompareAsync(string what, RequestKind kind, string token, int connections)
        {
            var rounds = await AlternatingRounds.RunAsync(
                run.Options.Rounds,
                round => DriveAsync(round, isConfirmed: true),
                round => DriveAsync(round, isConfirmed: false)
            );
            return Row.Of(
                $"{what}, with a synchronous standby",
                "a second",
                [.. rounds.Select(round => (round.One, round.Other))],
                "without"
            );

            async Task<double> DriveAsync(int round, bool isConfirmed)
            {
                await receiver.ConfirmAsync(isConfirmed);
                return (
                    await Wrk.RunAsync(
                        node,
                        token,
                        kind,
                        run.Scale,
                        // Each changes something, though its round was driven before.
                        round + Random.Shared.Next(1_000_000),
                        connections,
                        run.Options.Round
                    )
                ).PerSecond;
            }
        }
    }
}
