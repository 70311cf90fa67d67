using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Filter;

/// <summary>
/// One run over some files: reads a part, asks about the one before, and writes the one before that, at the same time.
/// </summary>
internal sealed class FilterRun(RunFolder folder, AttestedStream registry, FilterProgress progress)
{
    /// <summary>Parts that are read ahead: one, so that reading and asking go on side by side.</summary>
    private const int PartsAhead = 1;

    /// <summary>The code of a check for a purpose that is none (docs/reference/errors.md).</summary>
    private const string UnknownPurpose = "unknownPurpose";

    /// <summary>The code of a check for somebody whom the caller may not name.</summary>
    private const string RequesterNotYours = "requesterNotYours";

    /// <summary>Filters all rows. What is written already is compared with the input, and not asked again.</summary>
    /// <exception cref="IOException">A file cannot be read or written, or the registry does not answer.</exception>
    /// <exception cref="HttpRequestException">The registry cannot be reached, or refuses.</exception>
    public async Task RunAsync(IReadOnlyList<string> inputs, CancellationToken cancellation)
    {
        var number = 0;
        var writing = Task.CompletedTask;
        try
        {
            await foreach (var (part, extension, done) in ReadAheadAsync(inputs, cancellation))
            {
                if (++number <= folder.Entries.Count)
                {
                    using var known = part;
                    var attestation = RequireSame(folder.Entries[number - 1], part);
                    progress.Skip(attestation.Counts, done);
                    continue;
                }
                var asked = await registry.AskAsync(part, cancellation);
                RequireAnswered(asked);
                await writing;
                writing = WriteAsync(part, asked, extension, done, cancellation);
            }
        }
        finally
        {
            await writing;
        }
        if (number < folder.Entries.Count)
            throw new DatasetException("The input has fewer rows than the run that is in the folder.");
    }

    private static Attestation RequireSame(RunEntry entry, DatasetPart part) =>
        Jws.TryParse(entry.Attestation, out var jws)
        && Attestation.TryParse(jws.Payload, out var attestation)
        && attestation.IsOf(part.Checks.Span)
            ? attestation
            : throw new DatasetException(
                $"Part {entry.Part} of the run in the folder is of other rows; name the same input, or another folder."
            );

    // What is wrong with every check is the run's fault, and no row's.
    private void RequireAnswered(AttestedAnswers asked)
    {
        if (asked.Attestation.Counts.Refused == 0)
            return;
        for (var row = 0; row < asked.Answers.Count; row++)
        {
            switch (asked.Answers.Answer(row).Error)
            {
                case UnknownPurpose:
                    throw new DatasetException($"The registry knows no purpose '{folder.Settings.Purpose}'.");
                case RequesterNotYours:
                    throw new DatasetException(
                        folder.Settings.Requester is { } requester
                            ? $"The token may not ask for {requester}; that takes consent:check:any."
                            : "The token has no client to ask for; name one with --requester."
                    );
                default:
                    continue;
            }
        }
    }

    private async Task WriteAsync(
        DatasetPart part,
        AttestedAnswers asked,
        string extension,
        double done,
        CancellationToken cancellation
    )
    {
        await Task.Yield();
        using var written = part;
        using var answered = asked;
        await folder.AddAsync(part, asked, extension, cancellation);
        progress.Add(asked.Attestation.Counts, done);
    }

    private async IAsyncEnumerable<(DatasetPart Part, string Extension, double Done)> ReadAheadAsync(
        IReadOnlyList<string> inputs,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parts = Channel.CreateBounded<(DatasetPart, string, double)>(PartsAhead);
        var reading = Task.Run(() => ReadAsync(inputs, parts.Writer, ending.Token), CancellationToken.None);
        try
        {
            await foreach (var part in parts.Reader.ReadAllAsync(cancellation))
                yield return part;
        }
        finally
        {
            await ending.CancelAsync();
            await reading;
        }
    }

    // What goes wrong ends the channel, and so comes to whoever reads it.
    private async Task ReadAsync(
        IReadOnlyList<string> inputs,
        ChannelWriter<(DatasetPart, string, double)> parts,
        CancellationToken cancellation
    )
    {
        Exception? wrong = null;
        try
        {
            await foreach (var part in Dataset.ReadAllAsync(inputs, folder.Settings, cancellation))
                await parts.WriteAsync(part, cancellation);
        }
        catch (Exception e)
        {
            wrong = e;
        }
        parts.Complete(wrong);
    }
}
