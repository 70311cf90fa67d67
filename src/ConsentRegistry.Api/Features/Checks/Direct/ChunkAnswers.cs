using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>Answers the lines of a chunk: those as nearly all are in blocks, and each other one by itself.</summary>
internal sealed class ChunkAnswers(ConsentReplica replica, CheckFacts facts, Receipts receipts, IValidator<CheckRequest> validator)
{
    /// <summary>How often a chunk is begun again whose permission ran out while it was answered.</summary>
    private const int Attempts = 3;

    /// <summary>Answers a chunk.</summary>
    public async Task<Chunk> AnswerAsync(Chunk chunk, Caller caller, CancellationToken cancellation)
    {
        var arrivedAt = Elapsed.Now;
        var rights = CheckRights.Of(caller);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await replica.BeginAsync(default, cancellation) is not { } permit)
                break;
            chunk.Answer.Clear();
            await AnswerLinesAsync(chunk, permit, rights, caller, arrivedAt, cancellation);
            if (!permit.Holds)
                continue;
            AddTooLong(chunk);
            return chunk;
        }
        chunk.Answer.Clear();
        for (var line = 0; line < chunk.Lines; line++)
        {
            DecisionWriter.WriteIndeterminate(chunk.Answer);
            chunk.Answer.Add((byte)'\n');
        }
        AddTooLong(chunk);
        return chunk;
    }

    private async Task AnswerLinesAsync(Chunk chunk, Permit permit, CheckRights rights, Caller caller, long arrivedAt, CancellationToken cancellation)
    {
        var at = 0;
        var line = chunk.FirstLine;
        while (at < chunk.Bytes.Length)
        {
            at = AnswerUsual(chunk, permit, rights, at, ref line);
            if (at >= chunk.Bytes.Length)
                return;
            var length = LengthOfLine(chunk.Bytes.Span[at..]);
            var answer = await AnswerAsync(chunk.Bytes.Slice(at, length), line, caller, arrivedAt, cancellation);
            chunk.Answer.Add(JsonSerializer.SerializeToUtf8Bytes(answer, answer.GetType(), Json.Options));
            chunk.Answer.Add((byte)'\n');
            at += length + 1;
            line++;
        }
    }

    // Up to the first line that is not as nearly all are, or the end.
    private static int AnswerUsual(Chunk chunk, in Permit permit, CheckRights rights, int at, ref long line)
    {
        var bytes = chunk.Bytes.Span;
        using var block = new CheckBlock(permit, rights, chunk.Answer) { Separator = (byte)'\n', EndsEach = true };
        while (at < bytes.Length)
        {
            var length = LengthOfLine(bytes[at..]);
            if (!DirectCheck.TryRead(bytes, at, length, out var check) || check.IsStrong || !block.TryAdd(bytes, check))
                break;
            at += length + 1;
            line++;
        }
        block.Flush(bytes);
        return at;
    }

    private async Task<object> AnswerAsync(ReadOnlyMemory<byte> bytes, long line, Caller caller, long arrivedAt, CancellationToken cancellation)
    {
        if (!StrictJson.TryRead<CheckRequest>(bytes.ToArray(), out var check, out var problem) || (problem = Validation.Check(validator, check!)) is not null)
            return Refuse(line, problem!);
        if (check!.AsOf is not null)
            return Refuse(line, Problem.Of(422, FailureCode.Invalid, "asOf", "A past moment is asked about one check at a time."));
        if (!Asking.TryRead(check, caller, out var question, out problem))
            return Refuse(line, problem);
        var need = new Need(question.MinVersions, question.IsStrong ? arrivedAt : null);
        if (await facts.TakeAsync([question.Video], Asking.RequestersOf([question]), need, cancellation) is not { } fresh)
            return Answers.Indeterminate;
        return fresh.Set.Vocabulary.TryFind(question.Purpose, out _)
            ? await receipts.AttachAsync(fresh.Answer(question, new()), fresh.Set, question, cancellation) ?? Answers.Indeterminate
            : Refuse(line, RequestShape.UnknownPurpose("purpose"));
    }

    private static readonly Problem TooLong = new(413, ProblemCode.TooLarge, $"A line has {CheckStream.LongestLine} bytes at most; the stream ends here.");

    private static RefusedLine Refuse(long line, Problem problem) => new(Allowed: false, ItemError.Of(problem), line);

    private static void AddTooLong(Chunk chunk)
    {
        if (!chunk.IsLast)
            return;
        chunk.Answer.Add(JsonSerializer.SerializeToUtf8Bytes(Refuse(chunk.FirstLine + chunk.Lines, TooLong), Json.Options));
        chunk.Answer.Add((byte)'\n');
    }

    private static int LengthOfLine(ReadOnlySpan<byte> bytes) => bytes.IndexOf((byte)'\n') is >= 0 and var end ? end : bytes.Length;
}
