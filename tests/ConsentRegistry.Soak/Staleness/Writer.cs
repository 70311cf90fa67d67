using System.Diagnostics;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Withdraws the consent of one subject after another and gives it back, one change at a time. A restriction is
/// repeated until it is acknowledged. A subject with a change whose outcome is not known is left: that change may take
/// effect in the middle of anything that follows.
/// </summary>
internal sealed class Writer(
    int number,
    int seed,
    ChangeClient client,
    Func<TimeSpan> clockAhead,
    IReadOnlyList<Checker> checkers,
    Stage stage,
    Recording recording,
    Tally tally
)
{
    private const int PlotsPerSubject = 30;

    /// <summary>
    /// How long a restriction may stay unacknowledged before the run gives up: many times what any of the faults takes
    /// to mend.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Random random = new(Seeds.Of(seed, number));
    private readonly Replays replays = new(client, tally);

    /// <summary>The last widening that was acknowledged and has a key.</summary>
    private (ChangeRequest Request, string Key, Outcome Outcome)? former;

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
                if (!await PlayAsync(subject, Plot.For(subject, random, DrawExpiry())))
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
        if (former is { } widening && random.Next(4) == 0)
            await replays.SendLateAsync(widening.Request, widening.Key, random.Next(client.Nodes), widening.Outcome);
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
            // Repeated without a key: that which was sent first may be under way still, and this is a change of its
            // own.
            var outcome = await SendAsync(
                subject,
                plot,
                Direction.Restricts,
                attempt == 0 ? DrawManner(mayBeAccepted: true) : Manner.Plain
            );
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

    private async Task<bool> WidenAsync(Subject subject, Plot plot)
    {
        var manner = DrawManner(mayBeAccepted: false);
        var outcome = await SendAsync(subject, plot, Direction.Widens, manner);
        if (outcome.Knowledge != Knowledge.InForce)
            return false;
        if (plot.Widening.Expires)
            tally.Expiring();
        if (manner.Key is not null)
            former = (plot.Widening, manner.Key, outcome);
        return true;
    }

    private async Task<Outcome> SendAsync(Subject subject, Plot plot, Direction direction, Manner manner)
    {
        var request = direction == Direction.Restricts ? plot.Restriction : plot.Widening;
        var outcome = await replays.SendAsync(
            request,
            manner,
            random.Next(client.Nodes),
            isReplayedAtOnce: random.Next(3) == 0,
            Acknowledged
        );
        if (outcome.Knowledge is Knowledge.NotSent or Knowledge.Refused)
            return outcome;
        var ownVersion = request.Stream == subject.Creator ? outcome.Version : null;
        var change = new Change(
            direction,
            outcome.Start,
            outcome.End,
            $"{plot.Name}: {request}",
            outcome.Node,
            ownVersion
        );
        foreach (var key in plot.Keys)
            recording.Add(key, change);
        tally.Sent(outcome);
        return outcome;

        void Acknowledged(Outcome inForce)
        {
            subject.Acknowledge(request.Stream, inForce.Version!.Value);
            stage.Spotlight(subject);
            foreach (var checker in checkers)
                checker.AskAbout(plot.Keys);
        }
    }

    private Manner DrawManner(bool mayBeAccepted)
    {
        var draw = random.Next(100);
        var isCut = draw >= 94;
        // What is cut off has a key more often than not: without one, nothing can be said about its subject any more.
        var key = random.Next(isCut ? 4 : 2) != 0 ? $"{number}-{random.NextInt64():x}" : null;
        return new(
            key,
            RespondAsync: draw < 10 && (mayBeAccepted || key is not null),
            CutAfter: isCut ? TimeSpan.FromMilliseconds(random.Next(1, 200)) : null
        );
    }

    // Soon, by the clock that decides about it; a step of that clock in the meantime makes it never, or long ago.
    private DateTimeOffset? DrawExpiry() =>
        random.Next(3) == 0
            ? TimeProvider.System.GetUtcNow() + clockAhead() + TimeSpan.FromSeconds(random.Next(1, 20))
            : null;

    private Task PauseAsync(int most) => Task.Delay(random.Next(most), CancellationToken.None);
}
