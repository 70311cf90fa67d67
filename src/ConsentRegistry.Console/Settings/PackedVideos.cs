using System.IO.Compression;
using System.Text;
using ConsentRegistry.Console.Registry;
using Microsoft.AspNetCore.WebUtilities;

namespace ConsentRegistry.Console.Settings;

/// <summary>
/// Many videos of one creator in one field of a form: so that exactly those are changed that the reader has seen the
/// preview of, also where the registry has more of them meanwhile.
/// </summary>
internal static class PackedVideos
{
    /// <summary>The most videos of one change, as the registry's contract has it.</summary>
    public const int Most = 10_000;

    /// <summary>The longest field, in characters. A form has to be smaller than the server's limit.</summary>
    public const int Longest = 200_000;

    /// <summary>Packs ids.</summary>
    /// <returns>The field's value; null where it would be too long.</returns>
    public static string? Pack(IReadOnlyCollection<string> ids)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(Encoding.ASCII.GetBytes(string.Join('\n', ids)));
        var text = WebEncoders.Base64UrlEncode(packed.ToArray());
        return text.Length <= Longest ? text : null;
    }

    /// <summary>Unpacks ids.</summary>
    /// <returns>The ids; null where the field was not made by <see cref="Pack"/>.</returns>
    public static IReadOnlyList<string>? Unpack(string? text)
    {
        if (text is null or { Length: 0 or > Longest })
            return null;
        // A field that was made by somebody else could unpack to anything.
        var buffer = new byte[Most * (Ids.Longest + 1)];
        try
        {
            using var packed = new MemoryStream(WebEncoders.Base64UrlDecode(text));
            using var inflate = new DeflateStream(packed, CompressionMode.Decompress);
            var length = inflate.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var ids = Encoding.ASCII.GetString(buffer, 0, length).Split('\n');
            return ids.Length <= Most && Array.TrueForAll(ids, Ids.IsId) ? ids : null;
        }
        catch (Exception e) when (e is FormatException or InvalidDataException)
        {
            return null;
        }
    }
}
