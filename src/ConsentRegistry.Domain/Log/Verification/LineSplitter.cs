namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>Cuts bytes into lines, and keeps no more than the one that is not yet whole.</summary>
internal sealed class LineSplitter
{
    private readonly List<byte> rest = [];

    /// <summary>Whether bytes wait for the end of their line.</summary>
    public bool IsInsideLine => rest.Count > 0;

    /// <summary>
    /// Hands over each line that ends in these bytes, without its newline; false once one is longer than
    /// <paramref name="limit"/>.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> bytes, int limit, ref bool stop, LineAction take)
    {
        while (!stop)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (rest.Count + (long)part.Length > limit)
                return false;
            if (end < 0)
            {
                rest.AddRange(part);
                return true;
            }
            if (rest.Count == 0)
            {
                take(part, ref stop);
            }
            else
            {
                rest.AddRange(part);
                take(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rest), ref stop);
                rest.Clear();
            }
            bytes = bytes[(end + 1)..];
        }
        return true;
    }

    /// <summary>Drops what waits.</summary>
    public void Clear() => rest.Clear();

    /// <summary>Takes a line; says whether to stop.</summary>
    public delegate void LineAction(ReadOnlySpan<byte> line, ref bool stop);
}
