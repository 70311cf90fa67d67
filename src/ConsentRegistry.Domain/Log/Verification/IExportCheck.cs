namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>Follows one kind of export line by line.</summary>
internal interface IExportCheck
{
    /// <summary>Takes the next line, without its newline; says what is wrong with it.</summary>
    Finding? Take(ReadOnlySpan<byte> utf8, ExportLine line);

    /// <summary>Notes that an input ended, perhaps inside a line.</summary>
    void EndInput(bool insideLine);

    /// <summary>Says what is wrong with the whole, and with each receipt.</summary>
    Finding? Finish(ICollection<ReceiptFinding> receipts);

    /// <summary>What was verified so far.</summary>
    Proven Proven { get; }

    /// <summary>What is worth knowing, and not wrong.</summary>
    IEnumerable<string> Remarks { get; }
}
