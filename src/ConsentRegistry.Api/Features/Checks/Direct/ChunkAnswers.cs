using System.Text.Json;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Telemetry;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>Answers the lines of a chunk: those as nearly all are in runs, and each other one by itself.</summary>
internal sealed class ChunkAnswers(
    ConsentReplica replica,
    MemoryFacts facts,
    ReceiptSigner receipts,
    IValidator<CheckRequest> validator,
    CheckRecorder answered,
    TimeProvider clock
)
{
    /// <summary>
    /// Bytes of answers with which a part is large enough to be sent before the next line is answered: some hundred
    /// explained answers could take any amount of memory together. Those of a usual chunk are one part.
    /// </summary>
    public const int LargestPart = 1 << 20;

    /// <summary>How often a run of usual lines is decided whose permission ran out meanwhile.</summary>
    private const int Attempts = 3;

    private static readonly Problem TooLong = new(
        413,
        ProblemCode.TooLarge,
        $"A line is longer than {CheckStream.LongestLine} bytes, and the stream ends here; send shorter lines."
    );

    /// <summary>The end of a stream whose caller's token has expired.</summary>
    public static readonly Problem Expired = Problem.Unauthenticated(
        "The token has expired, and the stream ends here; go on with a new token."
    );

    /// <summary>
    /// Answers the lines of a chunk that have no answer yet, or as many of them as make a large part.
    /// </summary>
    public async Task<Chunk> AnswerAsync(Chunk chunk, StreamCaller caller, CancellationToken cancellation)
    {
        chunk.Answer.Clear();
        if (!caller.MayGoOn(clock.GetUtcNow()))
            return End(chunk, Expired);
        var part = new Part(chunk, caller, answered.Begin(CheckChannel.Stream));
        while (true)
        {
            await AnswerUsualAsync(part, cancellation);
            if (chunk.IsAnswered || chunk.Answer.Length >= LargestPart)
                break;
            await AnswerOtherAsync(part, cancellation);
        }
        if (!await receipts.TryKeepAsync(part.Reliances, cancellation))
            part.Withdraw();
        answered.Add(part.Answers);
        chunk.Summary = new(part.Answers.Tally, part.FreshAt);
        if (chunk.IsAnswered && chunk.IsLast)
            AddLine(chunk, CheckResult.Refused(TooLong, chunk.Line));
        return chunk;
    }

    /// <summary>Ends a stream before a line, and says why.</summary>
    public static Chunk End(Chunk chunk, Problem problem)
    {
        AddLine(chunk, CheckResult.Refused(problem, chunk.Line));
        chunk.End();
        return chunk;
    }

    // Those up to the first line that is not as nearly all are have a permission of their own: the others wait, for
    // memory or for the database.
    private async ValueTask AnswerUsualAsync(Part part, CancellationToken cancellation)
    {
        var chunk = part.Chunk;
        var before = chunk.Answer.Length;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await part.Wait.BeginAsync(replica, default, cancellation) is not { } permit)
                break;
            var run = answered.Begin(CheckChannel.Stream);
            var (at, line) = Decide(part, permit, run);
            if (permit.Holds)
            {
                if (line > chunk.Line)
                    part.FreshAt = part.FreshAt.With(permit.State.DatabaseTime);
                part.Answers.Add(run);
                chunk.MoveTo(at, line);
                return;
            }
            chunk.Answer.CutTo(before);
        }
        while (
            !chunk.IsAnswered
            && chunk.Answer.Length < LargestPart
            && TryReadUsual(chunk, chunk.At, out var check, out var length)
            && part.Caller.Rights.TryName(check.Requester.Of(chunk.Bytes.Span), out var requester)
        )
        {
            DecisionWriter.WriteIndeterminateItem(chunk.Answer);
            var bytes = chunk.Bytes.Span;
            part.Answers.AddIndeterminate(
                check.Creator.Of(bytes),
                check.Video.Of(bytes),
                requester,
                check.Purpose.Of(bytes)
            );
            chunk.Answer.Add((byte)'\n');
            chunk.MoveTo(chunk.At + length + 1, chunk.Line + 1);
        }
    }

    private static (int At, long Line) Decide(Part part, in Permit permit, RequestChecks answers)
    {
        var chunk = part.Chunk;
        var (at, line) = (chunk.At, chunk.Line);
        var bytes = chunk.Bytes.Span;
        using var block = new CheckBlock(permit, part.Caller.Rights, chunk.Answer, answers)
        {
            Separator = (byte)'\n',
            EndsEach = true,
        };
        while (
            at < bytes.Length
            && chunk.Answer.Length < LargestPart
            && TryReadUsual(chunk, at, out var check, out var length)
            && block.TryAdd(bytes, check)
        )
        {
            at += length + 1;
            line++;
        }
        block.Flush(bytes);
        return (at, line);
    }

    private static bool TryReadUsual(Chunk chunk, int at, out DirectCheck check, out int length)
    {
        length = chunk.LengthAt(at);
        try
        {
            return DirectCheck.TryRead(chunk.Bytes.Span, at, length, out check) && !check.IsStrong;
        }
        // Half a surrogate pair is no Unicode text. One such line must not end the stream.
        catch (InvalidOperationException)
        {
            check = default;
            return false;
        }
    }

    private async Task AnswerOtherAsync(Part part, CancellationToken cancellation)
    {
        var chunk = part.Chunk;
        var length = chunk.LengthAt(chunk.At);
        var (question, answer, vocabularyVersion) = await AnswerAsync(
            part,
            chunk.Bytes.Slice(chunk.At, length),
            cancellation
        );
        var before = chunk.Answer.Length;
        AddLine(chunk, answer);
        if (answer.FreshAt is { } freshAt)
            part.FreshAt = part.FreshAt.With(freshAt);
        var entry = part.Answers.Add(question, answer, vocabularyVersion);
        if (ReceiptSigner.RestsOnReliance(answer))
            part.Signed.Add(new(before..chunk.Answer.Length, answer, entry));
        chunk.MoveTo(chunk.At + length + 1, chunk.Line + 1);
    }

    private async Task<(Question? Question, CheckResult Answer, int? VocabularyVersion)> AnswerAsync(
        Part part,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellation
    )
    {
        var line = part.Chunk.Line;
        if (
            !StrictJson.TryRead<CheckRequest>(bytes, out var check, out var problem)
            || (problem = Validation.Check(validator, check!)) is not null
        )
            return (null, CheckResult.Refused(problem!, line), null);
        if (check!.AsOf is not null)
            return (null, CheckResult.Refused(CheckQuestions.PastOneAtATime, line), null);
        if (!CheckQuestions.TryRead(check, part.Caller.Caller, out var question, out problem))
            return (null, CheckResult.Refused(problem, line), null);
        var need = FreshnessRequirement.OfCheck(question.MinVersions, question.IsStrong ? part.Chunk.ArrivedAt : null);
        if (
            await facts.TakeAsync(
                [question.Target],
                Question.RequestersOf([question]),
                need,
                cancellation,
                wait: part.Wait
            )
            is not { } fresh
        )
            return (question, CheckResult.From(DecisionBodies.IndeterminateTo(question)), null);
        var answer = fresh.Set.Vocabulary.TryFind(question.Purpose, out _)
            ? CheckResult.From(receipts.Sign(fresh.Answer(question, new()), fresh.Set, question, part.Reliances))
            : CheckResult.Refused(RequestShape.UnknownPurpose("purpose", question.Purpose.Name), line);
        return (question, answer, fresh.Set.Vocabulary.Version);
    }

    private static void AddLine(Chunk chunk, CheckResult answer)
    {
        chunk.Answer.Add(JsonSerializer.SerializeToUtf8Bytes(answer, Json.Options));
        chunk.Answer.Add((byte)'\n');
    }

    /// <summary>The line of a receipt among the answers.</summary>
    /// <param name="Line">Where it stands.</param>
    /// <param name="Answer">What it says.</param>
    /// <param name="Entry">The place of its entry, if it is logged.</param>
    private readonly record struct SignedLine(Range Line, CheckResult Answer, int? Entry);

    /// <summary>What the lines of one part have in common.</summary>
    private sealed record Part(Chunk Chunk, StreamCaller Caller, RequestChecks Answers)
    {
        public SharedWait Wait { get; } = new();

        /// <summary>As of when its answers are.</summary>
        public FreshRange FreshAt { get; set; } = FreshRange.None;

        /// <summary>Who relies on the receipts of the part.</summary>
        public List<Reliance> Reliances { get; } = [];

        /// <summary>Where those receipts' lines stand among the answers.</summary>
        public List<SignedLine> Signed { get; } = [];

        /// <summary>Takes those answers back: what cannot be written down is not signed.</summary>
        public void Withdraw()
        {
            var answer = Chunk.Answer;
            var written = answer.Written.ToArray();
            var kept = 0;
            answer.CutTo(0);
            foreach (var (line, signed, entry) in Signed)
            {
                Answers.Withdraw(signed, entry);
                answer.Add(written.AsSpan(kept..line.Start.Value));
                AddLine(Chunk, signed.Withdrawn());
                kept = line.End.Value;
            }
            answer.Add(written.AsSpan(kept..));
        }
    }
}
