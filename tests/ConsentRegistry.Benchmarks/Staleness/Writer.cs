using System.Diagnostics;

namespace ConsentRegistry.Benchmarks.Staleness;

/// <summary>
/// Withdraws the consent of one subject after another and gives it back, one change at a time. A restriction is repeated until it is acknowledged.
/// A subject with a change whose outcome is not known is left: that change may take effect in the middle of anything that follows.
/// </summary>
internal sealed class Writer(int number, int seed, ChangeClient client, IReadOnlyList<Checker> checkers, Stage stage, Recording recording, Tally tally)
{
    private const int PlotsPerSubject = 30;

    /// <summary>How long a restriction may stay unacknowledged before the run gives up: many times what any of the faults takes to mend.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Random random = new(Seeds.Of(seed, number));

    public async Task RunAsync(CancellationToken stop)
    {
        for (var subjects = 0; !stop.IsCancellationRequested; subjects++)
        {
            var subject = new Subject($"w{number}-{subjects}", random);
            if (!await OpenAsync(subject))
            {
                await PauseAsync(1_000);
                continue;
            }
            stage.Enter(number, subject);
            for (var plots = 0; plots < PlotsPerSubject && !stop.IsCancellationRequested; plots++)
            {
                if (!await PlayAsync(subject, Plot.For(subject, random)))
                    break;
            }
            // Checked for a while yet: what is wrong with a change of unknown outcome would show now.
            await PauseAsync(500);
        }
    }

    private async Task<bool> OpenAsync(Subject subject)
    {
        foreach (var request in subject.Opening())
        {
            if (!await WidenAsync(subject, new("opening", subject.Keys, request, request)))
                return false;
        }
        return true;
    }

    /// <returns>Whether every outcome is known, so that the subject can go on.</returns>
    private async Task<bool> PlayAsync(Subject subject, Plot plot)
    {
        if (!await RestrictAsync(subject, plot))
            return false;
        await PauseAsync(150);
        if (!await WidenAsync(subject, plot))
            return false;
        if (plot.Name == "participant added")
            subject.Depicted[subject.Keys.ToList().IndexOf(plot.Keys[0])].Add(plot.Widening.Stream);
        await PauseAsync(150);
        return true;
    }

    /// <returns>Whether every attempt's outcome is known.</returns>
    private async Task<bool> RestrictAsync(Subject subject, Plot plot)
    {
        var (started, isKnown) = (Stopwatch.GetTimestamp(), true);
        for (var attempt = 0; Stopwatch.GetElapsedTime(started) < Patience; attempt++)
        {
            // Repeated without a key: that which was sent first may be under way still, and this is a change of its own.
            var outcome = await SendAsync(subject, plot, Direction.Restricts, attempt == 0 ? DrawManner(mayBeAccepted: true) : Manner.Plain);
            if (outcome.Knowledge == Knowledge.InForce)
            {
                tally.Restricted(plot.Name);
                return isKnown;
            }
            isKnown &= outcome.Knowledge != Knowledge.Unknown;
            if (outcome.Knowledge != Knowledge.Made)
                await PauseAsync(100);
        }
        throw new TimeoutException($"{plot.Restriction} was not acknowledged within {Patience}.");
    }

    private async Task<bool> WidenAsync(Subject subject, Plot plot) =>
        (await SendAsync(subject, plot, Direction.Widens, DrawManner(mayBeAccepted: false))).Knowledge == Knowledge.InForce;

    private async Task<Outcome> SendAsync(Subject subject, Plot plot, Direction direction, Manner manner)
    {
        var request = direction == Direction.Restricts ? plot.Restriction : plot.Widening;
        var outcome = await client.SendAsync(request, random.Next(client.Nodes), manner);
        if (outcome.Knowledge == Knowledge.NotSent)
            return outcome;
        var ownVersion = request.Stream == subject.Creator ? outcome.Version : null;
        var change = new Change(direction, outcome.Start, outcome.End, $"{plot.Name}: {request}", outcome.Node, ownVersion);
        foreach (var key in plot.Keys)
            recording.Add(key, change);
        tally.Sent(outcome);
        if (outcome.End is null)
            return outcome;

        subject.Acknowledge(request.Stream, outcome.Version!.Value);
        stage.Spotlight(subject);
        foreach (var checker in checkers)
            checker.AskAbout(plot.Keys);
        if (manner.Key is not null && random.Next(3) == 0)
            await ReplayAsync(request, manner, outcome);
        return outcome;
    }

    // A replay makes nothing, so that it is no change of the recording: if it did make something, that would be found.
    private async Task ReplayAsync(ChangeRequest request, Manner manner, Outcome first)
    {
        var again = await client.SendAsync(request, random.Next(client.Nodes), manner with { CutAfter = null });
        tally.Replayed();
        if (again.Version is { } version && version != first.Version)
            throw new InvalidOperationException($"{request} was answered with version {first.Version}, and again with the same key with {version}.");
    }

    private Manner DrawManner(bool mayBeAccepted)
    {
        var draw = random.Next(100);
        return new(
            Key: draw % 2 == 0 ? $"{number}-{random.NextInt64():x}" : null,
            RespondAsync: mayBeAccepted && draw < 10,
            CutAfter: draw >= 97 ? TimeSpan.FromMilliseconds(random.Next(5, 400)) : null);
    }

    private Task PauseAsync(int most) => Task.Delay(random.Next(most), CancellationToken.None);
}
