using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Benchmarks;

/// <summary>
/// What sequencing costs the write path: changes per second over HTTP while the sequencer works and while it is held
/// back (by its own lock, so that nothing else differs), in turns; and how long a change waits for a checkpoint that
/// covers it.
/// </summary>
internal static class SequencingBenchmark
{
    private const int Writers = 16;
    private const int Rounds = 6;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync()
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var app = await StartAsync(scratch);
        await using var source = NpgsqlDataSource.Create(scratch.Postgres.ConnectionString);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var http = new HttpClient { BaseAddress = new(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", scratch.AdminToken());

        await WriteAsync(http, TimeSpan.FromSeconds(3));
        var lags = new ConcurrentBag<TimeSpan>();
        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            // In turns, and the turns in both orders: what else the machine does falls on both.
            foreach (var held in round % 2 == 0 ? new[] { false, true } : [true, false])
            {
                await DrainAsync(source);
                double rate;
                if (held)
                {
                    await using var connection = await source.OpenConnectionAsync();
                    await using var transaction = await connection.BeginTransactionAsync();
                    await using (var hold = new NpgsqlCommand("SELECT FROM consent.sequencer FOR UPDATE", connection))
                        await hold.ExecuteNonQueryAsync();
                    rate = await WriteAsync(http, Round);
                    without.Add(rate);
                }
                else
                {
                    using var stop = new CancellationTokenSource();
                    var watching = WatchAsync(source, lags, stop.Token);
                    rate = await WriteAsync(http, Round);
                    with.Add(rate);
                    await DrainAsync(source);
                    await stop.CancelAsync();
                    await watching;
                }
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(held ? "sequencer held back" : "sequencing         ")} {rate, 8:0} changes/s"
                    )
                );
            }
        }

        var (on, off) = (Median(with), Median(without));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"median: {on:0} changes/s while sequencing, {off:0} without; ratio {on / off:0.00} ({Writers} writers, HTTP, one creator each)"
            )
        );
        var sorted = lags.Order().ToArray();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"checkpoint lag over {sorted.Length} changes: p50 {At(sorted, 0.5):0} ms, p99 {At(sorted, 0.99):0} ms, largest {At(sorted, 1):0} ms"
            )
        );
        await app.StopAsync();
        return 0;
    }

    private static async Task<WebApplication> StartAsync(Scratch scratch)
    {
        var builder = Commands.CreateBuilder([
            "--environment=Development",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:Registry={scratch.Postgres.ConnectionString}",
            $"--{RegistryOptions.DataVariable}={scratch.HostFolder("host")}",
            $"--Log:KeyFile={scratch.KeyFile}",
            "--RateLimits:ChangesPerSecond=1000000",
            "--Serilog:MinimumLevel:Default=Warning",
        ]);
        var options = RegistryOptions.From(builder.Configuration, builder.Environment);
        var app = await Commands.BuildAsync(builder, options, options.ConnectionString!);
        await app.StartAsync();
        return app;
    }

    /// <summary>
    /// Changes settings, each writer its own creator's, and says how many changes a second were answered.
    /// </summary>
    private static async Task<double> WriteAsync(HttpClient http, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var changes = await Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async _ =>
                {
                    var (creator, count) = ($"c-{Guid.NewGuid():N}", 0);
                    for (; Stopwatch.GetElapsedTime(started) < duration; count++)
                    {
                        using var answer = await http.PutAsJsonAsync(
                            $"/v1/creators/{creator}/videos/v{count}/consent/remix",
                            new { effect = count % 2 == 0 ? "deny" : "ask" }
                        );
                        answer.EnsureSuccessStatusCode();
                    }
                    return count;
                })
        );
        return changes.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task DrainAsync(NpgsqlDataSource source)
    {
        while (true)
        {
            await using var command = source.CreateCommand(
                "SELECT NOT EXISTS (SELECT FROM consent.inbox) AND (SELECT max(size) "
                    + "FROM consent.tree_head) = (SELECT max(seq) + 1 FROM consent.history)"
            );
            if (await command.ExecuteScalarAsync() is true)
                return;
            await Task.Delay(20);
        }
    }

    /// <summary>
    /// Notes when each new checkpoint can first be read, and for how long the changes that it covers have waited for
    /// it.
    /// </summary>
    private static async Task WatchAsync(
        NpgsqlDataSource source,
        ConcurrentBag<TimeSpan> lags,
        CancellationToken cancellation
    )
    {
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        var covered = await ScalarAsync(connection, "SELECT max(size) FROM consent.tree_head");
        while (!cancellation.IsCancellationRequested)
        {
            var (size, now) = (0L, 0L);
            await using (
                var look = new NpgsqlCommand(
                    "SELECT max(size), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint "
                        + "FROM consent.tree_head",
                    connection
                )
            )
            await using (var reader = await look.ExecuteReaderAsync(CancellationToken.None))
            {
                await reader.ReadAsync(CancellationToken.None);
                (size, now) = (reader.GetInt64(0), reader.GetInt64(1));
            }
            if (size > covered)
            {
                await using var command = new NpgsqlCommand(
                    "SELECT tx FROM consent.history WHERE seq >= $1 AND seq < $2",
                    connection
                )
                {
                    Parameters =
                    {
                        new() { Value = covered },
                        new() { Value = size },
                    },
                };
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                while (await reader.ReadAsync(CancellationToken.None))
                    lags.Add(TimeSpan.FromMicroseconds(now - reader.GetInt64(0)));
                covered = size;
            }
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double At(TimeSpan[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)].TotalMilliseconds;
}
