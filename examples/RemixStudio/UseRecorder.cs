using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>
/// Records the use of each remix, once: at once where the registry answers, and otherwise until it does. What a crash
/// left behind is in the journal.
/// </summary>
internal sealed partial class UseRecorder(
    ConsentRegistryClient registry,
    Library library,
    RemixMaker maker,
    TimeProvider clock,
    ILogger<UseRecorder> log
) : BackgroundService
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    /// <summary>Makes a remix and records its use. Where the registry does not answer, it waits for its turn.</summary>
    public async Task RecordAsync(Remix remix, CancellationToken cancellation)
    {
        maker.Make(remix);
        try
        {
            var use = await registry.Usages.RecordAsync(
                new UseToRecord(Remixes.Purpose, [new(remix.Source.CreatorId, remix.Source.VideoId)])
                {
                    // The remix becomes a video of its maker, whose sources decide about it as well.
                    Made = new() { Video = new(remix.Remixer, remix.Id), PublishedAt = remix.BegunAt },
                },
                new() { IdempotencyKey = remix.Id },
                cancellation
            );
            library.Add(new UseRecorded(remix.Id, use.Status == "consented"));
        }
        catch (ConsentRegistryException e) when (Refusals.IsAboutTheRequest(e))
        {
            // It will never be recorded, and so never be published.
            LogRefused(remix.Id, e.Code);
            library.Add(new UseRecorded(remix.Id, HadConsent: false));
        }
        catch (Exception e) when (Refusals.MeansNoAnswer(e))
        {
            LogWaiting(remix.Id, e.GetType().Name);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenAttempts, clock);
        do
        {
            foreach (var waiting in library.Remixes.Where(remix => remix.Status == RemixStatus.Waiting))
                await RecordAsync(waiting.Remix, stoppingToken);
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Error, "The registry refuses to record the use of remix {Remix}: {Code}.")]
    private partial void LogRefused(string remix, string code);

    [LoggerMessage(2, LogLevel.Warning, "The use of remix {Remix} is not recorded yet: {Problem}.")]
    private partial void LogWaiting(string remix, string problem);
}
