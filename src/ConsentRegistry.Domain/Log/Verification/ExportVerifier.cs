namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// Verifies an export of the log, or a bundle of a creator or a receipt, offline: fed with bytes, it needs nothing else
/// but keys. Memory grows by some 100 bytes with each entry, and as much with each record; bodies are read and left. No input
/// makes it throw.
/// </summary>
/// <example>
/// Feed each file with <see cref="Read"/>, end each with <see cref="EndInput"/>, then ask <see cref="Finish"/>. Parts
/// of the log are given in order, in one input or several.
/// </example>
/// <param name="request">What the auditor brings.</param>
/// <param name="ed25519">What imports the keys that an export brings.</param>
/// <param name="take">Takes each event of a creator's bundle, in order, once it was verified; null if nobody does.</param>
public sealed class ExportVerifier(VerificationRequest request, IEd25519 ed25519, Action<BundleEvent>? take = null)
    : IDisposable
{
    /// <summary>
    /// Bytes of a line, at most: 8 MiB. A leaf has 64 KiB at most and a request, of which a body holds one record, 4
    /// MiB at most.
    /// </summary>
    public const int MaxLineBytes = 8 << 20;

    private readonly LineSplitter lines = new();
    private IExportCheck? check;
    private Finding? failure;
    private int input = 1;
    private long line;

    /// <summary>Takes the next bytes of the current input.</summary>
    /// <returns>False once something is wrong: more bytes would change nothing.</returns>
    public bool Read(ReadOnlySpan<byte> bytes)
    {
        var stop = failure is not null;
        if (!stop && !lines.TryRead(bytes, MaxLineBytes, ref stop, Take))
            failure = Finding.Unusable($"A line is longer than {MaxLineBytes} bytes.") with
            {
                Input = input,
                Line = line + 1,
            };
        return failure is null;
    }

    /// <summary>Ends the current input; the next bytes are those of another.</summary>
    public void EndInput()
    {
        check?.EndInput(lines.IsInsideLine);
        if (check is null && lines.IsInsideLine)
            failure ??= NoExport();
        lines.Clear();
        (input, line) = (input + 1, 0);
    }

    /// <summary>The result, after the last input was ended.</summary>
    public VerificationReport Finish()
    {
        var receipts = new List<ReceiptFinding>();
        failure ??=
            request.KeptCheckpoints.Length > VerificationRequest.MaxItems
            || request.Receipts.Length > VerificationRequest.MaxItems
                ? Finding.Unusable(
                    $"At most {VerificationRequest.MaxItems} kept checkpoints and receipts each can be verified at "
                        + "once."
                )
            : check is null ? Finding.Unusable("There is nothing to verify: the input is empty.")
            : check.Finish(receipts);
        if (failure is null or { Verdict: Verdict.NotShown })
            failure = FindStale() ?? failure;
        return new(
            failure,
            check?.Proven ?? new() { KeysArePinned = request.HasPinnedKeys },
            [.. check?.Remarks ?? []],
            [.. receipts]
        );
    }

    /// <inheritdoc/>
    public void Dispose() => (check as IDisposable)?.Dispose();

    /// <summary>
    /// Verifies the signatures of receipts by pinned keys where there is no log: that, and nothing about what they say.
    /// </summary>
    public static IReadOnlyList<ReceiptFinding> VerifySignatures(VerificationRequest request) =>
        [
            .. request.Receipts.Select(token =>
                request.PinnedSet is not { } keys
                    ? new(Verdict.Unusable, "There are no pinned keys to verify the signature with.")
                    : ReceiptCheck.JudgeSignature(token, each => VerifyAlone(each, keys)).Finding
                        ?? new(
                            Verdict.Valid,
                            "The signature is good. Its place in the log, and whether the decision was right, take an "
                                + "export of the log."
                        )
            ),
        ];

    // Keys are rotated, and without a log nobody says which key took over: another key says nothing.
    private static Result<Jws> VerifyAlone(string token, KeySet keys)
    {
        var verified = Jws.Verify(token, Receipt.Type, keys);
        return verified.Failure is { Code: JwsFailure.UnknownKey } unknown
            ? unknown with
            {
                Code = TrustedKeys.NoTokenKeys,
            }
            : verified;
    }

    private void Take(ReadOnlySpan<byte> utf8, ref bool stop)
    {
        line++;
        if (!ExportLine.TryParse(utf8, out var read))
            failure = check is null ? NoExport() : Finding.Tampered("The line is not one that the registry writes.");
        else
            failure = (check ??= CheckFor(read))?.Take(utf8, read) ?? (check is null ? NoExport() : null);
        if (failure is { Line: null })
            failure = failure with { Input = input, Line = line };
        stop = failure is not null;
    }

    private Finding? FindStale()
    {
        if (request is not { MaxAge: { } most, Now: { } now })
            return null;
        if (request.Policy is { AsksForWitnesses: true })
            return check?.Proven.Witnessed?.Since > now.Plus(-most).Microseconds / 1_000_000
                ? null
                : Finding.Unusable(
                    "The cosignatures that meet the policy are older than you wanted: this is an old log, or its "
                        + "witnesses have not been asked since."
                );
        return check?.Proven.To > now.Plus(-most)
            ? null
            : Finding.Unusable(
                "Nothing newer is shown than what is older than you wanted: this is an old log, or nothing has changed "
                    + "since."
            );
    }

    private IExportCheck? CheckFor(ExportLine first) =>
        first switch
        {
            ExportLine.LogHeader => new LogCheck(request, ed25519),
            ExportLine.CreatorHeader or ExportLine.ReceiptHeader => new BundleCheck(request, ed25519, take),
            _ => null,
        };

    private static Finding NoExport() =>
        Finding.Unusable("This is neither an export of the registry's log nor a bundle of a creator or a receipt.");
}
