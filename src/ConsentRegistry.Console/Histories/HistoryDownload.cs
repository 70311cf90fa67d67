using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Client;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.Registry;
using ConsentRegistry.Console.Sessions;

namespace ConsentRegistry.Console.Histories;

/// <summary>A creator's whole history as files.</summary>
/// <remarks>
/// A file that the registry broke off is broken off, too, so that a browser does not take it for the whole.
/// </remarks>
internal static class HistoryDownload
{
    /// <summary>Events of one request to the registry.</summary>
    private const int PageSize = 1_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void MapHistoryDownloads(this IEndpointRouteBuilder routes)
    {
        var history = routes.MapGroup("/creators/{creatorId}/history").RequireAuthorization();
        history.MapGet("/download.jsonl", LinesAsync);
        history.MapGet("/download.csv", TableAsync);
        history.MapGet("/download-with-proofs.jsonl", ProofsAsync);
        history.MapGet("/proofs/{eventId:guid}", ProofAsync);
    }

    private static Task LinesAsync(HttpContext http, string creatorId, ConsentRegistryClient registry) =>
        SendAsync(
            http,
            "application/x-ndjson",
            "history.jsonl",
            async (write, cancellation) =>
            {
                await foreach (
                    var change in registry.History.ListAsync(creatorId, pageSize: PageSize, cancellation: cancellation)
                )
                    await write(JsonSerializer.Serialize(change, Json) + "\n");
            }
        );

    private static Task TableAsync(HttpContext http, string creatorId, ConsentRegistryClient registry, Texts texts) =>
        SendAsync(
            http,
            "text/csv; charset=utf-8",
            "history.csv",
            async (write, cancellation) =>
            {
                var reader = new HistoryReader(creatorId, new Person(http.User).Id == creatorId, texts);
                var events = registry.History.ListAsync(creatorId, pageSize: PageSize, cancellation: cancellation);
                var isBegun = false;
                await foreach (var change in events)
                {
                    if (!isBegun)
                        await write(HistoryTable.Header);
                    isBegun = true;
                    await write(HistoryTable.RowOf(reader.Read(change), texts));
                }
                if (!isBegun)
                    await write(HistoryTable.Header);
            }
        );

    private static Task ProofsAsync(HttpContext http, string creatorId, ConsentRegistryClient registry) =>
        SendAsync(
            http,
            "application/x-ndjson",
            "history-with-proofs.jsonl",
            async (write, cancellation) =>
            {
                await using var export = await registry.History.ExportAsync(creatorId, cancellation);
                await write("");
                await export.CopyToAsync(http.Response.Body, cancellation);
            }
        );

    private static Task ProofAsync(HttpContext http, string creatorId, Guid eventId, ConsentRegistryClient registry) =>
        SendAsync(
            http,
            "application/json",
            $"proof-{eventId}.json",
            async (write, cancellation) =>
            {
                var proof = await registry.History.GetProofAsync(eventId, cancellation);
                await write(proof.GetRawText());
            }
        );

    // The status can be said until the first part is written.
    private static async Task SendAsync(
        HttpContext http,
        string mediaType,
        string fileName,
        Func<Func<string, Task>, CancellationToken, Task> send
    )
    {
        var gone = http.RequestAborted;
        try
        {
            await send(
                async text =>
                {
                    if (!http.Response.HasStarted)
                    {
                        http.Response.ContentType = mediaType;
                        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
                    }
                    await http.Response.WriteAsync(text, Encoding.UTF8, gone);
                },
                gone
            );
        }
        catch (Exception e) when (!gone.IsCancellationRequested && Trouble.From(e, isChange: false) is { } trouble)
        {
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = (int)trouble.Status;
        }
    }
}

/// <summary>A history as a table of comma-separated values (RFC 4180), one line for each event.</summary>
internal static class HistoryTable
{
    /// <summary>The names of the columns.</summary>
    public const string Header =
        "at,version,what,before,after,details,reason,kind,owner,video,purpose,requester,subject,client,onBehalfOf,eventId,seq\r\n";

    /// <summary>The line of an event.</summary>
    public static string RowOf(HistoryEntry entry, Texts texts)
    {
        var change = entry.Event;
        string?[] cells =
        [
            change.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            change.Version.ToString(CultureInfo.InvariantCulture),
            entry.What.ToText(texts),
            entry.Before?.Text,
            entry.After?.Text,
            string.Join(' ', entry.Details ?? []),
            change.By?.Reason,
            change.Kind,
            change.Video?.CreatorId,
            change.Video?.VideoId,
            change.Purpose,
            change.Requester,
            change.By?.Subject,
            change.By?.Client,
            change.By?.OnBehalfOf,
            change.EventId.ToString(),
            change.Seq?.ToString(CultureInfo.InvariantCulture),
        ];
        return string.Join(',', cells.Select(Cell)) + "\r\n";
    }

    // A program for tables takes what begins like this for a formula, and runs it; the apostrophe makes it a text.
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
