using System.Threading.Channels;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// Asks the witnesses of the policy to cosign the newest checkpoint, while this node sequences. It asks all of them at
/// once: about once a second while the log grows, and each interval while it does not. What they say is stored as soon
/// as enough of them cosigned. No transaction and no lock is held meanwhile, and nobody waits for it.
/// </summary>
internal sealed partial class CosignatureCollector(
    Witnessing witnessing,
    WitnessClient client,
    PublishedHead published,
    Sequencer sequencer,
    LogWatch watch,
    Database database,
    WitnessMetrics metrics,
    TimeProvider clock,
    ILogger<CosignatureCollector> logger
) : BackgroundService
{
    /// <summary>Between the beginnings of two rounds, at least.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(1);

    /// <summary>How long a witness that did not cosign is left alone, while the log grows.</summary>
    public static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    /// <summary>Intervals without a cosignature too many: an alarm.</summary>
    private const int AlarmingIntervals = 3;

    private readonly List<Witness> witnesses = [.. witnessing.Asked.Select(asked => new Witness(asked))];
    private readonly Channel<Answer> answers = Channel.CreateBounded<Answer>(Math.Max(1, witnessing.Asked.Count));

    // One connection for all proofs.
    private readonly SemaphoreSlim oneProof = new(1);
    private TreeHead? target;
    private SignedNote? signed;
    private SignedNote? gathered;
    private bool isMet;
    private long? beganAt;
    private long? warnedAt;

    public override void Dispose()
    {
        oneProof.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (witnessing.Policy is not { } policy)
            return;
        var look = watch.NextAsync(stoppingToken);
        var answered = answers.Reader.WaitToReadAsync(stoppingToken).AsTask();
        while (true)
        {
            await Task.WhenAny(look, answered);
            try
            {
                while (answers.Reader.TryRead(out var answer))
                    await TakeAsync(policy, answer, stoppingToken);
                if (look.IsCompleted)
                {
                    var state = await look;
                    look = watch.NextAsync(stoppingToken);
                    await LookAsync(policy, state, stoppingToken);
                }
            }
            // The database cannot be reached, or what it holds is no checkpoint: sequencing finds that out, and says so.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogUnkept(ExceptionSummary.Summarize(e));
                // What could not be stored is asked for again.
                witnesses.ForEach(witness => witness.Cosigned = null);
            }
            if (answered.IsCompleted)
            {
                await answered;
                answered = answers.Reader.WaitToReadAsync(stoppingToken).AsTask();
            }
        }
    }

    private async Task LookAsync(WitnessPolicy policy, LogState state, CancellationToken stopping)
    {
        // Whoever sequences asks. A node that was replaced learns so by the next look.
        if (state.Head is not { } head || sequencer.Epoch != state.Epoch)
            return;
        if (IsDue(head))
            await BeginAsync(head, stopping);
        if (published.Age is not { } age || age <= AlarmingIntervals * witnessing.Interval)
            return;
        if (warnedAt is { } warned && clock.GetElapsedTime(warned) < AlarmingIntervals * witnessing.Interval)
            return;
        warnedAt = clock.GetTimestamp();
        LogMissing((long)age.TotalSeconds);
    }

    private bool IsDue(TreeHead head)
    {
        if (beganAt is not { } began)
            return true;
        var since = clock.GetElapsedTime(began);
        // Witnesses that are being asked for an older checkpoint come first, unless enough of them have answered.
        if (since < BetweenRounds || (!isMet && witnesses.Exists(witness => witness.IsAsked)))
            return false;
        return since >= witnessing.Interval || witnesses.Exists(witness => LacksLineOf(witness, head));
    }

    private bool LacksLineOf(Witness witness, TreeHead head) =>
        !witness.IsAsked
        && witness.Cosigned != head.Note
        && !(witness.FailedAt is { } failed && clock.GetElapsedTime(failed) < AfterFailure);

    private async Task BeginAsync(TreeHead head, CancellationToken stopping)
    {
        var isRenewal = beganAt is { } began && clock.GetElapsedTime(began) >= witnessing.Interval;
        await using (var connection = await database.Sequencer.OpenConnectionAsync(stopping))
            await CosignedHeadStore.NoteRoundAsync(connection, stopping);
        beganAt = clock.GetTimestamp();
        if (head.Note != target?.Note)
        {
            signed = Parse(head.Note);
            (target, gathered, isMet) = (head, signed, false);
        }
        foreach (var witness in witnesses.Where(one => !one.IsAsked && (isRenewal || LacksLineOf(one, head))))
        {
            witness.IsAsked = true;
            _ = AskAsync(witness, head, signed!, stopping);
        }
    }

    private async Task AskAsync(Witness witness, TreeHead head, SignedNote note, CancellationToken stopping)
    {
        WitnessReply? reply = null;
        try
        {
            reply = await client.AskAsync(
                witness.Asked,
                note,
                head.Size,
                witness.Size,
                (from, cancellation) => ProveAsync(from, head.Size, cancellation),
                stopping
            );
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            LogUnkept(ExceptionSummary.Summarize(e));
        }
        await answers.Writer.WriteAsync(new(witness, head, reply), stopping);
    }

    private async Task<byte[][]> ProveAsync(long from, long to, CancellationToken cancellation)
    {
        if (from == 0 || from == to)
            return [];
        await oneProof.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.Background.OpenConnectionAsync(cancellation);
            var path = ProofPath.Consistency(from, to);
            return (await TileStore.ReadAsync(connection, path, to, cancellation)).ProofOf(path);
        }
        finally
        {
            oneProof.Release();
        }
    }

    private async Task TakeAsync(WitnessPolicy policy, Answer answer, CancellationToken stopping)
    {
        var (witness, head, reply) = answer;
        witness.IsAsked = false;
        if (reply is null)
        {
            witness.FailedAt = clock.GetTimestamp();
            return;
        }
        witness.Size = reply.Size ?? witness.Size;
        witness.FailedAt = reply.Cosignature is null ? clock.GetTimestamp() : null;
        metrics.Asked(reply.Outcome);
        Note(witness, reply);
        if (reply.Cosignature is not { } line)
            return;
        witness.Cosigned = head.Note;
        IReadOnlyList<NoteSignature> lines = [line];
        if (head.Note == target?.Note)
        {
            gathered = policy.Gather(signed!, gathered!.Signatures.Append(line));
            (lines, isMet) = (gathered.Signatures, policy.Judge(gathered).IsMet);
            if (!isMet)
                return;
        }
        await using var connection = await database.Sequencer.OpenConnectionAsync(stopping);
        await CosignedHeadStore.MergeAsync(
            connection,
            head.Size,
            stored =>
            {
                var before = stored is not null && SignedNote.TryParse(stored, out var note) ? note.Signatures : [];
                var merged = policy.Gather(Parse(head.Note), before.Concat(lines));
                return merged.ToString() != stored && policy.Judge(merged).IsMet ? merged : null;
            },
            stopping
        );
    }

    private static SignedNote Parse(string stored) =>
        SignedNote.TryParse(stored, out var note)
            ? note
            : throw new InvalidDataException("A stored checkpoint is no signed note.");

    // A witness that goes on failing is told of once.
    private void Note(Witness witness, WitnessReply reply)
    {
        if (witness.Outcome == reply.Outcome)
            return;
        witness.Outcome = reply.Outcome;
        if (reply.Outcome == WitnessOutcome.Cosigned)
            LogCosigns(witness.Asked.Witness.Name);
        else
            LogFailed(witness.Asked.Witness.Name, reply.Outcome, reply.Status);
    }

    [LoggerMessage(
        LogEvents.WitnessCosigns,
        LogLevel.Information,
        "Witness {Witness} cosigns checkpoints",
        EventName = nameof(LogEvents.WitnessCosigns)
    )]
    private partial void LogCosigns(string witness);

    [LoggerMessage(
        LogEvents.WitnessFailed,
        LogLevel.Warning,
        "Witness {Witness} did not cosign the newest checkpoint: {Outcome} {Status}; see whether it runs and knows "
            + "this log, and if it is ahead or refuses, which history it has seen",
        EventName = nameof(LogEvents.WitnessFailed)
    )]
    private partial void LogFailed(string witness, WitnessOutcome outcome, int? status);

    [LoggerMessage(
        LogEvents.WitnessesMissing,
        LogLevel.Warning,
        "Too few witnesses have cosigned for {Seconds} s, and no newer checkpoint is published; look for those that "
            + "did not",
        EventName = nameof(LogEvents.WitnessesMissing)
    )]
    private partial void LogMissing(long seconds);

    [LoggerMessage(
        LogEvents.CosignaturesUnkept,
        LogLevel.Warning,
        "Witnesses could not be asked, or what they said could not be stored: {Kind}; look at PostgreSQL if this goes "
            + "on",
        EventName = nameof(LogEvents.CosignaturesUnkept)
    )]
    private partial void LogUnkept(string kind);

    private sealed record Answer(Witness Witness, TreeHead Head, WitnessReply? Reply);

    private sealed class Witness(AskedWitness asked)
    {
        public AskedWitness Asked { get; } = asked;

        /// <summary>The size that it has seen last, as far as this node knows.</summary>
        public long Size { get; set; }

        /// <summary>The checkpoint that it cosigned last for this node; null if none.</summary>
        public string? Cosigned { get; set; }

        public bool IsAsked { get; set; }

        public long? FailedAt { get; set; }

        public WitnessOutcome? Outcome { get; set; }
    }
}
