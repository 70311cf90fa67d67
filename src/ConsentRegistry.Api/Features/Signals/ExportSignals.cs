using System.Buffers;
using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Signals;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>
/// Exports the signals of all registered videos. A line of JSON for each video, by owner and id: what
/// <c>getVideoSignals</c> answers.
/// </summary>
/// <remarks>
/// The last line is <c>{"end":true,"videos":…}</c>. An answer without it was cut short: go on with
/// <c>afterCreatorId</c> and <c>afterVideoId</c> of the last whole line. Each line holds for the moment at which it was
/// written.
/// </remarks>
internal static class ExportSignals
{
    /// <summary>Videos of one read: their facts are in memory together.</summary>
    private const int VideosPerRead = 100;

    public static async Task<IResult> Handle(
        WordFilter<SignalFormat> format,
        CreatorId? afterCreatorId,
        VideoId? afterVideoId,
        HttpContext http,
        Database database,
        VideoSignals signals,
        ConcurrencyLimits limits,
        CancellationToken cancellation
    )
    {
        if (afterCreatorId is null != afterVideoId is null)
        {
            var missing = afterCreatorId is null ? "afterCreatorId" : "afterVideoId";
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                missing,
                $"{missing} is missing, and the other half of the video's name is not; send both or neither."
            );
        }
        using var share = limits.Exports.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Exports.Refusal;
        // Before the answer begins: a node that cannot answer says so.
        var videos = await ReadAsync(database, (afterCreatorId?.Value ?? "", afterVideoId?.Value ?? ""), cancellation);
        if (await signals.OfAsync(videos, format.Value, cancellation) is not { } part)
            return Evaluation.MemoryFacts.Unavailable;

        http.Response.ContentType = JsonLines.MediaType;
        StreamedResponse.Begin(http);
        await using var sender = new ResponseSender(
            http.Response.BodyWriter,
            http.RequestServices.GetRequiredService<IOptions<Configuration.StreamOptions>>().Value.LongestStall,
            http.Abort,
            http.RequestServices.GetRequiredService<TimeProvider>()
        );
        var waiting = new ArrayBufferWriter<byte>(2 * ResponseSender.SliceBytes);
        var written = 0L;
        while (true)
        {
            foreach (var one in part)
            {
                Append(waiting, one.Body);
                if (waiting.WrittenCount >= ResponseSender.SliceBytes)
                    await SendAsync();
            }
            written += part.Count;
            if (videos.Count < VideosPerRead)
                break;
            var last = videos[^1].Video;
            videos = await ReadAsync(database, (last.Creator.Value, last.Video.Value), cancellation);
            if (await signals.OfAsync(videos, format.Value, cancellation) is not { } next)
            {
                http.Abort();
                return Results.Empty;
            }
            part = next;
        }
        Append(waiting, new { End = true, Videos = written });
        await SendAsync();
        return Results.Empty;

        async Task SendAsync()
        {
            await sender.SendAsync(waiting.WrittenMemory, http.RequestAborted);
            waiting.ResetWrittenCount();
        }
    }

    // The connection is given back before anything is written to the caller, who may take it as slowly as they like.
    private static async Task<List<IdentifiedVideo>> ReadAsync(
        Database database,
        (string Owner, string Video) after,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Exports.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT owner, video, identifiers FROM consent.video WHERE (owner, video) > ($1, $2) "
                + "ORDER BY owner, video LIMIT $3",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after.Owner },
                new() { Value = after.Video },
                new() { Value = VideosPerRead },
            },
        };
        var videos = new List<IdentifiedVideo>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            videos.Add(
                new(
                    new(CreatorId.Parse(reader.GetString(0)), VideoId.Parse(reader.GetString(1))),
                    [.. reader.GetFieldValue<string[]>(2).Select(ContentIdentifier.ParseNormal)]
                )
            );
        return videos;
    }

    private static void Append<T>(ArrayBufferWriter<byte> lines, T line)
    {
        lines.Write(JsonSerializer.SerializeToUtf8Bytes(line, Json.Options));
        lines.Write("\n"u8);
    }
}
