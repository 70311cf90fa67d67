namespace ConsentRegistry.Domain.Integrity;

/// <summary>Reads files of secret keys, as operators write them.</summary>
internal static class SecretKeys
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 32;

    /// <summary>
    /// Reads keys, the newest first: on each line 64 hexadecimal digits, with white space around them or not. Null if
    /// the text holds none, one twice, or anything else.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="make">Makes a key of its bytes.</param>
    /// <param name="kidOf">The name of a key.</param>
    public static IReadOnlyList<T>? ReadAll<T>(string text, Func<byte[], T> make, Func<T, string> kidOf)
    {
        ArgumentNullException.ThrowIfNull(text);
        var keys = new List<T>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length != 2 * Length || !line.All(char.IsAsciiHexDigit))
                return null;
            keys.Add(make(Convert.FromHexString(line)));
        }
        return keys.Count > 0 && keys.DistinctBy(kidOf).Count() == keys.Count ? keys : null;
    }
}
