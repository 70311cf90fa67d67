using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli.Filter;

/// <summary>What became of the verification of a run.</summary>
/// <param name="Verdict">Whether everything holds.</param>
/// <param name="What">One sentence for people.</param>
internal sealed record RunFinding(Verdict Verdict, string What);

/// <summary>
/// Shows that a run's files are what the registry answered. Nothing is asked: the registry's public keys are enough.
/// </summary>
internal sealed class RunVerifier(RunFolder folder, KeySet keys)
{
    private static ReadOnlySpan<byte> FreshAtMember => "\"freshAt\":\""u8;

    /// <summary>Verifies every part, and with the input that its rows are those of the input.</summary>
    /// <param name="inputs">The files that were filtered; none to verify attestations and answers alone.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<RunFinding> VerifyAsync(IReadOnlyList<string> inputs, CancellationToken cancellation)
    {
        if (FindStray() is { } stray)
            return Tampered($"{stray} belongs to no attested part.");
        var (rows, allowed) = (0L, 0L);
        var parts =
            inputs.Count == 0
                ? null
                : Dataset.ReadAllAsync(inputs, folder.Settings, cancellation).GetAsyncEnumerator(cancellation);
        await using (parts)
        {
            foreach (var entry in folder.Entries)
            {
                if (!TryRead(entry, out var attestation, out var answers, out var why))
                    return Tampered($"Part {entry.Part}: {why}");
                (rows, allowed) = (rows + attestation.Lines, allowed + attestation.Counts.Allowed);
                if (parts is null)
                    continue;
                if (!await parts.MoveNextAsync())
                    return new(Verdict.Unusable, $"The input has no rows for part {entry.Part}.");
                if (
                    await FindDifferenceAsync(entry, attestation, answers, parts.Current, cancellation) is
                    { } difference
                )
                    return Tampered($"Part {entry.Part}: {difference}");
            }
            if (parts is not null && await parts.MoveNextAsync())
                return new(Verdict.Unusable, "The input has more rows than the run: it is not finished.");
        }
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Entries.Count:N0} parts, {rows:N0} rows, {allowed:N0} allowed."
        );
        return new(
            Verdict.Valid,
            parts is null ? $"{found} The rows were not compared: name the input to do so." : found
        );
    }

    private bool TryRead(
        RunEntry entry,
        [NotNullWhen(true)] out Attestation? attestation,
        [NotNullWhen(true)] out PartAnswers? answers,
        out string why
    )
    {
        (attestation, answers, why) = (null, null, "");
        if (!Jws.Verify(entry.Attestation, Attestation.Type, keys).Succeeded(out var token, out var failure))
            why = failure.Detail;
        else if (!Attestation.TryParse(token.Payload, out attestation))
            why = "The token is signed, but holds no attestation as the registry writes it.";
        else if (attestation.Lines != entry.Rows)
            why = "The attestation is of another number of rows.";
        else if (!TryReadAnswers(entry, out answers))
            why = "The answers are missing, or not one for each row.";
        else if (!attestation.IsOfAnswers(answers.Bytes.Span))
            why = "The answers are not those that the registry attested.";
        else if (FindWrongCount(attestation, answers) is { } wrong)
            why = wrong;
        return why.Length == 0;
    }

    private bool TryReadAnswers(RunEntry entry, [NotNullWhen(true)] out PartAnswers? answers)
    {
        answers = null;
        var file = folder.AnswersOf(entry.Part);
        return File.Exists(file) && PartAnswers.TryReadKept(File.ReadAllBytes(file), entry.Rows, out answers);
    }

    // The registry signs counts and answers together: they can differ by a fault of the registry's own.
    private static string? FindWrongCount(Attestation attestation, PartAnswers answers)
    {
        var counts = new Dictionary<(string Effect, string? Reason), long>();
        var refused = 0L;
        for (var row = 0; row < answers.Count; row++)
        {
            var answer = answers.Answer(row);
            if (answer.Error is not null)
                refused++;
            else
                counts[(answer.Effect, answer.Reason)] = counts.GetValueOrDefault((answer.Effect, answer.Reason)) + 1;
            if (FreshAt(answers.Line(row)) is { } freshAt && !IsWithin(attestation, freshAt))
                return $"The answer to row {row + 1} is as of {freshAt}, which the attestation does not cover.";
        }
        var attested = attestation.Counts.Decisions;
        return
            refused == attestation.Counts.Refused
            && counts.Count == attested.Count
            && attested.All(count =>
                counts.GetValueOrDefault((count.Key.Effect.Word(), count.Key.Reason.Word())) == count.Value
            )
            ? null
            : "The attested counts are not those of the answers.";
    }

    private static bool IsWithin(Attestation attestation, string freshAt) =>
        Instant.TryParse(freshAt, out var at) && attestation.FirstFreshAt <= at && at <= attestation.LastFreshAt;

    private static string? FreshAt(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf(FreshAtMember) is not (>= 0 and var at))
            return null;
        var text = line[(at + FreshAtMember.Length)..];
        return Encoding.ASCII.GetString(text[..Math.Max(0, text.IndexOf((byte)'"'))]);
    }

    private async Task<string?> FindDifferenceAsync(
        RunEntry entry,
        Attestation attestation,
        PartAnswers answers,
        (DatasetPart Part, string Extension, double Done) read,
        CancellationToken cancellation
    )
    {
        if (!attestation.IsOf(read.Part.Checks.Span))
            return "The rows are not those that the registry was asked about.";
        using var allowed = new MemoryStream();
        using var refused = new MemoryStream();
        await read.Part.WriteAsync(answers, new(allowed, refused), cancellation);
        return IsFile(RunFolder.Allowed, allowed) && IsFile(RunFolder.Refused, refused)
            ? null
            : "The rows written are not those that the answers allow and refuse.";

        bool IsFile(string kind, MemoryStream expected)
        {
            var file = folder.FileOf(kind, entry.Part, read.Extension);
            return File.Exists(file)
                && File.ReadAllBytes(file).AsSpan().SequenceEqual(expected.GetBuffer().AsSpan(0, (int)expected.Length));
        }
    }

    // Whoever uses the folder takes every file in it.
    private string? FindStray() =>
        ((string[])[RunFolder.Allowed, RunFolder.Refused, RunFolder.Answers])
            .SelectMany(folder.FilesOf)
            .FirstOrDefault(file =>
                !int.TryParse(
                    Path.GetFileNameWithoutExtension(file),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var part
                )
                || part < 1
                || part > folder.Entries.Count
            );

    private static RunFinding Tampered(string what) => new(Verdict.Tampered, what);
}
