using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli.Import;

/// <summary>Sends rows to the registry, those of each creator together.</summary>
/// <param name="registry">The registry.</param>
/// <param name="settings">What all rows have in common.</param>
/// <param name="applies">Whether rows are made; if not, they are only shown.</param>
internal sealed class ImportSender(ConsentRegistryClient registry, ImportSettings settings, bool applies)
{
    /// <summary>For how long a registry that does not answer is asked again: a node may start anew meanwhile.</summary>
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What was read of a part, for the file of parts.</summary>
    public static string DigestOf(IReadOnlyList<FileRow> rows) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(rows)));

    /// <summary>Sends a part, and says what became of each row, in their order.</summary>
    /// <exception cref="IOException">The registry did not answer for too long.</exception>
    public async Task<IReadOnlyList<RowResult>> SendAsync(
        int part,
        IReadOnlyList<FileRow> rows,
        CancellationToken cancellation
    )
    {
        var addressed = await AddressAsync(rows, cancellation);
        var answers = new Dictionary<(int At, string Creator), RowResult>();
        foreach (
            var ofCreator in addressed
                .SelectMany((creators, at) => creators.Select(creator => (At: at, Creator: creator)))
                .GroupBy(one => one.Creator, StringComparer.Ordinal)
        )
        {
            var sent = ofCreator.Select(one => rows[one.At]).ToList();
            var results = await SendAsync(part, ofCreator.Key, sent, cancellation);
            foreach (var (one, result) in ofCreator.Zip(results))
                answers.Add(one, result);
        }
        return
        [
            .. rows.SelectMany(
                (row, at) =>
                    row.Error is { } error
                        ? [Refused(row.Line, null, new(error.Code, error.Detail, error.Line, error.Column))]
                    : addressed[at].Count == 0
                        ?
                        [
                            Refused(
                                row.Line,
                                null,
                                new("notFound", "No registered video carries the identifier.", null, null)
                            ),
                        ]
                    : addressed[at].Select(creator => answers[(at, creator)])
            ),
        ];
    }

    // Whose each row is: of one that names nobody, the owners of the videos that carry its identifier.
    private async Task<IReadOnlyList<IReadOnlyList<string>>> AddressAsync(
        IReadOnlyList<FileRow> rows,
        CancellationToken cancellation
    )
    {
        var open = rows.Where(row => row is { Creator: null, Row.Identifier: not null }).ToList();
        var wanted = open.Select(row => row.Row!.Identifier!).Distinct().ToList();
        var owners = new Dictionary<Identifier, IReadOnlyList<string>>();
        if (wanted.Count > 0)
        {
            var found = await PatientlyAsync(() => registry.Videos.LookUpAsync(wanted, cancellation), cancellation);
            foreach (var (identifier, result) in wanted.Zip(found))
                owners[identifier] =
                [
                    .. result.Videos.Select(video => video.CreatorId).Distinct(StringComparer.Ordinal),
                ];
        }
        return
        [
            .. rows.Select(row =>
                row.Row is null ? []
                : row.Creator is { } creator ? (IReadOnlyList<string>)[creator]
                : owners[row.Row.Identifier!]
            ),
        ];
    }

    private async Task<IReadOnlyList<RowResult>> SendAsync(
        int part,
        string creator,
        IReadOnlyList<FileRow> rows,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<ImportRow> wanted = [.. rows.Select(row => row.Row!)];
        try
        {
            var import = await PatientlyAsync(
                () =>
                    applies
                        ? registry.Imports.ImportAsync(
                            creator,
                            wanted,
                            settings.ConfirmsWidening,
                            options: new() { IdempotencyKey = KeyOf(part, creator) },
                            cancellation: cancellation
                        )
                        : registry.Imports.PreviewAsync(creator, wanted, cancellation),
                cancellation
            );
            if (import.Rows.Count != rows.Count)
                throw new IOException("The registry answered other rows than were sent.");
            return
            [
                .. rows.Zip(
                    import.Rows,
                    (row, answer) =>
                        new RowResult(
                            row.Line,
                            creator,
                            answer.Settings,
                            answer.Error is { } error ? new(error.Code, error.Detail, error.Line, error.Column) : null
                        )
                ),
            ];
        }
        // What is refused as a whole spoils no other creator's rows.
        catch (ConsentRegistryException e)
            when (e.Status
                    is HttpStatusCode.Forbidden
                        or HttpStatusCode.NotFound
                        or HttpStatusCode.Conflict
                        or HttpStatusCode.UnprocessableEntity
            )
        {
            return [.. rows.Select(row => Refused(row.Line, creator, new(e.Code, e.Detail, null, null)))];
        }
    }

    // The same rows of the same import have the same key, whenever they are sent. An id of a creator is ASCII, but may
    // be long.
    private string KeyOf(int part, string creator) =>
        $"import-{settings.Id:N}-{part}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(creator)))}";

    private static RowResult Refused(int line, string? creator, RowResultError error) => new(line, creator, [], error);

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (Stopwatch.GetElapsedTime(started) < LongestOutage && IsPassing(e, cancellation))
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private static bool IsPassing(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested
        && e
            is HttpRequestException
                or OperationCanceledException
                or ConsentRegistryException { Status: HttpStatusCode.TooManyRequests }
                or ConsentRegistryException { Status: >= HttpStatusCode.InternalServerError };
}
