using System.CommandLine;
using System.Globalization;
using ConsentRegistry.Client;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Cli.Import;

/// <summary><c>consent import</c>: imports what creators said elsewhere, row by row.</summary>
internal static class ImportCommand
{
    /// <summary>Rows that are sent together.</summary>
    private const int RowsPerPart = 200;

    /// <summary>Characters of signals that are sent together: their JSON stays below what a request may have.</summary>
    private const int CharactersPerPart = 1 << 20;

    /// <summary>How long the registry may take for a part, retries included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Command Create()
    {
        var file = new Argument<string>("input") { Description = "The file to import." };
        var url = HttpAddress.RegistryOption();
        var format = new Option<string>("--format")
        {
            Description = $"How the file is written: {string.Join(", ", ImportInput.Formats)}.",
            Required = true,
        };
        format.AcceptOnlyFromAmong([.. ImportInput.Formats]);
        var output = new Option<string>("--out")
        {
            Description = "The folder of the results. An import that was ended goes on where it was.",
            Required = true,
        };
        var creator = new Option<string?>("--creator")
        {
            Description = "The creator whose settings they are for, where rows name none.",
        };
        var video = new Option<string?>("--video") { Description = "Of a signal: the owner's id for the video." };
        var at = new Option<string?>("--at") { Description = "Of a signal: the URL of the content that it is about." };
        var purpose = new Option<string?>("--purpose") { Description = "The purpose, where rows name none." };
        var effect = new Option<string?>("--effect")
        {
            Description =
                $"The effect, where rows name none: {string.Join(", ", Wording.All<Domain.Settings.Effect>())}.",
        };
        effect.AcceptOnlyFromAmong([.. Wording.All<Domain.Settings.Effect>()]);
        var ignore = new Option<string[]>("--ignore")
        {
            Description = "Columns that are passed over, such as the names of people. Others are refused.",
        };
        var apply = new Option<bool>("--apply")
        {
            Description = "Makes what only restricts. Without it, nothing is changed.",
        };
        var confirm = new Option<bool>("--confirm-widening") { Description = "With --apply: makes what widens, too." };
        var command = new Command(
            "import",
            "Imports what creators said elsewhere, and says row by row what changes. "
                + $"{RegistryToken.Variable} holds the creator's own token, or one with videos:write: then the rows "
                + "wait in the creator's inbox. Exit code 0 if no row is refused, 1 if some are, 2 if not all rows are "
                + "written: run it again, and it goes on."
        )
        {
            file,
            url,
            format,
            output,
            creator,
            video,
            at,
            purpose,
            effect,
            ignore,
            apply,
            confirm,
        };
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(
                    new(
                        parsed.GetValue(file)!,
                        parsed.GetValue(format)!,
                        new(parsed.GetValue(creator), parsed.GetValue(purpose), parsed.GetValue(effect)),
                        parsed.GetValue(video),
                        parsed.GetValue(at),
                        (parsed.GetValue(ignore) ?? []).ToHashSet(StringComparer.Ordinal)
                    ),
                    parsed.GetValue(url)!,
                    parsed.GetValue(output)!,
                    parsed.GetValue(apply),
                    parsed.GetValue(confirm),
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(
        ImportInput input,
        Uri url,
        string output,
        bool applies,
        bool confirms,
        CancellationToken cancellation
    )
    {
        if (RegistryToken.Read() is not { } token)
            return ExitCode.Unusable;
        if (FindMistake(input, applies, confirms) is { } mistake)
        {
            await Console.Error.WriteLineAsync(mistake);
            return ExitCode.Unusable;
        }
        using var http = new HttpClient(new RetryHandler(Patience, RegistryToken.Handler(token)))
        {
            BaseAddress = url,
            Timeout = Patience,
        };
        try
        {
            var report = await ImportAsync(
                input,
                new(http),
                FolderOf(output, applies),
                applies,
                confirms,
                cancellation
            );
            report.Write(applies);
            return report.Refused == 0 ? ExitCode.Success : ExitCode.Unexpected;
        }
        catch (Exception e) when (ExitCode.MeansUnusable(e))
        {
            await Console.Error.WriteLineAsync($"Not all rows are imported; run it again, and it goes on. {e.Message}");
            return ExitCode.Unusable;
        }
    }

    private static string? FindMistake(ImportInput input, bool applies, bool confirms) =>
        confirms && !applies ? "--confirm-widening goes with --apply; leave it out."
        : input.Defaults.Creator is { } creator && !CreatorId.TryParse(creator, out _) ? $"'{creator}' is no creator."
        : input.Format is ImportInput.Csv or ImportInput.Ndjson or ImportInput.Urls
            ? input.Video is null && input.At is null ? null
                : "--video and --at go with signals; leave them out."
        : input.Defaults.Creator is null ? "--creator is missing: whose settings is the signal for?"
        : input.Format != ImportInput.Trainability && input.Video is null && input.At is null
            ? "--video or --at is missing: what is the signal about?"
        : null;

    // What a dry run shows is true for a moment: each begins anew.
    private static string FolderOf(string output, bool applies)
    {
        var folder = Path.Combine(output, applies ? "applied" : "dry-run");
        if (!applies && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        return folder;
    }

    private static async Task<ImportReport> ImportAsync(
        ImportInput input,
        ConsentRegistryClient registry,
        string output,
        bool applies,
        bool confirms,
        CancellationToken cancellation
    )
    {
        using var folder = ImportFolder.Begin(output, new(Guid.NewGuid(), input.Format, input.Defaults, confirms));
        var sender = new ImportSender(registry, folder.Settings, applies);
        var (number, lines) = (0, 0L);
        foreach (var part in PartsOf(input.Read()))
        {
            cancellation.ThrowIfCancellationRequested();
            var digest = ImportSender.DigestOf(part);
            lines += part.Count;
            if (++number <= folder.Entries.Count)
            {
                if (folder.Entries[number - 1].Digest != digest)
                    throw new ImportException(
                        $"Part {number} of the import in the folder is of other rows; name the same input, or another "
                            + "folder."
                    );
                continue;
            }
            await folder.AddAsync(digest, await sender.SendAsync(number, part, cancellation), cancellation);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{lines:N0} rows"));
        }
        if (number < folder.Entries.Count)
            throw new ImportException("The input has fewer rows than the import that is in the folder.");
        var report = new ImportReport();
        await foreach (var row in folder.ReadAsync())
            report.Add(row);
        return report;
    }

    // The same file always has the same parts.
    private static IEnumerable<IReadOnlyList<FileRow>> PartsOf(IEnumerable<FileRow> rows)
    {
        var (part, characters) = (new List<FileRow>(), 0);
        foreach (var row in rows)
        {
            var length = row.Row?.Signal?.Text.Length ?? 0;
            if (part.Count == RowsPerPart || (part.Count > 0 && characters + length > CharactersPerPart))
            {
                yield return part;
                (part, characters) = ([], 0);
            }
            part.Add(row);
            characters += length;
        }
        if (part.Count > 0)
            yield return part;
    }
}
