using System.IO.Pipelines;
using System.Text.Json;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace ConsentRegistry.Api.Features.Checks.Direct;

/// <summary>
/// The short way of a check: a token that is known, a body as nearly all are, and memory that is fresh. Such a request
/// is answered from its bytes, before anything else of the service has a look at it; every other one goes the usual
/// way, with its body unread.
/// </summary>
internal sealed class DirectChecks(
    RequestDelegate next,
    TokenCache tokens,
    ConsentReplica replica,
    CheckRecorder answered
)
{
    private const string SinglePath = "/v1/checks";

    private const string BatchPath = "/v1/checks/batch";

    private const string JsonType = "application/json";

    /// <summary>
    /// Bytes of a single check that is answered this way: the ids and words that one can hold take less than a quarter.
    /// </summary>
    private const int LongestSingle = 4 << 10;

    [ThreadStatic]
    private static AnswerBuffer? reused;

    private static AnswerBuffer Buffer => reused ??= new();

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (
            !HttpMethods.IsPost(request.Method)
            || request.Path.Value is not { } path
            || !path.StartsWith(SinglePath, StringComparison.Ordinal)
        )
            return next(http);
        var isSingle = path.Length == SinglePath.Length;
        if (!isSingle && path != BatchPath)
            return next(http);
        if (
            request.QueryString.HasValue
            || UnevaluatedConditions.AreSentWith(request)
            || request.ContentLength is not { } length
            || length == 0
            || length > (isSingle ? LongestSingle : BodyLimit.Bulk.Bytes)
            || request.ContentType?.StartsWith(JsonType, StringComparison.Ordinal) != true
            || !(request.ContentType.Length == JsonType.Length || JsonBody.Refuse(request) is null)
            || !tokens.TryFind(request.Headers.Authorization, out var token)
            || !token.Checks.May
        )
        {
            return next(http);
        }
        var body = request.BodyReader;
        ReadResult read;
        try
        {
            if (!body.TryRead(out read))
                return ReadAsync(http, isSingle, token);
        }
        // A caller who left in the middle, or is too slow: the long way knows what to say, if anything.
        catch (IOException)
        {
            return next(http);
        }
        var isAnswered = false;
        try
        {
            isAnswered =
                read.Buffer.Length >= length
                && read.Buffer.IsSingleSegment
                && TryAnswer(read.Buffer.FirstSpan, isSingle, token.Checks);
        }
        finally
        {
            // What was read has to be given back, whatever happened; unanswered, as if nobody had looked.
            body.AdvanceTo(isAnswered ? read.Buffer.End : read.Buffer.Start);
        }
        if (!isAnswered)
            return ReadAsync(http, isSingle, token);
        Write(http);
        return Task.CompletedTask;
    }

    // A body that comes in pieces. Whoever looks at it after all finds it read.
    private async Task ReadAsync(HttpContext http, bool isSingle, ValidToken token)
    {
        var body = await BodyBuffer.ReadAsync(http, isSingle ? LongestSingle : BodyLimit.Bulk.Bytes, token.Identity);
        if (body.Problem is null && TryAnswer(body.Bytes.Span, isSingle, token.Checks))
            Write(http);
        else
            await next(http);
    }

    // Leaves the answer in the thread's buffer, from which it is written at once.
    private bool TryAnswer(ReadOnlySpan<byte> bytes, bool isSingle, CheckRights rights)
    {
        var answer = Buffer;
        answer.Clear();
        return isSingle ? TryAnswerSingle(bytes, rights, answer) : TryAnswerBatch(bytes, rights, answer);
    }

    private static void Write(HttpContext http)
    {
        // It is counted as a check. The framework's own measure of each request would cost more than the answer.
        if (http.Features.Get<IHttpMetricsTagsFeature>() is { } measured)
            measured.MetricsDisabled = true;
        var (answer, response) = (Buffer, http.Response);
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = answer.Length;
        response.Headers.CacheControl = "no-store";
        // In one piece, however long: a batch's answer would go out as a hundred.
        var body = response.BodyWriter;
        answer.Written.CopyTo(body.GetSpan(answer.Length));
        body.Advance(answer.Length);
    }

    private bool TryAnswerSingle(ReadOnlySpan<byte> bytes, CheckRights rights, AnswerBuffer answer)
    {
        if (
            !DirectCheck.TryRead(bytes, out var check)
            || check.IsStrong
            || !rights.TryName(check.Requester.Of(bytes), out var requester)
            || !replica.TryBegin(out var permit)
        )
            return false;
        var memory = permit.Memory;
        if (!memory.Vocabulary.TryFind(check.Purpose.Of(bytes), out var purpose))
            return false;
        Span<byte> names = stackalloc byte[DirectContent.LongestNames];
        scoped AskedCheck asked;
        Outcome outcome;
        if (check.Content.IsNone)
        {
            asked = new()
            {
                Creator = check.Creator.Of(bytes),
                Video = check.Video.Of(bytes),
                Requester = requester,
                Purpose = purpose,
            };
            memory.Decide(asked, memory.Prepare(asked.Creator, asked.Video), permit.Now, out outcome);
        }
        else if (
            !DirectContent.TryDecide(
                check.Content.Of(bytes),
                requester,
                purpose,
                withholds: !rights.Any,
                permit,
                names,
                out asked,
                out outcome
            )
        )
        {
            return false;
        }
        // A fact that could not be read is 503, and not a decision.
        if (outcome.IsUnreadable || !permit.Holds)
            return false;
        DecisionWriter.Write(answer, asked, outcome, permit, check.MaxStalenessMs);
        answered.Add(CheckChannel.Single, asked, outcome, permit);
        return true;
    }

    private bool TryAnswerBatch(ReadOnlySpan<byte> bytes, CheckRights rights, AnswerBuffer answer)
    {
        if (!replica.TryBegin(out var permit))
            return false;
        var answers = answered.Begin(CheckChannel.Batch);
        using var block = new CheckBlock(permit, rights, answer, answers);
        answer.Add("{\"results\":["u8);
        try
        {
            if (!TryAnswerItems(bytes, block))
                return false;
        }
        catch (Exception e) when (DirectCheck.IsUnreadable(e))
        {
            return false;
        }
        if (!permit.Holds)
            return false;
        answer.Add("],\"freshAt\":\""u8);
        answer.Add(permit.State.DatabaseTimeText);
        answer.Add("\",\"maxAgeMs\":"u8);
        answer.AddNumber(block.MaxAgeMs);
        answer.Add((byte)'}');
        answered.Add(answers);
        return true;
    }

    // {"defaults": {…}, "checks": […]}, with the defaults first: they have to be known.
    private static bool TryAnswerItems(ReadOnlySpan<byte> bytes, CheckBlock block)
    {
        var reader = new Utf8JsonReader(bytes, isFinalBlock: true, default);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read())
            return false;
        var defaults = default(DirectCheck);
        if (
            reader.TokenType == JsonTokenType.PropertyName
            && !reader.ValueIsEscaped
            && reader.ValueSpan.SequenceEqual("defaults"u8)
        )
        {
            if (
                !reader.Read()
                || reader.TokenType != JsonTokenType.StartObject
                || !DirectCheck.TryReadDefaults(ref reader, bytes, ref defaults)
                || !reader.Read()
            )
                return false;
        }
        if (
            reader.TokenType != JsonTokenType.PropertyName
            || reader.ValueIsEscaped
            || !reader.ValueSpan.SequenceEqual("checks"u8)
            || !reader.Read()
            || reader.TokenType != JsonTokenType.StartArray
        )
        {
            return false;
        }
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var check = defaults;
            if (++count > Question.PerRequest || !DirectCheck.TryReadMembers(ref reader, bytes, ref check))
                return false;
            // An owner that all have in common is nothing to a check that names content.
            if (!check.Content.IsNone && check.Creator == defaults.Creator)
                check.Creator = default;
            if (!check.IsWhole || check.IsStrong || !block.TryAdd(bytes, check))
                return false;
        }
        if (count == 0 || reader.TokenType != JsonTokenType.EndArray)
            return false;
        block.Flush(bytes);
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
    }
}
