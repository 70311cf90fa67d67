namespace ConsentRegistry.Cli.Filter;

/// <summary>What the command line says is to be filtered, and for what.</summary>
/// <param name="Files">Files of rows.</param>
/// <param name="Since">The folder of a former run.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester.</param>
/// <param name="Columns">Assignments of columns.</param>
internal sealed record FilterInput(
    IReadOnlyList<string> Files,
    string? Since,
    string? Purpose,
    string? Requester,
    IReadOnlyList<string> Columns
)
{
    /// <summary>The files to read, and what their checks have in common.</summary>
    /// <exception cref="DatasetException">It makes no sense together, or the former run cannot be read.</exception>
    public (IReadOnlyList<string> Files, RunSettings Settings) Read()
    {
        if (Since is null)
            return Files.Count == 0 ? throw new DatasetException("There is nothing to filter: name files.")
                : Purpose is null
                    ? throw new DatasetException("--purpose is missing: what are the rows to be used for?")
                : !Domain.Purposes.Purpose.TryParse(Purpose, out _)
                    ? throw new DatasetException($"'{Purpose}' is no purpose.")
                : Requester is not null && !Domain.Requester.TryParse(Requester, out _)
                    ? throw new DatasetException($"'{Requester}' is no requester.")
                : (Files, new(Purpose, Requester, Filter.Columns.Parse(Columns)));
        if (Files.Count > 0 || Purpose is not null || Requester is not null || Columns.Count > 0)
            throw new DatasetException(
                "--since takes rows, purpose, requester and columns from the former run; leave them out."
            );
        var former = RunFolder.Open(Since);
        var allowed = former.FilesOf(RunFolder.Allowed);
        return allowed.Count == former.Entries.Count
            ? (allowed, former.Settings)
            : throw new DatasetException($"{Since} holds a run that is not finished; run it again first.");
    }
}
