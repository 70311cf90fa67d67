using System.CommandLine;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// <c>consent filter</c>: takes the rows of a dataset apart: those that may be used for a purpose, and the others.
/// </summary>
internal static class FilterCommand
{
    public static Command Create()
    {
        var inputs = new Argument<string[]>("input")
        {
            Description = "Files of rows: .ndjson, .jsonl, .csv or .parquet.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var url = HttpAddress.RegistryOption();
        var output = new Option<string>("--output")
        {
            Description = "The folder to write to. A run that was ended goes on where it was.",
            Required = true,
        };
        var purpose = new Option<string?>("--purpose")
        {
            Description = "What the rows are to be used for, such as training.generative.",
        };
        var requester = new Option<string?>("--requester")
        {
            Description = "Who wants to use them; without it the token's own client.",
        };
        var column = new Option<string[]>("--column")
        {
            Description =
                $"Where another column names a video: one of {string.Join(", ", Columns.Words)}, then = and its name.",
        };
        var since = new Option<string?>("--since")
        {
            Description =
                "The folder of a former run, in place of input: asks again about what was allowed in it. Rows that are "
                + $"not allowed any more are in {RunFolder.Refused}.",
        };
        var command = new Command(
            "filter",
            $"Takes the rows of a dataset apart: {RunFolder.Allowed} and {RunFolder.Refused}, with the registry's "
                + $"{RunFolder.Answers} and an attestation of them. {RegistryToken.Variable} holds a token with "
                + "consent:check, or with consent:check:any to name another requester. Exit code 0 if all rows are "
                + "written, 2 if not: run it again, and it goes on."
        )
        {
            inputs,
            url,
            output,
            purpose,
            requester,
            column,
            since,
        };
        command.SetAction(
            (parsed, cancellation) =>
                RunAsync(
                    new(
                        parsed.GetValue(inputs) ?? [],
                        parsed.GetValue(since),
                        parsed.GetValue(purpose),
                        parsed.GetValue(requester),
                        parsed.GetValue(column) ?? []
                    ),
                    parsed.GetValue(url)!,
                    parsed.GetValue(output)!,
                    cancellation
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(FilterInput input, Uri url, string output, CancellationToken cancellation)
    {
        if (RegistryToken.Read() is not { } token)
            return ExitCode.Unusable;
        try
        {
            var (files, settings) = input.Read();
            var progress = new FilterProgress(Console.Error, !Console.IsErrorRedirected);
            using var registry = new AttestedStream(url, token);
            await new FilterRun(RunFolder.Begin(output, settings), registry, progress).RunAsync(files, cancellation);
            progress.Finish(Console.Out);
            return ExitCode.Success;
        }
        catch (DatasetException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Unusable;
        }
        catch (Exception e) when (ExitCode.MeansUnusable(e))
        {
            await Console.Error.WriteLineAsync($"Not all rows are written. {e.Message}");
            return ExitCode.Unusable;
        }
    }
}
